"""A study in the worker, driven by hand: trials between commands, without folders, and never a look at the test set."""

from pathlib import Path
from typing import Any

import pytest
import torch

import engine.tuning.active
from engine.storage.runs.folders import run_names
from engine.tuning.files import study_names
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    Continue,
    Pause,
    Predict,
    Predicted,
    RunEvent,
    Shutdown,
    StartRun,
    StartStudy,
    Stop,
    StudyContinued,
    StudyEnded,
    StudyPaused,
    StudyStarted,
    TrialTold,
)
from tests.engine.server.worker.driven_worker import Engine
from tests.engine.tuning.driven_study import BASE, SEARCH, START, finish, trials, until_step
from tests.engine.tuning.driven_study import engine_ as engine_


def test_a_study_from_start_to_end(engine_: Engine) -> None:
    engine_.done(START)
    assert engine_.worker.busy
    ended = finish(engine_)
    assert (ended.study, ended.state, ended.reason) == ("study-0001", "finished", "")
    assert not engine_.worker.busy
    told = trials(engine_)
    assert [(each.state, each.epochs, each.base) for each in told.values()] == [
        ("finished", 2, True), ("finished", 2, False), ("finished", 2, False),
    ]  # fmt: skip
    assert all(each.accuracy is not None and each.seconds > 0 for each in told.values())
    [started] = engine_.sink.of(StudyStarted)
    assert (started.trials, started.validation_images, started.base.epochs) == (3, 33, 2)
    assert run_names(engine_.checkpoints) == []  # no trial is a run of the list
    assert not engine_.sink.of(RunEvent)  # type: ignore[type-var]
    assert study_names(engine_.checkpoints) == ["study-0001"]


def test_no_trial_ever_sees_a_test_image(engine_: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    data = engine_.worker.loader.data
    assert data is not None
    data.test_images.fill_(7)  # no digit looks like this
    seen: list[torch.Tensor] = []
    real = engine.tuning.active.train

    def spy(run: Any) -> Any:
        seen.extend([run.data.train_images, run.data.test_images])
        return real(run)

    monkeypatch.setattr(engine.tuning.active, "train", spy)
    engine_.done(START)
    finish(engine_)
    assert len(seen) == 6
    assert not any((images == 7).all(dim=(1, 2)).any() for images in seen)
    assert len(seen[0]) == 167
    assert len(seen[1]) == 33


def test_the_base_may_hold_out_another_share(engine_: Engine) -> None:
    engine_.done(StartStudy(base=BASE.replace({"validation": 0.5}), search=SEARCH, trials=1))
    assert engine_.sink.of(StudyStarted)[0].validation_images == 100
    assert finish(engine_).state == "finished"


def test_the_same_study_again_gives_the_same_figures(engine_: Engine) -> None:
    figures = []
    for name in ("a", "b"):
        engine_.done(StartStudy(base=BASE, search=SEARCH, trials=3, pruner="none", name=name))
        finish(engine_)
        told = [event.trial for event in engine_.sink.of(TrialTold) if event.study == name]
        figures.append([(each.changes, each.accuracy) for each in told if each.state == "finished"])
    assert figures[0] == figures[1]
    assert len(figures[0]) == 3


def test_a_pause_trains_nothing_and_questions_are_answered_meanwhile(engine_: Engine) -> None:
    engine_.done(StartRun(config=BASE))
    engine_.finish()
    engine_.done(START)
    until_step(engine_)
    engine_.done(Pause())
    engine_.done(Pause())
    assert len(engine_.sink.of(StudyPaused)) == 1
    assert engine_.worker.jobs.training is not None
    assert engine_.worker.jobs.training.patience == engine.tuning.active.HEARTBEAT_EVERY
    before = trials(engine_)
    for _ in range(20):
        engine_.worker.jobs.advance()
    assert trials(engine_) == before
    answer = engine_.tell(Predict(start=3))
    assert isinstance(answer, Predicted)
    assert answer.run == "0001-seed-cnn"
    engine_.done(Continue())
    assert len(engine_.sink.of(StudyContinued)) == 1
    assert finish(engine_).state == "finished"


def test_a_stop_leaves_the_trial_in_progress_to_whoever_continues(engine_: Engine) -> None:
    engine_.done(START)
    until_step(engine_, epochs=1)
    engine_.done(Stop())
    assert engine_.sink.of(StudyEnded)[-1].state == "stopped"
    assert not engine_.worker.busy
    again = Engine(engine_.checkpoints)
    again.load()
    again.done(StartStudy(base=BASE, name="study-0001"))
    assert finish(again).state == "finished"
    told = trials(again)
    assert sum(each.state == "finished" for each in told.values()) == 3
    assert sum(each.base for each in told.values()) == 1


def test_the_end_of_the_engine_stops_the_study(engine_: Engine) -> None:
    engine_.done(START)
    until_step(engine_)
    engine_.done(Shutdown())
    assert engine_.sink.of(StudyEnded)[-1].state == "stopped"
    assert engine_.worker.handler.ending


def test_an_engine_of_another_folder_goes_on_with_a_shared_journal(engine_: Engine, tmp_path: Path) -> None:
    shared = str(tmp_path / "shared.journal")
    command = StartStudy(base=BASE, search=SEARCH, trials=4, name="shared", storage=shared, pruner="none")
    engine_.done(command)
    assert engine_.worker.jobs.study is not None
    until_step(engine_, epochs=1)
    engine_.done(Stop())
    second = Engine(tmp_path / "other")
    second.load()
    second.done(StartStudy(base=RunConfig(device="cpu"), name="shared", storage=shared))
    assert finish(second).state == "finished"
    assert sum(each.state == "finished" for each in trials(second).values()) == 4
    assert not (tmp_path / "other" / "studies").exists()
