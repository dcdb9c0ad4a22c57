"""Small data sets, and folders of the user that lie in a temporary place."""

import itertools
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

if "MNIST_TUI_TEST_GPU" not in os.environ:  # before torch looks: the bits that tests compare are those of a CPU
    os.environ["CUDA_VISIBLE_DEVICES"] = ""

import numpy as np
import pytest
import torch
from engines import kill_engines
from hypothesis import settings
from quiet_pilot import _pauses_last_until_all_is_done as _pauses_last_until_all_is_done

import tui.link.start
from engine.data.dataset import ARRAYS, Array, Dataset, make_dataset, write_npz
from engine.storage.paths import SAMPLE_NAME, sample_file

torch.set_num_threads(1)  # the bits of a sum depend on the number, which changes where the machine is busy

settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def _homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """New folders, without a look at the thousands that there are, as pytest's own would need."""
    folder = tmp_path_factory.mktemp("homes")
    return (folder / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def _own_folders(_homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the user's own cache, preferences, data or state."""
    home = next(_homes)
    for name in ("cache", "config", "state"):
        (home / name).mkdir(parents=True)
        monkeypatch.setenv(f"XDG_{name.upper()}_HOME", str(home / name))
    monkeypatch.delenv("MNIST_TUI_CHECKPOINTS", raising=False)
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


@pytest.fixture(scope="session")
def digit_arrays() -> dict[str, Array]:
    """200 training and 100 test digits of the sample."""
    with np.load(sample_file()) as content:
        return {name: content[name][: 200 if name.startswith("train") else 100] for name in ARRAYS}


@pytest.fixture(scope="session")
def digits(digit_arrays: dict[str, Array]) -> Dataset:
    return make_dataset(digit_arrays, "sample", Path("digits.npz"), sample=True)


@pytest.fixture
def digits_folder(digit_arrays: dict[str, Array], tmp_path: Path) -> Path:
    """A data folder with the 200 and 100 digits, found without naming it by processes started from here."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / SAMPLE_NAME).write_bytes(write_npz(digit_arrays, ()))
    return folder


@pytest.fixture
def checkpoints(tmp_path: Path, digits_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of runs for engine processes of this test's own; those that still run at its end are killed."""
    monkeypatch.setenv("MNIST_TUI_DATA", str(digits_folder))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    started: list[subprocess.Popen[bytes]] = []
    real_start = tui.link.start.start_engine

    def start_engine(*arguments: Any) -> "subprocess.Popen[bytes]":
        started.append(real_start(*arguments))
        return started[-1]

    monkeypatch.setattr(tui.link.start, "start_engine", start_engine)
    yield tmp_path / "checkpoints"
    kill_engines(Path(os.environ["XDG_STATE_HOME"]))
    for process in started:
        process.kill()
        process.wait()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kills", type=int, default=6, help="how often the engine is killed in the loop of kills")
