"""The studies of a folder, with their best; one of them with all its trials."""

from pathlib import Path

import pytest

from engine.tuning import listing
from engine.tuning.definition import spec_of
from engine.tuning.files import StudyError, journal_of
from engine.tuning.kept.storage import open_storage
from engine.tuning.listing import StudyList
from engine.tuning.opening import open_study
from engine.tuning.trial_summary import thinned
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import MOST_POINTS, StudyEnded, StudyStarted, TrialTold

BASE = RunConfig(epochs=3)


def kept_study(folder: Path, name: str, accuracies: list[float], trials: int = 4) -> None:
    """Make a study of trials with these accuracies after their last epoch, half of them after the one before."""
    storage = open_storage(folder, "", name)
    study = open_study(storage, name, spec_of(BASE, ["lr=log:0.0001..0.1"], trials, "random", "none", ""))
    for accuracy in accuracies:
        trial = study.take()
        assert trial is not None
        for epoch in (1, 2):
            study.report(trial, epoch, accuracy * epoch / 2)
        study.tell(trial, accuracy, 0.5, 1.0)


def test_each_study_is_listed_with_its_best_and_its_base(tmp_path: Path) -> None:
    kept_study(tmp_path, "night", [0.5, 0.9, 0.7])
    (line,), more = StudyList(tmp_path).all()
    assert (line.study, line.trials, line.target, line.epochs, more) == ("night", 3, 4, 3, 0)
    assert line.best is not None
    assert (line.best.number, line.best.accuracy, line.best.course) == (1, 0.9, [0.45, 0.9])
    assert line.base is not None
    assert line.base.accuracy == 0.5
    assert line.changed > 0


def test_a_study_is_opened_with_all_its_trials(tmp_path: Path) -> None:
    kept_study(tmp_path, "night", [0.5, 0.9])
    _, events = StudyList(tmp_path).open("night")
    assert isinstance(events[0], StudyStarted)
    assert [event.trial.accuracy for event in events if isinstance(event, TrialTold)] == [0.5, 0.9]
    assert isinstance(events[-1], StudyEnded)
    assert events[-1].state == "stopped"


def test_a_journal_that_has_not_changed_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept_study(tmp_path, "one", [0.5])
    kept_study(tmp_path, "two", [0.6])
    studies = StudyList(tmp_path)
    first = studies.all()
    asked: list[str] = []
    read = listing.read
    monkeypatch.setattr(listing, "read", lambda folder, name: asked.append(name) or read(folder, name))
    assert studies.all() == first
    assert asked == []
    kept_study(tmp_path, "one", [0.8])
    assert studies.all()[0][0].trials == 2
    assert asked == ["one"]


def test_a_journal_that_cannot_be_read_is_listed_with_the_reason(tmp_path: Path) -> None:
    kept_study(tmp_path, "fine", [0.5])
    journal_of(tmp_path, "broken").write_text("nonsense\n")
    journal_of(tmp_path, "empty").touch()
    lines = {line.study: line for line in StudyList(tmp_path).all()[0]}
    assert "not an Optuna journal" in lines["broken"].problem
    assert "no study" in lines["empty"].problem
    assert not lines["fine"].problem


@pytest.mark.parametrize("name", ["../night", "", "absent"])
def test_a_study_that_is_not_there_is_refused_by_name(tmp_path: Path, name: str) -> None:
    with pytest.raises((StudyError, OSError), match="absent" if name == "absent" else "name not allowed"):
        StudyList(tmp_path).open(name)
    assert not list(tmp_path.rglob("*"))


def test_no_more_studies_are_listed_than_a_screen_can_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MOST_STUDIES", 1)
    kept_study(tmp_path, "one", [])
    kept_study(tmp_path, "two", [])
    found, more = StudyList(tmp_path).all()
    assert ([line.study for line in found], more) == (["two"], 1)


def test_a_huge_journal_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept_study(tmp_path, "one", [0.5])
    monkeypatch.setattr(listing, "LARGEST", 10)
    assert "too large" in StudyList(tmp_path).all()[0][0].problem


def test_a_course_keeps_its_last_value_however_long_it_is() -> None:
    assert thinned([0.1, 0.2]) == [0.1, 0.2]
    long = [i / 1000 for i in range(1000)]
    assert len(thinned(long)) == MOST_POINTS
    assert thinned(long)[-1] == 0.999
