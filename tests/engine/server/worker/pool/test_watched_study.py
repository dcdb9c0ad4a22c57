"""A study whose trials other processes train: told as they stand, and ended when nobody trains any more."""

from types import SimpleNamespace

import pytest

from engine.tuning.watched import WatchedStudy
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import StudyContinued, StudyEnded, StudyEvent, StudyPaused, TrialSummary, TrialTold


class FakeStudy:
    """What of a study is asked here: its trials as others have left them."""

    def __init__(self) -> None:
        self.name = "s"
        self.storage = SimpleNamespace(place="/own/s.journal", mend=lambda: None)
        self.spec = SimpleNamespace(config=RunConfig(), search=["lr=1,2"], trials=2, sampler="tpe", pruner="none")
        self.trials: list[TrialSummary] = []
        self.trouble: OSError | None = None

    def summaries(self) -> list[TrialSummary]:
        if self.trouble is not None:
            raise self.trouble
        return list(self.trials)

    def importances(self) -> dict[str, float]:
        return {}

    def waiting(self) -> bool:
        return any(trial.state in ("running", "waiting") for trial in self.trials)


@pytest.fixture
def watched() -> tuple[WatchedStudy, FakeStudy, list[StudyEvent]]:
    events: list[StudyEvent] = []
    study = FakeStudy()
    data = SimpleNamespace(test_labels=[0] * 50)
    made = WatchedStudy(study, RunConfig(), data, {}, events.append)  # type: ignore[arg-type]
    events.clear()
    return made, study, events


Watched = tuple[WatchedStudy, FakeStudy, list[StudyEvent]]


def trial(number: int, state: str) -> TrialSummary:
    return TrialSummary(number=number, state=state)


def test_it_trains_nothing_and_tells_what_others_have_done(watched: Watched) -> None:
    made, study, events = watched
    made.advance()
    assert (events, made.ended) == ([], None)
    study.trials.append(trial(0, "running"))
    made.advance()
    study.trials[0] = trial(0, "complete")
    made.advance()
    told = [event.trial.state for event in events if isinstance(event, TrialTold)]
    assert told == ["running", "complete"]


@pytest.mark.parametrize(
    ("trouble", "left", "state", "reason"),
    [
        ("", "complete", "finished", ""),
        ("", "running", "failed", "its processes ended before its trials were done"),
        ("no data", "complete", "failed", "no data"),
    ],
)
def test_it_ends_when_the_last_process_has_left(
    watched: Watched, trouble: str, left: str, state: str, reason: str
) -> None:
    made, study, events = watched
    study.trials.append(trial(0, left))
    made.leave(trouble)
    made.advance()
    assert made.ended == StudyEnded(study="s", state=state, reason=reason)
    assert events[-1] == made.ended


def test_it_is_stopped_once_its_processes_have_put_back_what_they_train(watched: Watched) -> None:
    made, study, _ = watched
    study.trials.append(trial(0, "running"))
    made.stop()
    made.advance()
    assert made.ended is None
    study.trials[0] = trial(0, "waiting")
    made.leave("")
    made.advance()
    assert made.ended == StudyEnded(study="s", state="stopped")


def test_it_waits_for_a_storage_that_cannot_be_read_now(watched: Watched) -> None:
    made, study, events = watched
    study.trouble = OSError("no such disk")
    made.advance()
    assert isinstance(events[-1], StudyPaused)
    assert "no such disk" in made.problem
    study.trouble = None
    made.advance()
    assert (events[-1], made.problem) == (StudyContinued(study="s"), "")
