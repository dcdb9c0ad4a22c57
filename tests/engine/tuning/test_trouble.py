"""Trouble in a study: with its storage, its trials, or what others have written. No trial is lost."""

from typing import Any

import pytest

import engine.tuning.active
from engine.training.step import TrainingFailed
from engine.vocabulary.messages import (
    CommandFailed,
    LoadData,
    StartStudy,
    StudyContinued,
    StudyPaused,
)
from tests.engine.server.worker.driven_worker import Engine
from tests.engine.tuning.driven_study import BASE, SEARCH, START, finish, trials, until_step
from tests.engine.tuning.driven_study import engine_ as engine_


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
    monkeypatch.setattr("engine.tuning.kept.journal_lock.PATIENCE", 0.0)
    engine_.done(START)
    until_step(engine_, epochs=1)
    lock = engine_.checkpoints / "studies" / "study-0001.journal.lock"
    lock.symlink_to("nowhere")
    for _ in range(60):
        engine_.worker.jobs.advance()
    study = engine_.worker.jobs.study
    assert study is not None
    assert "remove it" in study.problem
    assert len(engine_.sink.of(StudyPaused)) == 1
    assert engine_.sink.of(StudyContinued) == []  # its journal can be read meanwhile
    lock.unlink()
    assert finish(engine_).state == "finished"
    assert (len(engine_.sink.of(StudyPaused)), len(engine_.sink.of(StudyContinued))) == (1, 1)
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
    assert "No space left" in engine_.sink.of(StudyPaused)[0].reason
    assert len(engine_.sink.of(StudyContinued)) >= 1
    assert [each.state for each in trials(engine_).values()] == ["finished"] * 3
    assert all(each.epochs == 2 for each in trials(engine_).values())


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
