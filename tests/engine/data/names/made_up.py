"""Made-up data that anything learns quickly: each class has a pattern of its own, with some noise."""

from pathlib import Path

import numpy as np
from PIL import Image

from engine.data.dataset import Array


def made_up(classes: int, train: int, test: int) -> dict[str, Array]:
    """Return the four arrays of a data set."""
    patterns = np.random.default_rng(5).integers(0, 256, (classes, 7, 7)).repeat(4, 1).repeat(4, 2)
    noise = np.random.default_rng(1)
    arrays: dict[str, Array] = {}
    for split, count in (("train", train), ("test", test)):
        labels = (np.arange(count) % classes).astype(np.uint8)
        images = patterns[labels] + noise.integers(-60, 60, (count, 28, 28))
        arrays[f"{split}_images"] = np.clip(images, 0, 255).astype(np.uint8)
        arrays[f"{split}_labels"] = labels
    return arrays


def write_folders(root: Path, names: list[str], train: int, test: int) -> Path:
    """Write made-up data as image folders of these names."""
    arrays = made_up(len(names), train, test)
    for split in ("train", "test"):
        for name in names:
            (root / split / name).mkdir(parents=True)
        for index, label in enumerate(arrays[f"{split}_labels"]):
            image = Image.fromarray(arrays[f"{split}_images"][index])
            image.save(root / split / names[label] / f"{index:05}.png", compress_level=1)
    return root
