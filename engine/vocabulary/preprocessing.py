"""How a data set's pictures were read: recorded with it and with its runs, so that `predict` reads others likewise.

Light: `run.json` holds it, and reading that imports no torch.
"""

from typing import Literal

import msgspec


class Preprocessing(msgspec.Struct, frozen=True, kw_only=True):
    """What is decided for a data set as a whole. The default suits MNIST, and is that of runs without a record."""

    ground: Literal["", "dark", "light"] = ""
    """Of its pictures. It decides where a picture's own margin does not show it; "": there is no common one."""
    fit: Literal["mnist", "keep"] = "mnist"
    """mnist: what has MNIST's form already stays, all else is cropped, scaled and centred. keep: pictures of 28x28
    stay as they are, whatever their form."""
    seen: Literal["dark", "light"] = "dark"
    """The ground of what the network is trained on: light only where arrays came so, which nothing changes."""
    low: float | None = None
    high: float | None = None
    """The range of values in files of more than 8 bits. None: that which the file's content has."""


MNIST = Preprocessing()
