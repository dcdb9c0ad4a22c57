"""Data folders whose files look different: dark ink, scans, transparency, more bits, colours."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.data.dataset import Array
from tests.engine.data.images.conditions import CONDITIONS

Write = Callable[[Array, Path], Any]


@pytest.fixture
def few(digit_arrays: dict[str, Array]) -> dict[str, Array]:
    """100 training and 40 test digits."""
    return {name: array[: 100 if name.startswith("train") else 40] for name, array in digit_arrays.items()}


def folder_of(arrays: dict[str, Array], root: Path, write: Write, ending: str = "png") -> Path:
    for split in ("train", "test"):
        pairs = zip(arrays[f"{split}_images"], arrays[f"{split}_labels"], strict=True)
        for index, (image, label) in enumerate(pairs):
            folder = root / split / str(label)
            folder.mkdir(parents=True, exist_ok=True)
            write(image, folder / f"{index:05}.{ending}")
    return root


def save(pixels: Any, path: Path, **options: Any) -> None:
    Image.fromarray(pixels).save(path, **options)


def black_on_white(image: Array, path: Path) -> None:
    save(255 - image, path)


def scan(image: Array, path: Path) -> None:
    """120x90, dark on white, somewhere on the page."""
    ink = Image.fromarray(image).resize((70, 70), Image.Resampling.BICUBIC)
    page = Image.new("L", (90, 120), 238)
    page.paste(20, (5 + int(image.sum()) % 12, 40), mask=ink)
    page.save(path)


def narrow(image: Array, path: Path) -> None:
    save(np.pad(255 - image, ((14, 14), (0, 0)), constant_values=255), path)


def transparent(image: Array, path: Path) -> None:
    picture = Image.new("RGBA", (28, 28), "black")
    picture.putalpha(Image.fromarray(image))
    picture.save(path)


def transparent_palette(image: Array, path: Path) -> None:
    Image.fromarray(np.zeros_like(image) + (image > 100)).convert("P").save(path, transparency=0)


def twelve_bits(image: Array, path: Path) -> None:
    save((image.astype(np.uint32) * 4095 // 255).astype(np.uint16), path)


def wide_tiff(image: Array, path: Path) -> None:
    save(image.astype(np.int32), path)


def float_tiff(image: Array, path: Path) -> None:
    save(image.astype(np.float32) / 255, path)


def shifted(image: Array, path: Path) -> None:
    save(np.roll(image, (3, -3), (0, 1)), path)


def in_the_corner(image: Array, path: Path) -> None:
    path.write_bytes(CONDITIONS["28x28, 12x12 in a corner"][0](image, np.random.default_rng(0)))


def red_on_green(image: Array, path: Path) -> None:
    ink = image[..., None] / 255
    save((np.array([0, 130, 0]) * (1 - ink) + np.array([255, 0, 0]) * ink).astype(np.uint8), path)


def as_they_are(image: Array, path: Path) -> None:
    save(image, path)


KINDS: dict[str, tuple[Write, str, str]] = {
    "black on white": (black_on_white, "png", "all 140 images inverted (dark ink on a light ground)"),
    "scans": (scan, "png", "all 140 images inverted (dark ink on a light ground), cropped, scaled, centred"),
    "28x56": (narrow, "png", "all 140 images inverted (dark ink on a light ground), cropped, scaled, centred"),
    "black on nothing": (transparent, "png", "all 140 images inverted (dark ink on a light ground)"),
    "a palette with nothing": (transparent_palette, "png", "images inverted (dark ink on a light ground)"),
    "12 of 16 bits": (twelve_bits, "png", "all 140 images read as values of 0 to 4,095"),
    "32-bit integers": (wide_tiff, "tiff", "all 140 images read as values of 0 to 255"),
    "floats": (float_tiff, "tiff", "all 140 images read as values of 0 to 1"),
    "shifted": (shifted, "png", "all 140 images cropped, scaled, centred"),
    "small in a corner": (in_the_corner, "png", "all 140 images cropped, scaled, centred"),
    "red on green": (red_on_green, "png", "all 140 images read from the red channel"),
    "MNIST's": (as_they_are, "png", ""),
}
