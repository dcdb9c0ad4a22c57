"""Small data sets, and folders of the user that lie in a temporary place."""

from pathlib import Path

import numpy as np
import pytest

from engine.dataset import Array, Dataset, make_dataset


@pytest.fixture(autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the user's own cache or data."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
    monkeypatch.delenv("MNIST_TUI_DATA", raising=False)


@pytest.fixture
def tiny() -> dict[str, Array]:
    """30 training and 20 test images of noise, each digit among the labels, in no order."""
    random = np.random.default_rng(0)
    arrays = {}
    for split, count in (("train", 30), ("test", 20)):
        arrays[f"{split}_images"] = random.integers(0, 200, (count, 28, 28), np.uint8)
        arrays[f"{split}_labels"] = random.permutation(np.arange(count, dtype=np.uint8) % 10)
    return arrays


@pytest.fixture
def tiny_dataset(tiny: dict[str, Array], tmp_path: Path) -> Dataset:
    return make_dataset(tiny, "IDX files", tmp_path)
