"""The arrays of an .npz file in the program's form. What is unambiguous is read, everything else refused."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.data.images.mnist_form import SIDE
from engine.vocabulary.messages.base import DIGITS

SPLITS = ("train", "test")
NAMES = (
    {f"{split}_{what}": f"{split}_{what}" for split in SPLITS for what in ("images", "labels")},
    {f"{split}_{what}": f"{letter}_{split}" for split in SPLITS for what, letter in (("images", "x"), ("labels", "y"))},
)  # ours; and those of Keras's mnist.npz

Any_ = npt.NDArray[Any]


def names_in(found: Iterable[str]) -> dict[str, str]:
    """Return under which names a file has our four arrays, whatever their case; ours where it has none of them all."""
    by_lower = {name.lower(): name for name in found}
    for names in NAMES:
        if any(name in by_lower for name in names.values()):
            return {ours: by_lower.get(name, name) for ours, name in names.items()}
    return NAMES[0]


def as_images(arrays: Mapping[str, Any_], classes: int = len(DIGITS)) -> tuple[dict[str, Any_], list[str]]:
    """Return the arrays with images uint8 [N, 28, 28] and labels uint8 [N] of so many classes where they clearly mean
    that, and notes.

    Images may be flat, have a channel, be wider integers or numbers from 0 to 1; both parts in the same way. Labels may
    be any whole numbers, or one-hot. What is not clear stays as it is, for the caller to refuse.
    """
    changed, notes = dict(arrays), []
    parts = [f"{split}_images" for split in SPLITS]
    images = [flat_to_square(arrays[name]) for name in parts]
    scale = scale_of(images)
    for name, part in zip(parts, images, strict=True):
        if scale is not None and part.size:
            part = part if part.dtype == np.uint8 and scale == 1 else np.rint(part * float(scale)).astype(np.uint8)
        changed[name] = part
    if scale == 255:
        notes.append("images of 0 to 1 were scaled to 0 to 255")
    for split in SPLITS:
        changed[f"{split}_labels"] = plain_labels(arrays[f"{split}_labels"], classes)
    return changed, notes


def flat_to_square(images: Any_) -> Any_:
    if images.shape[1:] in ((SIDE * SIDE,), (SIDE, SIDE, 1), (1, SIDE, SIDE)):
        return images.reshape(len(images), SIDE, SIDE)
    return images


def scale_of(images: list[Any_]) -> int | None:
    """Return by what grey values are to be multiplied to be 0 to 255: 1 or 255, or None where that is not clear."""
    floats = [part.dtype.kind == "f" for part in images]
    if any(part.dtype.kind not in "bufi" or not part.size for part in images) or floats[0] != floats[1]:
        return None
    lows, highs = [float(part.min()) for part in images], [float(part.max()) for part in images]
    if not min(lows) >= 0 or not max(highs) <= 255:  # not a number is neither
        return None
    if max(highs) <= 1:
        return 255 if max(highs) == 1 or floats[0] else 1
    if floats[0] and (min(highs) <= 1 or any((part % 1).any() for part in images)):
        return None  # one part has another range than the other, or values were computed
    return 1


def plain_labels(labels: Any_, classes: int) -> Any_:
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim == 2 and labels.shape[1] == classes and labels.dtype.kind in "bufi" and one_hot(labels):
        digits: Any_ = labels.argmax(axis=1).astype(np.uint8)
        return digits
    whole = labels.dtype.kind in "ui" or (labels.dtype.kind == "f" and labels.size and not (labels % 1).any())
    if labels.ndim == 1 and labels.size and whole and labels.min() >= 0 and labels.max() < classes:
        return labels.astype(np.uint8)
    return labels


def one_hot(labels: Any_) -> bool:
    return bool(((labels == 0) | (labels == 1)).all() and (labels.sum(axis=1) == 1).all())
