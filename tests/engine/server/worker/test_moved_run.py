"""The folder of a run is moved, deleted or replaced while it trains: its log goes on there, or it waits."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.storage.runs.event_log import EVENTS, EventReader
from engine.storage.runs.record import read_record
from engine.vocabulary.messages import (
    SavingFailed,
    StartRun,
    Stop,
)
from tests.engine.server.worker.driven_worker import (  # noqa: F401  (engine is a fixture)
    CONFIG,
    RUN,
    Engine,
    engine,
    waiting,
)


def moved(engine: Engine, tmp_path: Path, *, link: bool = True) -> None:
    """Move the runs to another disk, and leave a link: what people do when a disk is full."""
    shutil.copytree(engine.checkpoints, tmp_path / "other disk" / "runs")
    shutil.rmtree(engine.checkpoints)
    if link:
        engine.checkpoints.symlink_to(tmp_path / "other disk" / "runs")


def whole_log(engine: Engine) -> bool:
    """Tell whether all that screens were told is in the log at its path, and the run's record beside it."""
    logged = list(EventReader(engine.checkpoints / RUN))
    told = [event for event in engine.sink.events if type(event) in {type(each) for each in logged}]
    return logged == told and read_record(engine.checkpoints / RUN).state == "finished"


def test_a_run_that_is_moved_to_another_disk_is_logged_there(engine: Engine, tmp_path: Path) -> None:
    engine.done(StartRun(config=CONFIG))
    engine.train_until(lambda: engine.step == 3)
    moved(engine, tmp_path)
    assert engine.finish().state == "finished"
    assert whole_log(engine)
    assert engine.sink.of(SavingFailed) == []


def test_what_was_logged_while_the_run_was_copied_is_added(engine: Engine, tmp_path: Path) -> None:
    engine.done(StartRun(config=CONFIG))
    engine.train_until(lambda: engine.step == 3)
    copy = tmp_path / "other disk" / "runs"
    shutil.copytree(engine.checkpoints, copy)
    log = copy / RUN / EVENTS
    log.write_bytes(log.read_bytes()[:-10])  # and in the middle of a line
    engine.train_until(lambda: engine.step == 5)
    shutil.rmtree(engine.checkpoints)
    engine.checkpoints.symlink_to(copy)
    assert engine.finish().state == "finished"
    assert whole_log(engine)


def test_a_run_whose_folder_is_gone_waits_says_so_and_goes_on_when_it_is_there_again(
    engine: Engine, tmp_path: Path
) -> None:
    engine.done(StartRun(config=CONFIG))
    engine.train_until(lambda: engine.step == 3)
    moved(engine, tmp_path, link=False)
    engine.train_until(lambda: waiting(engine))
    [problem] = engine.sink.of(SavingFailed)
    assert problem.reason == f"{engine.checkpoints / RUN / EVENTS}: No such file or directory"
    assert "Bring its folder back, or put a link in its place, or end it" in engine.refused(Stop())
    engine.checkpoints.symlink_to(tmp_path / "other disk" / "runs")
    assert engine.finish().state == "finished"
    assert whole_log(engine)


def test_a_log_that_was_deleted_is_written_anew(engine: Engine) -> None:
    engine.done(StartRun(config=CONFIG))
    engine.train_until(lambda: engine.step == 3)
    (engine.checkpoints / RUN / EVENTS).unlink()
    assert engine.finish().state == "finished"
    assert whole_log(engine)


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: path.write_text("something else\n")])
def test_what_stands_in_the_place_of_a_log_is_named_and_kept(engine: Engine, make: Callable[[Path], object]) -> None:
    engine.done(StartRun(config=CONFIG))
    engine.train_until(lambda: engine.step == 3)
    path = engine.checkpoints / RUN / EVENTS
    path.unlink()
    make(path)
    engine.train_until(lambda: waiting(engine))
    assert str(path) in engine.sink.of(SavingFailed)[0].reason
    path.rename(path.with_name("away"))
    assert engine.finish().state == "finished"
    assert whole_log(engine)
