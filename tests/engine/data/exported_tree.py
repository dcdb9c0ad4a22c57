"""A data folder of images, exported from a data set."""

import os
from pathlib import Path

import pytest
import torch

import engine.data.folder_images
from engine.data.dataset import ARRAYS, Dataset
from engine.data.folder import export_pngs
from engine.data.images.decode import Pixels


@pytest.fixture
def tree(tmp_path: Path, tiny_dataset: Dataset) -> Path:
    export_pngs(tiny_dataset, tmp_path / "digits")
    return tmp_path / "digits"


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were decoded, rather than read from the cache."""
    names: list[str] = []
    decode_pixels = engine.data.folder_images.decode_pixels

    def spy(path: str, content: bytes) -> Pixels:
        names.append(os.path.basename(path))
        return decode_pixels(path, content)

    monkeypatch.setattr(engine.data.folder_images, "decode_pixels", spy)
    return names


def same(one: Dataset, other: Dataset) -> bool:
    return all(torch.equal(getattr(one, name), getattr(other, name)) for name in ARRAYS)


def an_image(tree: Path) -> Path:
    return min((tree / "train" / "3").iterdir())
