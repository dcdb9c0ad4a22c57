"""A disk that takes nothing more: the run waits, says why, and goes on when there is room again."""

import errno
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from engine.storage.runs.checkpoint import load_checkpoint, load_last
from engine.storage.runs.event_log import EVENTS, EventReader
from engine.storage.runs.folders import LAST
from engine.storage.runs.listing import list_runs
from engine.storage.runs.record import read_record
from engine.training.loop import train
from engine.training.run import Run
from engine.vocabulary.messages import (
    CheckpointSaved,
    CommandDone,
    Continue,
    EpochDone,
    Pause,
    Paused,
    ResumeRun,
    RunEnded,
    SavingFailed,
    Shutdown,
    StartRun,
    Steer,
    Steered,
    StepsDone,
    Stop,
)
from tests.engine.server.worker.driven_worker import CONFIG, RUN, Engine, engine, waiting  # noqa: F401

CHECKPOINT, LOG = "engine.training.run.save_checkpoint", "engine.storage.runs.log_writer.RunLog._append"
BELIEFS = "engine.insight.beliefs.belief_log.BeliefLog.append"


def failing(number: int) -> Callable[..., None]:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


def undisturbed(engine: Engine) -> dict[str, torch.Tensor]:
    """Return the weights at the end of the same run on a healthy disk."""
    assert engine.worker.loader.data is not None
    run = Run(CONFIG, engine.worker.loader.data)
    for _ in train(run):
        pass
    return run.model.state_dict()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EIO, errno.EACCES])
@pytest.mark.parametrize("what", [CHECKPOINT, LOG, BELIEFS, "engine.storage.runs.log_writer.RunLog.save_record"])
def test_the_run_waits_says_why_and_ends_as_if_nothing_had_been(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, what: str, number: int
) -> None:
    engine.done(StartRun(config=CONFIG))
    engine.train_until(lambda: engine.sink.of(CheckpointSaved) != [])
    good = (engine.checkpoints / RUN / LAST).read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(what, failing(number))
        engine.train_until(lambda: waiting(engine))
        step = engine.step
        for _ in range(5):
            engine.worker.jobs.advance()
        [problem] = engine.sink.of(SavingFailed)  # said once, not with each attempt
        assert os.strerror(number) in problem.reason
        assert RUN in problem.reason
        assert (problem.step, engine.step) == (step, step)
        assert (engine.checkpoints / RUN / LAST).read_bytes() == good
    ended = engine.finish()
    assert (ended.state, ended.step) == ("finished", 8)
    logged = list(EventReader(engine.checkpoints / RUN))
    assert logged == [event for event in engine.sink.events if type(event) in {type(each) for each in logged}]
    assert [event.epoch for event in logged if isinstance(event, EpochDone)] == [1, 2]
    assert sum(event.steps for event in logged if isinstance(event, StepsDone)) == 8
    weights = load_checkpoint(engine.checkpoints / RUN / LAST)["model"]
    assert all(torch.equal(weights[name], value) for name, value in undisturbed(engine).items())


def test_commands_work_while_the_run_waits_and_are_on_record_afterwards(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.done(StartRun(config=CONFIG))
    with monkeypatch.context() as patch:
        patch.setattr(LOG, failing(errno.ENOSPC))
        engine.train_until(lambda: waiting(engine))
        engine.done(Steer(changes={"lr": 0.5}))
        engine.done(Pause())
        assert engine.sink.of(Steered) == []  # no screen hears of what is not on record
        assert engine.sink.of(Paused) == []
        assert engine.worker.jobs.active is not None
        assert not engine.worker.jobs.active.idle  # it goes on trying to write
    engine.worker.jobs.advance()
    assert [type(event) for event in EventReader(engine.checkpoints / RUN)][-3:] == [Steered, CheckpointSaved, Paused]
    assert read_record(engine.checkpoints / RUN).state == "paused"
    assert engine.worker.jobs.active.idle
    engine.done(Continue())
    assert engine.finish().state == "finished"


def test_a_stop_that_cannot_save_is_refused_and_nothing_is_lost(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.done(StartRun(config=CONFIG))
    engine.train_until(lambda: engine.step == 6)
    with monkeypatch.context() as patch:
        patch.setattr(CHECKPOINT, failing(errno.ENOSPC))
        refusal = engine.refused(Stop())
        assert "No space left" in refusal
        assert "without its last 2 steps" in refusal
        assert "No space left" in engine.refused(Shutdown())
        assert not engine.worker.handler.ending
    engine.done(Stop())
    assert engine.sink.of(RunEnded)[-1].state == "stopped"
    assert load_checkpoint(engine.checkpoints / RUN / LAST)["position"]["step"] == 6


@pytest.mark.parametrize("command", [Stop(force=True), Shutdown(force=True)], ids=["stop", "shutdown"])
@pytest.mark.parametrize("what", [CHECKPOINT, LOG])
def test_a_forced_stop_ends_a_run_that_cannot_be_saved_and_says_what_is_lost(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, command: Stop | Shutdown, what: str
) -> None:
    engine.done(StartRun(config=CONFIG))
    engine.train_until(lambda: engine.step == 6)
    with monkeypatch.context() as patch:
        patch.setattr(what, failing(errno.ENOSPC))
        engine.done(command)
        assert engine.worker.jobs.active is None
        ended = engine.sink.of(RunEnded)[-1]
        assert ended.state == "stopped"
        assert "No space left" in ended.reason
        assert f"its last {2 if what == CHECKPOINT else 0} steps are not saved" in ended.reason
    [summary] = list_runs(engine.checkpoints, live="")  # its record could not be written: the engine knows better
    assert (summary.state, summary.resumable) == ("interrupted", True)
    engine.done(ResumeRun(run=RUN))
    assert engine.finish().step == 8


def test_a_forced_stop_on_a_healthy_disk_saves(engine: Engine) -> None:
    engine.done(StartRun(config=CONFIG))
    engine.train_until(lambda: engine.step == 6)
    engine.done(Stop(force=True))
    assert engine.sink.of(RunEnded)[-1].reason == ""
    assert load_last(engine.checkpoints / RUN)[0]["position"]["step"] == 6


def test_an_end_that_cannot_be_logged_waits_too(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    engine.done(StartRun(config=CONFIG))
    with monkeypatch.context() as patch:
        patch.setattr("engine.storage.runs.log_writer.RunLog.close", failing(errno.ENOSPC))
        engine.train_until(lambda: waiting(engine))
        assert engine.sink.of(RunEnded) == []
    assert engine.finish().state == "finished"
    ends = [event for event in EventReader(engine.checkpoints / RUN) if isinstance(event, RunEnded)]
    assert len(ends) == 1
    assert read_record(engine.checkpoints / RUN).state == "finished"


def test_a_run_that_cannot_even_begin_leaves_nothing_behind(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("engine.storage.runs.log_writer.RunLog.save_record", failing(errno.ENOSPC))
        assert "No space left" in engine.refused(StartRun(config=CONFIG))
    assert list(engine.checkpoints.iterdir()) == []
    engine.done(StartRun(config=CONFIG))


def test_a_full_engine_log_ends_nothing(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def write(self, text: str) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        flush = write

    monkeypatch.setattr("sys.stdout", Full())
    monkeypatch.setattr("sys.stderr", Full())
    engine.done(StartRun(config=CONFIG))
    with monkeypatch.context() as patch:
        patch.setattr(CHECKPOINT, failing(errno.ENOSPC))
        engine.train_until(lambda: waiting(engine))
    monkeypatch.setattr("engine.server.worker.jobs.Jobs.steer", lambda *_: 1 / 0)
    assert "ZeroDivisionError" in engine.refused(Steer(changes={}))
    assert engine.finish().state == "finished"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 1.5 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1536k", "tmpfs", str(folder)]
    if os.getuid() != 0 or shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting a small tmpfs needs root and its permission")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_on_a_real_full_disk_the_last_checkpoint_stays_and_saving_works_again(engine: Engine, small_disk: Path) -> None:
    engine = Engine(small_disk / "runs")
    engine.load()
    engine.done(StartRun(config=CONFIG))
    engine.train_until(lambda: len(engine.sink.of(CheckpointSaved)) == 1)
    ballast = small_disk / "ballast"
    with open(ballast, "wb", buffering=0) as file:  # until nothing fits any more
        while True:
            try:
                file.write(b"x" * 4096)
            except OSError:
                break
    good = (small_disk / "runs" / RUN / LAST).read_bytes()
    engine.train_until(lambda: waiting(engine))
    assert "No space left on device" in engine.sink.of(SavingFailed)[0].reason
    assert (small_disk / "runs" / RUN / LAST).read_bytes() == good
    assert "without its last" in engine.refused(Stop())
    ballast.unlink()
    assert engine.finish().state == "finished"
    state, problem = load_last(small_disk / "runs" / RUN)
    assert (state["position"]["step"], problem) == (8, "")
    reader = EventReader(small_disk / "runs" / RUN)
    assert [event.epoch for event in reader if isinstance(event, EpochDone)] == [1, 2]
    assert reader.skipped == 0
    assert not list((small_disk / "runs" / RUN).glob(".*"))
    assert isinstance(engine.tell(Shutdown()), CommandDone)
    assert (small_disk / "runs" / RUN / EVENTS).exists()


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP])
def test_a_file_system_that_cannot_flush_folders_is_good_enough(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr(os, "fsync", failing(number))
    engine.done(StartRun(config=CONFIG))
    assert engine.finish().state == "finished"
    assert engine.sink.of(SavingFailed) == []


def test_a_disk_that_fails_on_an_open_file_is_named(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", failing(errno.EIO))
    refusal = engine.refused(StartRun(config=CONFIG))
    assert refusal == f"{engine.checkpoints / RUN}/run.json: Input/output error"
