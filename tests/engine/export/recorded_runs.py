"""Runs that were trained once for all tests of a file, and how they are exported."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.data.dataset import Array, write_npz
from engine.export.answer import export
from engine.storage.paths import SAMPLE_NAME
from engine.vocabulary.messages import EpochDone, StartRun, Steer
from engine.vocabulary.messages.export_messages import Exported, ExportRequest
from tests.engine.server.worker.driven_worker import CONFIG, Engine

FIRST, SECOND = "0001-seed-cnn", "0002-mlp"
TITLE = r"five $\frac{1}{2}$ <b>&"


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory, digit_arrays: dict[str, Array]) -> Iterator[Path]:
    """Two runs: one with images held out, averaged weights, a title and a steered rate, and a small one."""
    folder = tmp_path_factory.mktemp("recorded")
    (folder / SAMPLE_NAME).write_bytes(write_npz(digit_arrays, ()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MNIST_TUI_DATA", str(folder))
        for name in ("CACHE", "CONFIG", "STATE"):
            (folder / name).mkdir()
            patch.setenv(f"XDG_{name}_HOME", str(folder / name))
        patch.setattr("engine.training.loop.REPORT_EVERY", 0.0)
        engine = Engine(folder / "checkpoints")
        engine.worker.loader.load("")
        engine.done(StartRun(config=CONFIG.replace({"validation": 0.2, "ema": 0.5, "epochs": 3, "keep_every": 1})))
        engine.train_until(lambda: bool(engine.sink.of(EpochDone)))
        engine.done(Steer(changes={"lr": 0.002}))
        engine.finish()
        engine.done(StartRun(config=CONFIG.replace({"model": "mlp", "width": 0.25, "epochs": 1})))
        engine.finish()
        from engine.storage.runs.record import OwnWords, edit

        edit(folder / "checkpoints" / FIRST, OwnWords(title=TITLE))
        yield folder / "checkpoints"


def request(checkpoints: Path, format: str, folder: Path, *runs: str, **more: Any) -> ExportRequest:
    """Ask for runs, the first where none is named."""
    return ExportRequest(
        checkpoints=str(checkpoints), runs=list(runs) or [FIRST], format=format, folder=str(folder), **more
    )


def exported(checkpoints: Path, format: str, folder: Path, *runs: str, **more: Any) -> Path:
    """Export to one file, and return it."""
    done = export(request(checkpoints, format, folder, *runs, **more))
    assert done.problem == ""
    [file] = done.files
    return Path(file)


def refused(checkpoints: Path, format: str, folder: Path, *runs: str, **more: Any) -> str:
    before = sorted(folder.iterdir())
    done: Exported = export(request(checkpoints, format, folder, *runs, **more))
    assert done.files == []
    assert sorted(folder.iterdir()) == before
    return done.problem
