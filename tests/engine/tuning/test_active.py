"""A study in the worker, driven by hand: trials between commands, without folders, and never a look at the test set."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
import torch

import engine.tuning.active
from engine.storage.runs.folders import run_names
from engine.training.step import TrainingFailed
from engine.tuning.files import study_names
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    CommandFailed,
    Continue,
    FindRate,
    LoadData,
    Pause,
    Predict,
    Predicted,
    ResumeRun,
    RunEvent,
    Shutdown,
    StartRun,
    StartStudy,
    Stop,
    StudyContinued,
    StudyEnded,
    StudyPaused,
    StudyStarted,
    TrialSummary,
    TrialTold,
)
from tests.engine.server.worker.driven_worker import Engine

BASE = RunConfig(epochs=2, batch_size=50, device="cpu", precision="fp32")
SEARCH = ["lr=log:1e-4..1e-1", "batch_size=20,50"]
START = StartStudy(base=BASE, search=SEARCH, trials=3, pruner="none")


@pytest.fixture
def engine_(checkpoints: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setattr("engine.training.loop.REPORT_EVERY", 0.0)
    made = Engine(checkpoints)
    made.worker.loader.load("")
    return made


def finish(engine: Engine) -> StudyEnded:
    while engine.worker.jobs.study is not None:
        engine.worker.jobs.advance()
    return engine.desk.of(StudyEnded)[-1]


def trials(engine: Engine) -> dict[int, TrialSummary]:
    return {event.trial.number: event.trial for event in engine.desk.of(TrialTold) if event.trial.state != "lost"}


def until_step(engine: Engine, epochs: int = 0) -> None:
    """Train until a trial is under way, or has reported so many epochs."""
    while not any(each.state == "running" and each.epochs >= epochs for each in trials(engine).values()):
        assert engine.worker.jobs.study is not None
        engine.worker.jobs.advance()


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
    [started] = engine_.desk.of(StudyStarted)
    assert (started.trials, started.validation_images, started.base.epochs) == (3, 33, 2)
    assert run_names(engine_.checkpoints) == []  # no trial is a run of the list
    assert not engine_.desk.of(RunEvent)  # type: ignore[type-var]
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
    assert engine_.desk.of(StudyStarted)[0].validation_images == 100
    assert finish(engine_).state == "finished"


def test_the_same_study_again_gives_the_same_figures(engine_: Engine) -> None:
    figures = []
    for name in ("a", "b"):
        engine_.done(StartStudy(base=BASE, search=SEARCH, trials=3, pruner="none", name=name))
        finish(engine_)
        told = [event.trial for event in engine_.desk.of(TrialTold) if event.study == name]
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
    assert len(engine_.desk.of(StudyPaused)) == 1
    assert engine_.worker.jobs.training is not None
    assert engine_.worker.jobs.training.patience == engine.tuning.active.BEAT_EVERY
    before = trials(engine_)
    for _ in range(20):
        engine_.worker.jobs.advance()
    assert trials(engine_) == before
    answer = engine_.tell(Predict(start=3))
    assert isinstance(answer, Predicted)
    assert answer.run == "0001-seed-cnn"
    engine_.done(Continue())
    assert len(engine_.desk.of(StudyContinued)) == 1
    assert finish(engine_).state == "finished"


def test_a_stop_leaves_the_trial_in_progress_to_whoever_continues(engine_: Engine) -> None:
    engine_.done(START)
    until_step(engine_, epochs=1)
    engine_.done(Stop())
    assert engine_.desk.of(StudyEnded)[-1].state == "stopped"
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
    assert engine_.desk.of(StudyEnded)[-1].state == "stopped"
    assert engine_.worker.ending


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (StartRun(config=BASE), "study study-0001 is tuning"),
        (ResumeRun(run="1"), "study study-0001 is tuning"),
        (START, "study study-0001 is tuning"),
        (FindRate(config=BASE), "study study-0001 is tuning"),
        (LoadData(path="/elsewhere"), "stop it before"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_one_thing_trains_at_a_time(engine_: Engine, command: Any, said: str) -> None:
    engine_.done(START)
    assert said in engine_.refused(command)
    assert finish(engine_).state == "finished"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"search": ["lr=5..1"]}, "second bound"),
        ({"search": []}, "give the study a name"),
        ({"storage": "/tmp/shared.journal"}, "give the study a name"),
        ({"name": "../x"}, "not allowed"),
        ({"search": ["batch_size=50,168"]}, "168 is more than the 167 images"),
        ({"base": RunConfig(batch_size=200)}, "200 is more than the 167 images"),
        ({"sampler": "magic"}, "give one of tpe, random"),
        ({"pruner": "magic"}, "give one of none, median, hyperband"),
        ({"base": RunConfig(device="cuda:99")}, "cuda:99"),
        ({"name": "one", "storage": "nonsense://x"}, "nonsense"),
        ({"base": RunConfig(model="/absent.py:Net")}, "does not exist"),
        ({"search": ["model=mlp,/absent.py:Net"]}, "does not exist"),
    ],
)
def test_what_cannot_be_begun_is_refused_and_leaves_nothing(
    engine_: Engine, changes: dict[str, Any], said: str
) -> None:
    command = StartStudy(**{"base": BASE, "search": SEARCH, "trials": 3, **changes})
    assert said in engine_.refused(command)
    assert not engine_.worker.busy
    assert study_names(engine_.checkpoints) == []
    assert not engine_.desk.of(StudyStarted)


def test_without_optuna_the_engine_says_what_to_install(engine_: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.server.worker.jobs.can_tune", lambda: False)
    assert "mnist-tui[tune]" in engine_.refused(START)


def test_a_trial_that_diverges_is_told_and_the_study_goes_on(engine_: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    real = engine.tuning.active.train

    def diverge(run: Any) -> Any:
        if run.config.lr != BASE.lr:
            raise TrainingFailed("the loss became nan at step 3")
        yield from real(run)

    monkeypatch.setattr(engine.tuning.active, "train", diverge)
    engine_.done(START)
    assert finish(engine_).state == "finished"
    assert [each.state for each in trials(engine_).values()] == ["finished", "failed", "failed"]
    assert "nan at step 3" in trials(engine_)[1].reason


def test_a_defect_ends_the_study_and_not_the_engine(
    engine_: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(run: Any) -> Any:
        raise RuntimeError("CUDA error: an illegal memory access")
        yield

    monkeypatch.setattr(engine.tuning.active, "train", broken)
    engine_.done(StartStudy(base=BASE, search=SEARCH, trials=50))
    ended = finish(engine_)
    assert ended.state == "failed"
    assert "3 trials in a row" in ended.reason
    assert "illegal memory access" in ended.reason
    assert len(trials(engine_)) == 3
    assert "Traceback" in capsys.readouterr().err
    assert not isinstance(engine_.tell(LoadData()), CommandFailed)


def test_a_lock_that_nobody_releases_is_told_once_and_its_end_too(
    engine_: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.tuning.journal_lock.PATIENCE", 0.0)
    engine_.done(START)
    until_step(engine_, epochs=1)
    lock = engine_.checkpoints / "studies" / "study-0001.journal.lock"
    lock.symlink_to("nowhere")
    for _ in range(60):
        engine_.worker.jobs.advance()
    study = engine_.worker.jobs.study
    assert study is not None
    assert "remove it" in study.problem
    assert len(engine_.desk.of(StudyPaused)) == 1
    assert engine_.desk.of(StudyContinued) == []  # its journal can be read meanwhile
    lock.unlink()
    assert finish(engine_).state == "finished"
    assert (len(engine_.desk.of(StudyPaused)), len(engine_.desk.of(StudyContinued))) == (1, 1)
    assert [each.epochs for each in trials(engine_).values()] == [2, 2, 2]


@pytest.mark.parametrize("method", ["take", "report", "tell", "summaries"])
def test_a_storage_that_takes_nothing_for_a_while_loses_no_trial(
    engine_: Engine, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    engine_.done(START)
    study = engine_.worker.jobs.study
    assert study is not None
    real = getattr(study.study, method)
    failures = 0

    def full(*arguments: Any, **options: Any) -> Any:
        nonlocal failures
        if failures < 3:
            failures += 1
            raise OSError(28, "No space left on device", "studies/study-0001.journal")
        return real(*arguments, **options)

    monkeypatch.setattr(study.study, method, full)
    while failures < 3:
        engine_.worker.jobs.advance()
        assert not failures or study.patience == engine.tuning.active.PATIENCE
    assert finish(engine_).state == "finished"
    assert "No space left" in engine_.desk.of(StudyPaused)[0].reason
    assert len(engine_.desk.of(StudyContinued)) >= 1
    assert [each.state for each in trials(engine_).values()] == ["finished"] * 3
    assert all(each.epochs == 2 for each in trials(engine_).values())


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


def test_nonsense_that_others_have_written_ends_the_study_and_not_the_screen(
    engine_: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    engine_.done(START)
    until_step(engine_, epochs=1)
    study = engine_.worker.jobs.study
    assert study is not None
    study.study.study.enqueue_trial({}, user_attrs={"accuracy": 1e9, "base": True, "problem": "\x1b]0;x\x07"})
    ended = finish(engine_)
    assert ended.state == "failed"
    assert "<= 1.0" in ended.reason
    assert "Traceback" in capsys.readouterr().err
    engine_.load()


NETWORK = """
from torch import nn

class Net(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Flatten(), nn.Linear(784, 10))
"""


def test_a_network_of_ones_own_is_trained_only_where_the_command_names_it(engine_: Engine, tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_text(NETWORK)
    own = BASE.replace({"model": f"{file}:Net", "epochs": 1})
    command = StartStudy(base=own, search=["lr=0.001,0.01"], trials=2, name="own")
    engine_.done(command)
    assert finish(engine_).state == "finished"
    assert [each.state for each in trials(engine_).values()] == ["finished"] * 2
    # By its name alone the study might be anybody's.
    assert "somebody's own code" in engine_.refused(StartStudy(base=BASE, name="own", trials=3))
    engine_.done(msgspec.structs.replace(command, trials=3))
    assert finish(engine_).state == "finished"

    among = [f"model=seed-cnn,{file}:Net"]
    engine_.done(StartStudy(base=BASE, search=among, trials=4, name="among", sampler="random"))
    assert finish(engine_).state == "finished"
    assert "somebody's own code" in engine_.refused(StartStudy(base=BASE, name="among", trials=5))
