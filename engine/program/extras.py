"""How an extra of the program is added to the environment that it runs in, however that was made."""

import sys
from pathlib import Path


def how_to_add(extra: str, prefix: str = sys.prefix) -> str:
    """Return the command that adds an extra, as `tune`; `prefix` is the folder of the environment.

    pip takes the program that is there, a checkout too, and installs what the extra needs besides. The environments of
    pipx and uv are never active, so that a plain `pip` would install into another one.
    """
    what = f"'mnist-tui[{extra}]'"
    if (Path(prefix) / "pipx_metadata.json").is_file():
        return f"pipx runpip mnist-tui install {what}"
    if (Path(prefix) / "uv-receipt.toml").is_file():
        return f"uv pip install --python {prefix} {what}"
    return f"python -m pip install {what}"
