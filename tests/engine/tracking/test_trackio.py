"""Trackio, read back from its own database."""

from pathlib import Path

import pytest

from tests.engine.tracking.made_runs import KILLED, RESUMED, RUN, TWO_EPOCHS, MemoryTracker, make_run

pytest.importorskip("trackio", reason="Trackio is not installed: pip install 'mnist-tui[trackio]'")

import trackio.sqlite_storage
import trackio.utils
from trackio.sqlite_storage import SQLiteStorage

from engine.tracking.cursor import cursor_path
from engine.tracking.sender import Sender

ALL = list(range(1, 81))


@pytest.fixture(autouse=True)
def _own_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (trackio.sqlite_storage, trackio.utils, trackio.media.media, trackio.media.utils):
        for name, place in (("TRACKIO_DIR", tmp_path / "trackio"), ("MEDIA_DIR", tmp_path / "trackio" / "media")):
            if hasattr(module, name):
                monkeypatch.setattr(module, name, place)


def sent(folder: Path) -> None:
    sender = Sender(folder, "trackio", "")
    sender.send()
    sender.close()
    assert (sender.problem, sender.told.done) == ("", True)


def losses() -> list[tuple[int, float]]:
    rows = SQLiteStorage.get_logs("mnist-tui", RUN)
    return sorted((row["step"], row["train/loss"]) for row in rows if "train/loss" in row)


def test_scalars_pictures_steering_and_hyperparameters_are_read_back(tmp_path: Path) -> None:
    sent(make_run(tmp_path, TWO_EPOCHS))
    assert losses() == [(step, step / 10) for step in ALL]
    rows = SQLiteStorage.get_logs("mnist-tui", RUN)
    assert [row["step"] for row in rows if "confusion" in row] == [40, 80]
    picture = next(row["confusion"] for row in rows if "confusion" in row)
    assert (trackio.media.media.MEDIA_DIR / picture["file_path"]).read_bytes().startswith(b"\x89PNG")
    assert [row["steering/lr"] for row in rows if "steering/lr" in row] == [0.5]
    config = SQLiteStorage.get_run_config("mnist-tui", RUN) or {}
    assert (config["epochs"], config["lr"], config["network"]) == (3, 1e-3, "seed-cnn")


def test_what_is_sent_twice_is_there_once(tmp_path: Path) -> None:
    folder = make_run(tmp_path, TWO_EPOCHS)
    sent(folder)
    cursor_path(folder, "trackio").unlink()
    sent(folder)
    assert [step for step, _ in losses()] == ALL


def test_a_resumed_run_is_one_run_with_each_step_once(tmp_path: Path) -> None:
    folder = make_run(tmp_path, KILLED, "interrupted")
    sent(folder)
    make_run(tmp_path, RESUMED)
    sent(folder)
    assert [step for step, _ in losses()] == ALL
    assert SQLiteStorage.get_runs("mnist-tui") == [RUN]
    assert not MemoryTracker.takes_back
