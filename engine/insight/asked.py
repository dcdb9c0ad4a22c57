"""The picture that a question is about."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.data.dataset import SIDE, Dataset
from engine.insight.runs.undisturbed import InsightError
from engine.vocabulary.fields import counted
from engine.vocabulary.messages import Picture


@dataclass(frozen=True)
class Asked:
    """Pixels uint8 [28, 28] as the network sees them, the label (-1: not known), and the value of an empty pixel."""

    pixels: Tensor
    actual: int
    ground: float


def asked(picture: Picture, data: Callable[[], Dataset], own: Callable[[], Dataset], light: bool) -> Asked:
    """Return what a question names; data sets are read only if it is among them. `light`: the network has learned from
    pictures with a light ground. Raises InsightError, DataError."""
    ground = 1.0 if light else 0.0
    if picture.pixels:
        if len(picture.pixels) != SIDE * SIDE:
            raise InsightError(f"the picture has {len(picture.pixels)} pixels; give {SIDE * SIDE}, row by row")
        return Asked(torch.frombuffer(bytearray(picture.pixels), dtype=torch.uint8).view(SIDE, SIDE), -1, ground)
    found = own() if picture.part == "own" else data()
    train = picture.part == "train"
    images, labels = (found.train_images, found.train_labels) if train else (found.test_images, found.test_labels)
    if picture.index >= len(images):
        raise InsightError(
            f"{found.path}: has {counted(len(images), f'{picture.part} image')}, none with the index {picture.index:,};"
            f" give 0 to {len(images) - 1:,}"
        )
    return Asked(images[picture.index].cpu(), int(labels[picture.index]), ground)
