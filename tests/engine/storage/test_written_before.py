"""Files of the version before: what it wrote loads, and goes on as that version would have."""

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.machine.usage.processor import processor_name
from engine.storage.presets import list_presets, load_preset
from engine.storage.runs.checkpoint import load_checkpoint
from engine.storage.runs.event_log import EVENTS, EventReader
from engine.storage.runs.folders import LAST, find_run
from engine.storage.runs.listing import list_runs
from engine.storage.runs.record import read_record
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    EpochDone,
    Evaluate,
    Evaluated,
    ResumeRun,
    RunEnded,
    RunStarted,
    StartStudy,
    Steered,
    StudyEnded,
    StudyStarted,
    TrialTold,
)
from tests.engine.server.worker.driven_worker import Engine

WRITTEN = Path(__file__).parent / "written_before"
FINISHED, STOPPED = "0001-fast-cnn", "0002-fast-cnn"
BASE = RunConfig(
    model="fast-cnn", width=0.25, epochs=1, batch_size=20, lr=0.01, device="cpu", precision="fp32", threads=1
)
SEARCH = ["lr=log:1e-3..1e-1", "batch_size=10,20"]


@pytest.fixture
def written(checkpoints: Path) -> Path:
    """A copy of the files, to be written to."""
    shutil.copytree(WRITTEN, checkpoints)
    return checkpoints


@pytest.fixture
def engine(written: Path) -> Engine:
    made = Engine(written)
    made.worker.loader.load("")
    return made


def test_its_runs_are_listed_with_what_they_reached() -> None:
    stopped, finished = list_runs(WRITTEN, live="")
    assert (finished.run, finished.state, finished.epoch, finished.epochs) == (FINISHED, "finished", 2, 2)
    assert (stopped.run, stopped.state, stopped.epoch, stopped.epochs) == (STOPPED, "stopped", 2, 3)
    assert finished.test_accuracy == 0.82
    assert finished.steered
    assert stopped.resumable
    assert finished.began == {"dropout": 0.1, "lr": 0.01}
    assert stopped.began == {"lr": 0.01, "epochs": 4}
    assert finished.best is not None
    assert not finished.problem
    assert not stopped.problem


def test_its_records_say_how_images_were_divided_and_read() -> None:
    finished, stopped = (read_record(find_run(WRITTEN, name)) for name in ("1", "2"))
    assert (finished.treatment.ground, stopped.treatment.ground) == ("light", "")
    assert finished.conventions.stratified
    assert finished.config.lr == 0.005
    assert finished.threads == 1


@pytest.mark.parametrize(("name", "starts"), [(FINISHED, 1), (STOPPED, 2)])
def test_its_logs_open_whole(name: str, starts: int) -> None:
    reader = EventReader(WRITTEN / name)
    events = list(reader)
    assert reader.skipped == 0
    assert len(events) == len((WRITTEN / name / EVENTS).read_bytes().splitlines())
    assert sum(isinstance(event, RunStarted) for event in events) == starts
    assert [event.epoch for event in events if isinstance(event, EpochDone)] == [1, 2]
    assert any(isinstance(event, Steered) for event in events) == (name == FINISHED)
    assert isinstance(events[-1], RunEnded)


def test_its_runs_evaluate_to_the_recorded_accuracy(engine: Engine) -> None:
    record = read_record(engine.checkpoints / FINISHED)
    assert record.best is not None
    for best, expected in ((False, record.last), (True, record.best)):
        answer = engine.tell(Evaluate(run=FINISHED, best=best))
        assert isinstance(answer, Evaluated)
        assert expected is not None
        assert (answer.epoch, answer.accuracy) == (expected.epoch, expected.test_accuracy)
        assert answer.loss == pytest.approx(expected.test_loss, rel=1e-5)


def test_its_stopped_run_trains_on_to_the_weights_that_version_reached(engine: Engine) -> None:
    expected = json.loads((WRITTEN / "expected.json").read_text())
    engine.done(ResumeRun(run="2"))
    ended = engine.finish()
    assert (ended.state, ended.step) == ("finished", expected["step"])
    weights = load_checkpoint(engine.checkpoints / STOPPED / LAST)["model"]
    with np.load(WRITTEN / "expected.npz") as reached:
        assert weights.keys() == set(reached)
        for name, values in weights.items():
            np.testing.assert_allclose(values.numpy(), reached[name], rtol=1e-2, atol=1e-3, err_msg=name)
    assert read_record(engine.checkpoints / STOPPED).test_accuracy == pytest.approx(expected["test_accuracy"], abs=0.02)
    on_what = str(torch.__version__), processor_name()  # the bits of a sum depend on these
    if (expected["torch"], expected["cpu"]) == on_what:
        content = b"".join(values.contiguous().numpy().tobytes() for values in weights.values())
        assert hashlib.sha256(content).hexdigest() == expected["weights"]


def test_its_preset_fills_in() -> None:
    preset = load_preset(WRITTEN, "my-own")
    assert preset.title == 'Mine: quick & "small"'
    assert preset.changes == {"epochs": 3, "lr": 0.02, "rotation": 7.5, "model": "fast-cnn"}
    assert not list_presets(WRITTEN)[-1].problem


@pytest.mark.parametrize(
    "command",
    [
        StartStudy(base=RunConfig(), name="study-0001"),
        StartStudy(base=BASE, search=SEARCH, name="study-0001", trials=5, pruner="none"),
    ],
    ids=["continued", "joined"],
)
def test_its_study_goes_on(engine: Engine, command: StartStudy) -> None:
    engine.done(command)
    while engine.worker.jobs.study is not None:
        engine.worker.jobs.advance()
    [started] = engine.sink.of(StudyStarted)
    assert started.base == BASE.replace({"device": "auto"})  # in which engines may differ
    assert started.trials == (command.trials or 4)
    assert started.search == ["lr=log:0.001..0.1", "batch_size=10,20"]
    assert (engine.sink.of(StudyEnded)[-1].state, engine.sink.of(StudyEnded)[-1].reason) == ("finished", "")
    told = {event.trial.number: event.trial for event in engine.sink.of(TrialTold) if event.trial.state != "lost"}
    assert {trial.state for trial in told.values()} == {"finished"}
    assert len(told) == started.trials
    assert [told[number].accuracy for number in range(3)] == [13 / 33, 17 / 33, 13 / 33]
    assert told[4].changes == {"lr": 0.007502, "batch_size": 20}
