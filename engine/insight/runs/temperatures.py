"""The temperature of weights that were saved without one, in a file beside them.

Those of the present version have theirs in the checkpoint (engine/training/state.py). A checkpoint of an earlier one is
not written again: its temperature lies beside it, in `temperatures.json`, by the digest of its weights.
"""

from pathlib import Path

import msgspec

from engine.storage.files import open_regular, write_atomically
from engine.storage.printing import say
from engine.storage.runs.checkpoint import intact_digest
from engine.training.validation import Temperature

TEMPERATURES = "temperatures.json"
LARGEST = 1 << 14  # bytes of that file: a checkpoint has some 90
MOST_KEPT = 100


def kept_temperature(path: Path) -> float | None:
    """Return the temperature that lies beside a checkpoint, None where there is none for these weights."""
    return _read(path.parent).get(intact_digest(path)) if (path.parent / TEMPERATURES).exists() else None


def keep_temperature(path: Path, digest: str, temperature: float) -> None:
    """Keep the temperature of a checkpoint with this digest beside it. Where that cannot be written, it is said."""
    if not digest:  # the checkpoint is damaged: another one was read in its place
        return
    known = {**_read(path.parent), digest: temperature}
    newest = dict(list(known.items())[-MOST_KEPT:])
    try:
        write_atomically(path.parent / TEMPERATURES, msgspec.json.format(msgspec.json.encode(newest)) + b"\n")
    except OSError as error:
        say(f"{path.parent / TEMPERATURES}: cannot be written ({error}); the temperature is fitted again next time")


def _read(folder: Path) -> dict[str, float]:
    """Return what is kept; nothing of a file that is damaged or holds something else."""
    try:
        with open_regular(folder / TEMPERATURES) as file:
            return msgspec.json.decode(file.read(LARGEST), type=dict[str, Temperature])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
