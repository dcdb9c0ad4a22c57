"""A study in the worker, driven by hand."""

from pathlib import Path

import pytest

from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    StartStudy,
    StudyEnded,
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
    return engine.sink.of(StudyEnded)[-1]


def trials(engine: Engine) -> dict[int, TrialSummary]:
    return {event.trial.number: event.trial for event in engine.sink.of(TrialTold) if event.trial.state != "lost"}


def until_step(engine: Engine, epochs: int = 0) -> None:
    """Train until a trial is under way, or has reported so many epochs."""
    while not any(each.state == "running" and each.epochs >= epochs for each in trials(engine).values()):
        assert engine.worker.jobs.study is not None
        engine.worker.jobs.advance()
