"""Trials of a study that is logged to trackers: each has a log, and is no matter of the trial."""

from collections.abc import Generator
from pathlib import Path

import pytest
from fake_engine import started

from engine.storage.runs.event_log import EventReader
from engine.storage.runs.folders import run_names
from engine.storage.runs.record import read_record
from engine.tracking.cursor import cursors, pending
from engine.tracking.sender import Sender
from engine.tracking.trackers import trust
from engine.tracking.trials import recorded, study_of, trial_folder
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import RunEnded, RunEvent
from tests.engine.storage.runs.records import record
from tests.engine.tracking.made_runs import TWO_EPOCHS, MemoryTracker

EVENTS: list[RunEvent] = [started(log_to="memory=here"), *TWO_EPOCHS[1:]]


def trial(tmp_path: Path, events: list[RunEvent] = EVENTS) -> tuple[Path, Generator[RunEvent, None, None]]:
    folder, kept = trial_folder(tmp_path, "study-0001", 3), record()
    kept.config = RunConfig(log_to="memory=here")
    return folder, recorded((event for event in events), folder, kept)


def ends(folder: Path) -> list[tuple[str, str]]:
    return [(event.state, event.reason) for event in EventReader(folder) if isinstance(event, RunEnded)]


def test_a_trial_has_a_log_and_is_no_run(tmp_path: Path) -> None:
    folder, events = trial(tmp_path)
    assert list(events) == EVENTS
    assert list(EventReader(folder)) == EVENTS
    assert (ends(folder), read_record(folder).state) == ([("finished", "")], "finished")
    assert run_names(tmp_path) == []
    assert [each.target for each in cursors(folder)] == ["here"]
    assert pending(tmp_path) == {"memory": [folder]}


def test_a_trial_is_a_run_of_the_tracker_in_the_group_of_its_study(tmp_path: Path) -> None:
    folder, events = trial(tmp_path)
    list(events)
    tracker = MemoryTracker()
    trust("memory=here")
    Sender(folder, "memory", "here", tracker.open).send()
    assert (tracker.opened[0].run, tracker.opened[0].group) == ("study-0001-trial-0003", "study-0001")
    assert tracker.steps("train/loss") == list(range(1, 81))
    assert (study_of(folder), study_of(tmp_path / "0001-seed-cnn")) == ("study-0001", "")


def test_a_trial_that_is_given_up_has_an_end(tmp_path: Path) -> None:
    folder, events = trial(tmp_path)
    next(events)
    next(events)
    events.close()
    assert ends(folder) == [("stopped", "pruned, or the study was stopped")]


def test_a_trial_that_fails_has_an_end_and_fails(tmp_path: Path) -> None:
    def failing() -> Generator[RunEvent, None, None]:
        yield EVENTS[0]
        raise ValueError("the loss became nan")

    folder = trial_folder(tmp_path, "study-0001", 3)
    events = recorded(failing(), folder, record())
    next(events)
    with pytest.raises(ValueError, match="nan"):
        next(events)
    assert ends(folder) == [("failed", "the loss became nan")]


def test_a_disk_that_takes_no_log_is_no_matter_of_the_trial(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "studies").write_text("in the way")
    _, events = trial(tmp_path)
    assert list(events) == EVENTS
    assert "is no longer logged" in capsys.readouterr().out
