"""A run, sent to a tracker: all of it, once, whatever happens on the way."""

import json
from pathlib import Path

import pytest

import engine.tracking.sender
from engine.storage.runs.event_log import EVENTS, seal
from engine.tracking.cursor import Cursor, cursor_path, locked, pending, read_cursor, told, write_cursor
from engine.tracking.sender import Sender
from engine.tracking.trackers import trust
from tests.engine.tracking.made_runs import KILLED, RESUMED, RUN, TWO_EPOCHS, MemoryTracker, ended, epoch, log, make_run

ALL = list(range(1, 81))


def sender(folder: Path, tracker: MemoryTracker) -> Sender:
    return Sender(folder, "memory", "", tracker.open)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """No time passes between two attempts."""
    monkeypatch.setattr(engine.tracking.sender, "SHORTEST", 0.0)


def test_a_run_that_has_ended_is_sent_whole(tmp_path: Path) -> None:
    folder, tracker = make_run(tmp_path, TWO_EPOCHS), MemoryTracker()
    sending = sender(folder, tracker)
    assert sending.send()
    assert tracker.steps("train/loss") == ALL
    assert (sending.told.done, sending.told.step, sending.problem) == (True, 80, "")
    assert {picture.name for batch in tracker.batches for picture in batch.pictures} == {"confusion"}
    facts = tracker.opened[0]
    assert (facts.run, facts.values["epochs"], facts.tags["network"]) == (RUN, 3, "seed-cnn")


def test_a_run_is_sent_as_it_grows(tmp_path: Path) -> None:
    folder, tracker = make_run(tmp_path, TWO_EPOCHS[:1], "running"), MemoryTracker()
    sending = sender(folder, tracker)
    for event in TWO_EPOCHS[1:]:
        log(folder, [event])
        sending.send()
    assert tracker.steps("train/loss") == ALL
    assert sending.told.done


def test_a_line_that_is_not_finished_waits_for_its_end(tmp_path: Path) -> None:
    folder, tracker = make_run(tmp_path, TWO_EPOCHS[:1], "running"), MemoryTracker()
    sending, line = sender(folder, tracker), seal(TWO_EPOCHS[1])
    with open(folder / EVENTS, "ab") as file:
        file.write(line[:30])
    sending.send()
    assert tracker.steps("train/loss") == []
    with open(folder / EVENTS, "ab") as file:
        file.write(line[30:])
    sending.send()
    assert tracker.steps("train/loss") == ALL[:20]


def test_a_damaged_line_loses_itself_alone(tmp_path: Path) -> None:
    folder, tracker = make_run(tmp_path, TWO_EPOCHS[:2], "running"), MemoryTracker()
    with open(folder / EVENTS, "ab") as file:
        file.write(b"torn by a crash\n")
    log(folder, TWO_EPOCHS[2:])
    sender(folder, tracker).send()
    assert tracker.steps("train/loss") == ALL


def test_another_process_goes_on_where_this_one_ended(tmp_path: Path) -> None:
    folder, tracker = make_run(tmp_path, TWO_EPOCHS[:3], "running"), MemoryTracker()
    first = sender(folder, tracker)
    first.send()
    first.close()
    log(folder, TWO_EPOCHS[3:])
    sender(folder, tracker).send()
    assert tracker.steps("train/loss") == ALL
    assert tracker.opened[0].key == tracker.opened[1].key


def test_a_tracker_that_is_down_gets_all_of_it_later(tmp_path: Path) -> None:
    folder, tracker = make_run(tmp_path, TWO_EPOCHS), MemoryTracker(fails=2)
    sending = sender(folder, tracker)
    sending.send()
    assert sending.problem == "the connection was refused: nothing listens there"
    assert (read_cursor(folder, "memory") or sending.cursor).problem == sending.problem
    sending.send()
    sending.send()
    assert (sending.problem, sending.told.done) == ("", True)
    assert tracker.steps("train/loss") == ALL


def test_between_two_attempts_there_is_more_and_more_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine.tracking.sender, "SHORTEST", 1000.0)
    folder, tracker = make_run(tmp_path, TWO_EPOCHS), MemoryTracker(fails=9)
    sending = sender(folder, tracker)
    assert sending.send()
    assert not sending.send()
    assert tracker.fails == 8


def test_what_a_tracker_took_without_saying_so_is_the_same_the_second_time(tmp_path: Path) -> None:
    folder, tracker = make_run(tmp_path, TWO_EPOCHS), MemoryTracker(fails=1, half=True)
    sending = sender(folder, tracker)
    sending.send()
    sending.send()
    first, second = (batch.points for batch in tracker.batches[:2])
    assert first == second


def test_a_killed_run_that_is_resumed_goes_on_in_the_same_place(tmp_path: Path) -> None:
    folder, tracker = make_run(tmp_path, KILLED, "running"), MemoryTracker()
    first = sender(folder, tracker)
    first.send()
    assert not first.told.done
    first.close()
    make_run(tmp_path, [], "interrupted")
    second = sender(folder, tracker)
    second.send()
    assert tracker.batches[-1].ended == "interrupted"
    assert second.told.done
    second.close()
    make_run(tmp_path, RESUMED)
    third = sender(folder, tracker)
    third.send()
    assert tracker.steps("train/loss") == ALL
    assert third.told.done
    assert len({facts.key for facts in tracker.opened}) == 1


def test_what_is_left_is_found_again(tmp_path: Path) -> None:
    folder, tracker = make_run(tmp_path, TWO_EPOCHS), MemoryTracker(fails=1)
    sending = sender(folder, tracker)
    sending.send()
    sending.close()
    assert pending(tmp_path) == {"memory": [folder]}
    again = sender(folder, tracker)
    again.send()
    again.close()
    assert pending(tmp_path) == {}
    log(folder, [*epoch(3), ended(120)])
    assert pending(tmp_path) == {"memory": [folder]}


def test_nothing_secret_is_told(tmp_path: Path) -> None:
    folder, tracker = make_run(tmp_path, TWO_EPOCHS), MemoryTracker()
    sending = sender(folder, tracker)
    sending.send()
    assert sending.told.where == "http://tracker/run"

    def broken(facts: object, target: str) -> MemoryTracker:
        raise RuntimeError("http://user:sec/secret@tracker?token=secret said no")

    other = Sender(folder, "other", "", broken)
    other.send()
    assert other.problem == "RuntimeError: http://...@tracker... said no"
    assert "secret" not in json.dumps([str(each) for each in told(folder)])


def test_a_library_that_is_not_installed_is_named_with_its_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.tracking.trackers.find_spec", lambda name: None)
    sending = Sender(make_run(tmp_path, TWO_EPOCHS), "tensorboard", "")
    sending.send()
    assert "pip install 'mnist-tui[tensorboard]'" in sending.problem


def test_two_processes_do_not_send_the_same_run(tmp_path: Path) -> None:
    folder, tracker = make_run(tmp_path, TWO_EPOCHS), MemoryTracker()
    with locked(folder, "memory") as ours:
        assert ours
        sending = sender(folder, tracker)
        sending.send()
        assert "another process sends" in sending.problem
    sending.send()
    assert sending.told.done


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"tracker":"memory"}', b"\xff" * 50, b"[" * 5000])
def test_a_cursor_that_cannot_be_read_sends_it_anew_under_the_same_key(tmp_path: Path, content: bytes) -> None:
    folder, tracker = make_run(tmp_path, TWO_EPOCHS), MemoryTracker()
    first = sender(folder, tracker)
    first.send()
    first.close()
    cursor_path(folder, "memory").write_bytes(content)
    sender(folder, tracker).send()
    assert tracker.opened[0].key == tracker.opened[1].key
    assert tracker.steps("train/loss") == ALL + ALL


def test_a_full_disk_of_the_run_is_no_matter_of_the_tracker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, tracker = make_run(tmp_path, TWO_EPOCHS), MemoryTracker()
    sending = sender(folder, tracker)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    sending.send()
    monkeypatch.setattr(engine.tracking.sender, "write_cursor", full)
    log(folder, [*epoch(3), ended(120)])
    sending.send()
    assert (tracker.steps("train/loss")[-1], sending.problem) == (120, "")


def test_nothing_is_sent_to_where_somebody_else_has_named(tmp_path: Path) -> None:
    """The folder of a run may come from anybody, with a cursor in it."""
    folder, tracker = make_run(tmp_path, TWO_EPOCHS), MemoryTracker()
    write_cursor(folder, Cursor(tracker="memory", key="key", target="http://user:secret@evil/?token=secret"))
    sending = sender(folder, tracker)
    sending.send()
    assert sending.problem.startswith("memory=http://evil/ was not named on this machine, it came with the run")
    assert not tracker.opened
    write_cursor(folder, Cursor(tracker="memory", key="key", target="http://good"))
    trust("memory=http://good")
    sending.send()
    assert sending.told.done


@pytest.mark.parametrize("name", ["../../../0002-x/run", "--once=x", "another"])
def test_a_cursor_that_names_another_file_leads_to_none(tmp_path: Path, name: str) -> None:
    folder = make_run(tmp_path, TWO_EPOCHS[:3], "running")
    write_cursor(folder, Cursor(tracker="tensorboard", key="key"))
    path = cursor_path(folder, "tensorboard")
    path.write_text(path.read_text().replace('"tensorboard"', json.dumps(name)))
    assert told(folder) == []
    assert pending(tmp_path) == {}
    assert read_cursor(folder, name) is None
