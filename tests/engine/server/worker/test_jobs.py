"""What trains: a run begun, steered, paused, stopped, resumed, and what keeps it from that."""

import pytest
import torch

from engine.storage.runs.checkpoint import load_checkpoint
from engine.storage.runs.event_log import EventReader
from engine.storage.runs.folders import run_names
from engine.storage.runs.record import read_record
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    AnyCommand,
    CheckpointSaved,
    Continue,
    Continued,
    DataReady,
    EpochDone,
    MachineMeasured,
    Pause,
    Paused,
    ResumeRun,
    RunEnded,
    RunEvent,
    RunStarted,
    StartRun,
    Steer,
    Steered,
    StepsDone,
    Stop,
)
from tests.engine.server.worker.driven_worker import CONFIG, RUN, Engine, engine  # noqa: F401  (engine is a fixture)


def test_a_run_from_start_to_end(engine: Engine) -> None:
    engine.done(StartRun(config=CONFIG))
    assert engine.worker.busy
    ended = engine.finish()
    assert (ended.state, ended.step, ended.reason) == ("finished", 8, "")
    assert not engine.worker.busy
    kinds = [type(event) for event in engine.sink.events]
    assert kinds == [
        DataReady, RunStarted, *[StepsDone] * 4, EpochDone, CheckpointSaved, *[StepsDone] * 4, EpochDone,
        CheckpointSaved, RunEnded,
    ]  # fmt: skip
    record = read_record(engine.checkpoints / RUN)
    assert (record.state, record.epoch, record.step, record.config) == ("finished", 2, 8, CONFIG)
    assert record.versions.keys() == {"mnist-tui", "python", "torch", "numpy"}
    assert record.test_accuracy == engine.sink.of(EpochDone)[-1].test_accuracy


def test_what_the_machine_does_meanwhile_is_in_the_log_and_told(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.machine.usage.monitor.FIRST", 0.0)
    monkeypatch.setattr("engine.machine.usage.monitor.EVERY", 0.0)
    engine.done(StartRun(config=CONFIG))
    while not engine.sink.of(MachineMeasured):
        engine.done(Steer(changes={"epochs": 1000}))
        engine.worker.jobs.advance()
    engine.done(Stop())
    [measured] = engine.sink.of(MachineMeasured)
    assert measured in list(EventReader(engine.checkpoints / RUN))
    assert (measured.run, 0 < measured.memory <= measured.memory_total) == (RUN, True)


def test_the_log_holds_what_the_screens_were_told(engine: Engine) -> None:
    engine.done(StartRun(config=CONFIG))
    engine.done(Steer(changes={"lr": 0.5}))
    engine.done(Pause())
    engine.done(Continue())
    engine.finish()
    assert list(EventReader(engine.checkpoints / RUN)) == [
        event for event in engine.sink.events if isinstance(event, RunEvent)
    ]


def test_a_second_run_is_refused_while_one_trains(engine: Engine) -> None:
    engine.done(StartRun(config=CONFIG))
    assert f"{RUN} is already training" in engine.refused(StartRun(config=CONFIG))
    assert f"{RUN} is already training" in engine.refused(ResumeRun(run=RUN))
    assert run_names(engine.checkpoints) == [RUN]
    assert engine.finish().state == "finished"
    engine.done(StartRun(config=CONFIG))
    assert engine.worker.jobs.live is not None
    assert engine.worker.jobs.live.name == "0002-seed-cnn"


@pytest.mark.parametrize(
    ("field", "value"),
    [("epochs", 0), ("epochs", -3), ("batch_size", 0), ("lr", 0.0), ("lr", 1e9), ("dropout", 2.0), ("model", "vgg"),
     ("seed", -1), ("seed", 2**64), ("device", "tpu"), ("device", "cuda:99"), ("batch_size", 201)],
)  # fmt: skip
def test_a_config_that_no_form_lets_through_is_refused_without_a_folder(
    engine: Engine, field: str, value: object
) -> None:
    reason = engine.refused(StartRun(config=RunConfig(**{field: value})))  # type: ignore[arg-type]
    assert field in reason
    assert str(value) in reason
    assert run_names(engine.checkpoints) == []
    assert engine.worker.jobs.active is None


def test_a_pause_saves_and_a_continuation_goes_on(engine: Engine) -> None:
    engine.done(StartRun(config=CONFIG))
    engine.train_until(lambda: engine.step == 3)
    engine.done(Pause())
    assert engine.worker.jobs.active is not None
    assert engine.worker.jobs.active.paused
    assert load_checkpoint(engine.checkpoints / RUN / "last.pt")["position"]["step"] == 3
    assert read_record(engine.checkpoints / RUN).state == "paused"
    assert [event.step for event in engine.sink.of(Paused)] == [3]
    engine.done(Pause())  # once is enough
    assert len(engine.sink.of(Paused)) == 1
    engine.done(Continue())
    engine.done(Continue())
    assert len(engine.sink.of(Continued)) == 1
    assert read_record(engine.checkpoints / RUN).state == "running"
    assert engine.finish().state == "finished"


def test_steering_is_told_and_recorded(engine: Engine) -> None:
    engine.done(StartRun(config=CONFIG))
    engine.done(Steer(changes={"lr": 0.25, "epochs": 3}))
    [steered] = engine.sink.of(Steered)
    assert (steered.changes, steered.config.lr, steered.config.epochs) == ({"lr": 0.25, "epochs": 3}, 0.25, 3)
    assert "weight_decay" in engine.refused(Steer(changes={"lr": 0.5, "weight_decay": 7}))
    assert "cannot change during a run" in engine.refused(Steer(changes={"seed": 7}))
    assert len(engine.sink.of(Steered)) == 1
    assert engine.finish().step == 12
    assert read_record(engine.checkpoints / RUN).config.lr == 0.25


@pytest.mark.parametrize(
    "command", [Pause(), Continue(), Stop(), Steer(changes={"lr": 0.1})], ids=lambda c: type(c).__name__
)
def test_what_needs_a_run_says_so_without_one(engine: Engine, command: AnyCommand) -> None:
    assert engine.refused(command) == "no run is training"


def test_a_stopped_run_is_resumed_at_its_very_step_with_its_history(engine: Engine) -> None:
    engine.done(StartRun(config=CONFIG))
    engine.train_until(lambda: engine.step == 5)
    engine.done(Stop())
    assert engine.worker.jobs.active is None
    assert (read_record(engine.checkpoints / RUN).state, engine.sink.of(RunEnded)[-1].state) == ("stopped", "stopped")

    again = Engine(engine.checkpoints)  # another process, say
    again.done(ResumeRun(run="1", changes={"epochs": 3}))
    [history] = again.sink.histories
    assert isinstance(history[0], RunStarted)
    assert isinstance(history[-1], RunEnded)
    assert again.sink.of(RunStarted)[0].step == 5
    assert read_record(again.checkpoints / RUN).state == "running"
    assert again.finish().step == 12
    record = read_record(again.checkpoints / RUN)
    assert (record.state, record.config.epochs, record.reason) == ("finished", 3, "")
    assert len([event for event in EventReader(again.checkpoints / RUN) if isinstance(event, EpochDone)]) == 3


def test_a_resume_that_cannot_be_says_why_and_changes_nothing(engine: Engine) -> None:
    assert "holds no run yet" in engine.refused(ResumeRun(run="0007-seed-cnn"))
    engine.done(StartRun(config=CONFIG))
    engine.finish()
    before = (engine.checkpoints / RUN / "run.json").read_bytes()
    assert "there is no run" in engine.refused(ResumeRun(run="../0001-seed-cnn"))
    assert "2 are done" in engine.refused(ResumeRun(run=RUN))
    assert "cannot change" in engine.refused(ResumeRun(run=RUN, changes={"batch_size": 3}))
    for name in ("last.pt", "previous.pt"):
        (engine.checkpoints / RUN / name).write_bytes(b"damaged")
    assert "last.pt: does not match" in engine.refused(ResumeRun(run=RUN, changes={"epochs": 9}))
    assert (engine.checkpoints / RUN / "run.json").read_bytes() == before
    assert engine.sink.histories == []


def test_a_run_that_fails_says_why_and_the_next_one_trains(engine: Engine) -> None:
    engine.done(StartRun(config=CONFIG))
    assert engine.worker.jobs.live is not None
    with torch.no_grad():
        next(engine.worker.jobs.live.model.parameters()).fill_(float("nan"))
    ended = engine.finish()
    assert (ended.state, ended.step) == ("failed", 1)
    assert "nan at step 1" in ended.reason
    assert read_record(engine.checkpoints / RUN).reason == ended.reason
    engine.done(StartRun(config=CONFIG))
    assert engine.finish().state == "finished"


def test_an_unexpected_error_in_a_step_fails_the_run_alone(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.done(StartRun(config=CONFIG))

    def broken(*_: object) -> None:
        raise RuntimeError("CUDA error: an illegal memory access")

    monkeypatch.setattr("engine.training.step.logits_of", broken)
    assert engine.finish().reason == "RuntimeError: CUDA error: an illegal memory access"
    assert "Traceback" in capsys.readouterr().err
    engine.load()


def test_a_folder_of_runs_that_cannot_be_made_refuses_the_run(engine: Engine) -> None:
    engine.checkpoints.write_text("a file in its place")
    assert str(engine.checkpoints) in engine.refused(StartRun(config=CONFIG))
    assert engine.worker.jobs.active is None
