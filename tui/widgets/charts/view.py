"""How the charts of a run are looked at: zoom, axes, smoothing, and which is the third. Pure."""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

ZOOMS = ("all", "half", "quarter", "change")
X_AXES = ("epoch", "step", "time")
SMOOTHING = (0.0, 0.6, 0.8, 0.9, 0.95, 0.98, 0.99)
DEFAULT_SMOOTHING = 0.9
THIRDS = ("", "lr", "speed", "dead", "gradient")


class ChartsView(msgspec.Struct, frozen=True):
    """Plain values, which a file of preferences can keep.

    `zoom` is one of ZOOMS, `x` of X_AXES, `third` of THIRDS ("": the learning rate where the screen is very tall, none
    elsewhere). `smoothing` is the weight of the exponential moving average, 0 for none.
    """

    zoom: str = "all"
    log_x: bool = False
    log_y: bool = False
    smoothing: float = DEFAULT_SMOOTHING
    x: str = "epoch"
    third: str = ""

    def smoother(self, direction: int) -> "ChartsView":
        """Return the view with the next factor of SMOOTHING up or down; with the usual one for 0."""
        if not direction:
            return replace(self, smoothing=DEFAULT_SMOOTHING)
        if direction > 0:
            factor = next((each for each in SMOOTHING if each > self.smoothing), self.smoothing)
        else:
            factor = next((each for each in reversed(SMOOTHING) if each < self.smoothing), 0.0)
        return replace(self, smoothing=factor)


def following(choices: Sequence[str], chosen: str) -> str:
    """Return the choice after the one that is chosen, the first after the last."""
    at = choices.index(chosen) if chosen in choices else -1
    return choices[(at + 1) % len(choices)]
