"""The worker driven by hand: commands in, events out, and no command ends it."""

from pathlib import Path

import pytest
import torch
from fake_engine import READY

from engine.data.dataset import DataError
from engine.storage.runs.folders import run_names
from engine.storage.runs.record import read_record
from engine.training.run import Run
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    AnyCommand,
    AnyEvent,
    AskStatus,
    CommandDone,
    Continue,
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
    Predict,
    Predicted,
    PredictFiles,
    RunEnded,
    Shutdown,
    StartRun,
    StopFinding,
)
from tests.engine.server.worker.driven_worker import CONFIG, RUN, Engine, engine  # noqa: F401  (engine is a fixture)
from tests.engine.training.test_step import Twin

# ---------------------------------------------------------------------- data


def test_a_bad_data_folder_is_told_and_the_loaded_data_stays(engine: Engine, tmp_path: Path) -> None:
    absent = str(tmp_path / "absent")
    assert absent in engine.refused(LoadData(path=absent))
    assert absent in engine.sink.of(DataFailed)[0].reason
    assert absent in engine.refused(StartRun(config=CONFIG.replace({"data": absent})))
    assert run_names(engine.checkpoints) == []
    engine.done(StartRun(config=CONFIG))
    assert engine.finish().state == "finished"


def test_data_is_loaded_once_and_not_changed_under_a_run(engine: Engine, tmp_path: Path) -> None:
    engine.load()
    assert len(engine.sink.of(DataReady)) == 1
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
    assert len(engine.sink.of(DataReady)) == 2
    assert "downloaded" in engine.sink.of(DataReady)[1].notes[-1]
    engine.finish()
    engine.done(StartRun(config=CONFIG))
    assert len(engine.sink.of(DataReady)) == 3


def test_a_download_that_fails_is_told(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise DataError("no network")

    monkeypatch.setattr("engine.server.worker.loaded_data.download", fail)
    engine.done(DownloadData())
    thread = engine.worker.loader.download
    if thread is not None:
        thread.join()
    assert [event.reason for event in engine.sink.of(DataFailed)] == ["no network"]
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
    ready = engine.sink.of(EngineReady)[0]
    assert (ready.device, ready.torch) == (ready.device, str(torch.__version__))
    assert ready.device_name
    assert type(ready) is type(READY)
    assert [type(answer) for answer in answers] == [CommandDone, CommandDone, CommandDone, Predicted, CommandDone]
    assert read_record(engine.checkpoints / RUN).state == "stopped"
    assert (engine.checkpoints / RUN / "last.pt").exists()


def test_the_loop_trains_while_nothing_is_asked(engine: Engine) -> None:
    worker = engine.worker
    publish = engine.sink.publish

    def end_with_the_run(event: AnyEvent) -> None:
        publish(event)
        if isinstance(event, RunEnded):
            worker.submit(Shutdown(), lambda answer: None)

    engine.sink.publish = end_with_the_run  # type: ignore[method-assign]
    worker.submit(StartRun(config=CONFIG), lambda answer: None)
    worker.work()
    assert engine.sink.of(RunEnded)[0].state == "finished"
    assert len(engine.sink.of(EpochDone)) == 2


def test_an_engine_warms_up_and_its_first_run_is_none_the_wiser(engine: Engine) -> None:
    cold = Engine(engine.checkpoints)
    cold.load()
    cold.done(StartRun(config=CONFIG))
    cold.finish()
    engine.worker.loader.warm_up()
    assert engine.worker.jobs.active is None
    engine.done(StartRun(config=CONFIG))
    engine.finish()
    losses = [[event.test_loss for event in each.sink.of(EpochDone)] for each in (cold, engine)]
    assert losses[0] == losses[1]


def test_where_steps_are_graphs_a_short_epoch_warms_up(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Twin, "made", [], raising=False)
    monkeypatch.setattr("engine.training.step.graphs_for", lambda device: Twin)
    engine.load()
    monkeypatch.setattr("engine.server.worker.loaded_data.RunConfig", lambda **more: RunConfig(batch_size=20))
    engine.worker.loader.warm_up()
    assert [each.did[-1] for each in Twin.made] == ["warm up", "replay"]
    assert engine.sink.of(EpochDone) == []


def test_nobody_waits_for_the_warming_up(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(run: Run) -> None:
        pytest.fail("a step was taken while a command waited")

    monkeypatch.setattr("engine.server.worker.loaded_data.Steps", refuse)
    engine.worker.submit(Shutdown(), lambda answer: None)
    engine.worker.work()


def test_an_engine_that_cannot_warm_up_serves_nevertheless(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(run: Run) -> None:
        raise RuntimeError("no kernel image is available")

    monkeypatch.setattr("engine.server.worker.loaded_data.Steps", fail)
    engine.worker.loader.warm_up()
    assert "warming up failed: no kernel image" in capsys.readouterr().out
    engine.done(StartRun(config=CONFIG))
    assert engine.finish().state == "finished"


def test_the_loop_starts_without_data(checkpoints: Path, tmp_path: Path) -> None:
    engine = Engine(checkpoints)
    engine.worker.submit(Shutdown(), lambda answer: None)
    engine.worker.work(str(tmp_path / "absent"))
    assert [type(event) for event in engine.sink.events] == [EngineReady, DataFailed]


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
