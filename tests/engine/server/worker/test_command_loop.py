"""The worker driven by hand: commands in, events out, and no command ends it."""

from pathlib import Path

import pytest
import torch
from fake_engine import READY

from engine.data.dataset import DataError
from engine.storage.runs.checkpoint import load_checkpoint
from engine.storage.runs.event_log import EventReader
from engine.storage.runs.folders import run_names
from engine.storage.runs.record import read_record
from engine.training.run import Run
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    AnyCommand,
    AnyEvent,
    AskStatus,
    CheckpointSaved,
    CommandDone,
    Continue,
    Continued,
    DataFailed,
    DataReady,
    DownloadData,
    EngineReady,
    EpochDone,
    Evaluate,
    Evaluated,
    ExportData,
    LoadData,
    Pause,
    Paused,
    Predict,
    Predicted,
    PredictFiles,
    ResumeRun,
    RunEnded,
    RunEvent,
    RunStarted,
    Shutdown,
    StartRun,
    Steer,
    Steered,
    StepsDone,
    Stop,
    StopFinding,
)
from tests.engine.server.worker.driven_worker import CONFIG, RUN, Engine


@pytest.fixture
def engine(checkpoints: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setattr("engine.training.loop.REPORT_EVERY", 0.0)
    made = Engine(checkpoints)
    made.worker.loader.load("")
    return made


# --------------------------------------------------------------------- runs


def test_a_run_from_start_to_end(engine: Engine) -> None:
    engine.done(StartRun(config=CONFIG))
    assert engine.worker.busy
    ended = engine.finish()
    assert (ended.state, ended.step, ended.reason) == ("finished", 8, "")
    assert not engine.worker.busy
    kinds = [type(event) for event in engine.desk.events]
    assert kinds == [
        DataReady, RunStarted, *[StepsDone] * 4, EpochDone, CheckpointSaved, *[StepsDone] * 4, EpochDone,
        CheckpointSaved, RunEnded,
    ]  # fmt: skip
    record = read_record(engine.checkpoints / RUN)
    assert (record.state, record.epoch, record.step, record.config) == ("finished", 2, 8, CONFIG)
    assert record.versions.keys() == {"python", "torch", "numpy"}
    assert record.test_accuracy == engine.desk.of(EpochDone)[-1].test_accuracy


def test_the_log_holds_what_the_screens_were_told(engine: Engine) -> None:
    engine.done(StartRun(config=CONFIG))
    engine.done(Steer(changes={"lr": 0.5}))
    engine.done(Pause())
    engine.done(Continue())
    engine.finish()
    assert list(EventReader(engine.checkpoints / RUN)) == [
        event for event in engine.desk.events if isinstance(event, RunEvent)
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
    assert [event.step for event in engine.desk.of(Paused)] == [3]
    engine.done(Pause())  # once is enough
    assert len(engine.desk.of(Paused)) == 1
    engine.done(Continue())
    engine.done(Continue())
    assert len(engine.desk.of(Continued)) == 1
    assert read_record(engine.checkpoints / RUN).state == "running"
    assert engine.finish().state == "finished"


def test_steering_is_told_and_recorded(engine: Engine) -> None:
    engine.done(StartRun(config=CONFIG))
    engine.done(Steer(changes={"lr": 0.25, "epochs": 3}))
    [steered] = engine.desk.of(Steered)
    assert (steered.changes, steered.config.lr, steered.config.epochs) == ({"lr": 0.25, "epochs": 3}, 0.25, 3)
    assert "weight_decay" in engine.refused(Steer(changes={"lr": 0.5, "weight_decay": 7}))
    assert "cannot change during a run" in engine.refused(Steer(changes={"seed": 7}))
    assert len(engine.desk.of(Steered)) == 1
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
    assert (read_record(engine.checkpoints / RUN).state, engine.desk.of(RunEnded)[-1].state) == ("stopped", "stopped")

    again = Engine(engine.checkpoints)  # another process, say
    again.done(ResumeRun(run="1", changes={"epochs": 3}))
    [history] = again.desk.histories
    assert isinstance(history[0], RunStarted)
    assert isinstance(history[-1], RunEnded)
    assert again.desk.of(RunStarted)[0].step == 5
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
    assert engine.desk.histories == []


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


# ------------------------------------------------------------------- storage


def test_a_folder_of_runs_that_cannot_be_made_refuses_the_run(engine: Engine) -> None:
    engine.checkpoints.write_text("a file in its place")
    assert str(engine.checkpoints) in engine.refused(StartRun(config=CONFIG))
    assert engine.worker.jobs.active is None


# ---------------------------------------------------------------------- data


def test_a_bad_data_folder_is_told_and_the_loaded_data_stays(engine: Engine, tmp_path: Path) -> None:
    absent = str(tmp_path / "absent")
    assert absent in engine.refused(LoadData(path=absent))
    assert absent in engine.desk.of(DataFailed)[0].reason
    assert absent in engine.refused(StartRun(config=CONFIG.replace({"data": absent})))
    assert run_names(engine.checkpoints) == []
    engine.done(StartRun(config=CONFIG))
    assert engine.finish().state == "finished"


def test_data_is_loaded_once_and_not_changed_under_a_run(engine: Engine, tmp_path: Path) -> None:
    engine.load()
    assert len(engine.desk.of(DataReady)) == 1
    engine.done(StartRun(config=CONFIG))
    engine.load()
    assert "stop it before" in engine.refused(LoadData(path=str(tmp_path)))


def test_without_data_a_run_is_refused_with_the_reason(checkpoints: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> None:
        raise DataError("digits.npz: is damaged")

    monkeypatch.setattr("engine.server.worker.loaded_data.find_data", none)
    engine = Engine(checkpoints)
    assert "is damaged" in engine.refused(StartRun(config=CONFIG))
    assert "no data set is loaded" in engine.refused(ExportData(path="/nowhere"))


def test_a_download_during_a_run_ends_for_those_who_wait_and_is_used_next(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.server.worker.loaded_data.download", lambda *_: None)
    engine.done(StartRun(config=CONFIG))
    engine.done(DownloadData())
    thread = engine.worker.loader.download
    if thread is not None:
        thread.join()
    engine.worker.carry_out(*engine.worker.commands.get_nowait())
    assert len(engine.desk.of(DataReady)) == 2
    assert "downloaded" in engine.desk.of(DataReady)[1].notes[-1]
    engine.finish()
    engine.done(StartRun(config=CONFIG))
    assert len(engine.desk.of(DataReady)) == 3


def test_a_download_that_fails_is_told(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise DataError("no network")

    monkeypatch.setattr("engine.server.worker.loaded_data.download", fail)
    engine.done(DownloadData())
    thread = engine.worker.loader.download
    if thread is not None:
        thread.join()
    assert [event.reason for event in engine.desk.of(DataFailed)] == ["no network"]
    assert engine.worker.loader.download is None


# ---------------------------------------------------------------- questions


def test_questions_between_two_steps_are_answered_from_the_live_weights(engine: Engine) -> None:
    engine.done(StartRun(config=CONFIG))
    engine.train_until(lambda: engine.step == 3)
    answer = engine.tell(Predict(start=7, count=2))
    assert isinstance(answer, Predicted)
    assert (answer.run, answer.step, [digit.index for digit in answer.digits]) == (RUN, 3, [7, 8])
    measured = engine.tell(Evaluate())
    assert isinstance(measured, Evaluated)
    assert measured.images == sum(map(sum, measured.confusion)) == 100
    assert engine.worker.jobs.live is not None
    assert engine.worker.jobs.live.model.training


@pytest.mark.parametrize(
    "command",
    [Predict(start=0), Predict(start=0, run="9"), Evaluate(run="0003-seed-cnn"), PredictFiles(paths=["x"], run="../x")],
    ids=lambda command: type(command).__name__,
)
def test_questions_about_a_run_that_is_not_there_are_refused(engine: Engine, command: AnyCommand) -> None:
    assert "no run" in engine.refused(command)


def test_absurd_numbers_are_refused_and_the_worker_lives(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.done(StartRun(config=CONFIG))
    assert "Predict failed" in engine.refused(Predict(start=10**30))
    assert "Traceback" in capsys.readouterr().err
    assert engine.finish().state == "finished"


def test_a_command_for_the_server_is_refused(engine: Engine) -> None:
    assert "AskStatus" in engine.refused(AskStatus())


# ------------------------------------------------------------------ the loop


def test_the_loop_announces_itself_serves_and_saves_at_the_end(engine: Engine) -> None:
    """Commands wait in the queue: they are carried out in order, between steps."""
    answers: list[AnyEvent] = []
    worker = engine.worker
    for command in (StartRun(config=CONFIG), Pause(), Continue(), Predict(start=1), Shutdown()):
        worker.submit(command, answers.append)
    assert worker.busy
    worker.work()
    ready = engine.desk.of(EngineReady)[0]
    assert (ready.device, ready.torch) == (ready.device, str(torch.__version__))
    assert ready.device_name
    assert type(ready) is type(READY)
    assert [type(answer) for answer in answers] == [CommandDone, CommandDone, CommandDone, Predicted, CommandDone]
    assert read_record(engine.checkpoints / RUN).state == "stopped"
    assert (engine.checkpoints / RUN / "last.pt").exists()


def test_the_loop_trains_while_nothing_is_asked(engine: Engine) -> None:
    worker = engine.worker
    publish = engine.desk.publish

    def end_with_the_run(event: AnyEvent) -> None:
        publish(event)
        if isinstance(event, RunEnded):
            worker.submit(Shutdown(), lambda answer: None)

    engine.desk.publish = end_with_the_run  # type: ignore[method-assign]
    worker.submit(StartRun(config=CONFIG), lambda answer: None)
    worker.work()
    assert engine.desk.of(RunEnded)[0].state == "finished"
    assert len(engine.desk.of(EpochDone)) == 2


def test_an_engine_warms_up_and_its_first_run_is_none_the_wiser(engine: Engine) -> None:
    cold = Engine(engine.checkpoints)
    cold.load()
    cold.done(StartRun(config=CONFIG))
    cold.finish()
    engine.worker.warm_up()
    assert engine.worker.jobs.active is None
    engine.done(StartRun(config=CONFIG))
    engine.finish()
    losses = [[event.test_loss for event in each.desk.of(EpochDone)] for each in (cold, engine)]
    assert losses[0] == losses[1]


def test_nobody_waits_for_the_warming_up(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(run: Run) -> None:
        pytest.fail("a step was taken while a command waited")

    monkeypatch.setattr("engine.server.worker.command_loop.Steps", refuse)
    engine.worker.submit(Pause(), lambda answer: None)
    engine.worker.warm_up()


def test_an_engine_that_cannot_warm_up_serves_nevertheless(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(run: Run) -> None:
        raise RuntimeError("no kernel image is available")

    monkeypatch.setattr("engine.server.worker.command_loop.Steps", fail)
    engine.worker.warm_up()
    assert "warming up failed: no kernel image" in capsys.readouterr().out
    engine.done(StartRun(config=CONFIG))
    assert engine.finish().state == "finished"


def test_the_loop_starts_without_data(checkpoints: Path, tmp_path: Path) -> None:
    engine = Engine(checkpoints)
    engine.worker.submit(Shutdown(), lambda answer: None)
    engine.worker.work(str(tmp_path / "absent"))
    assert [type(event) for event in engine.desk.events] == [EngineReady, DataFailed]


def test_memory_is_given_back_once_a_run_is_over_and_nothing_else_is_to_do(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[bool] = []
    monkeypatch.setattr("engine.server.worker.jobs.give_back", lambda: given.append(engine.worker.jobs.active is None))
    engine.done(StartRun(config=CONFIG))
    engine.finish()
    for _ in range(2):
        engine.worker.submit(StopFinding(), lambda event: None)
        engine.worker.take_commands()
    assert given == [True]
