"""The images that a run held out of training, and the temperature that weights of earlier versions get from them.

Those of the present version have theirs in the checkpoint (engine/training/state.py). Others are saved without, and a
checkpoint is not written again: their temperature lies beside it, in `temperatures.json`, by the digest of its weights.
"""

from collections.abc import Callable
from pathlib import Path

import msgspec
from torch import Tensor

from engine.data.find import DataError, Dataset
from engine.storage.files import open_regular, write_atomically
from engine.storage.printing import say
from engine.storage.runs.checkpoint import intact_digest
from engine.training.validation import Temperature, split
from engine.vocabulary.config import RunConfig
from engine.vocabulary.run_conventions import Conventions

TEMPERATURES = "temperatures.json"
LARGEST = 1 << 14  # bytes of that file: a checkpoint has some 90
MOST_KEPT = 100


def held_out_of(
    name: str, config: RunConfig, conventions: Conventions, data: Callable[[], Dataset]
) -> tuple[tuple[Tensor, Tensor] | None, str]:
    """Return the images [N, 28, 28] and labels [N] that a run held out; None with the reason where there are none, or
    `data`, which reads its data set, raises DataError."""
    if not config.validation:
        return None, (
            f"run {name} held no images out of training, and a temperature fitted to test images would make them look"
            " better than they are; train with --validation 0.1, say, to get one"
        )
    try:
        found = data()
    except DataError as error:
        return None, f"the images that run {name} held out cannot be read: {error}"
    chosen = split(found.train_labels, config.validation, conventions.stratified)[1].to(found.train_images.device)
    return (found.train_images[chosen], found.train_labels[chosen]), ""


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
