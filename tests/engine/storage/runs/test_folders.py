"""Run folders: their numbers, records and logs, whole or damaged."""

import errno
import io
import json
import os
from pathlib import Path

import pytest
from fake_engine import epoch_done, started, steps

from engine.storage.runs.event_log import EVENTS, EventReader, seal
from engine.storage.runs.folders import (
    RECORD,
    RunError,
    RunLog,
    close_interrupted,
    create_folder,
    find_run,
    list_runs,
    read_record,
    run_names,
    summarize,
)
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import CheckpointSaved, RunEnded, RunEvent, Steered
from tests.engine.storage.runs.records import RUN, record


def make_run(checkpoints: Path, state: str = "running") -> tuple[Path, RunLog]:
    folder = create_folder(checkpoints, "seed-cnn")
    return folder, RunLog(folder, record(state, folder.name))


def read(folder: Path) -> tuple[list[RunEvent], int]:
    reader = EventReader(folder)
    return list(reader), reader.skipped


# ------------------------------------------------------------------ folders


def test_runs_are_numbered_after_the_highest(tmp_path: Path) -> None:
    checkpoints = tmp_path / "new" / "checkpoints"
    assert [create_folder(checkpoints, "seed-cnn").name for _ in range(2)] == ["0001-seed-cnn", "0002-seed-cnn"]
    (checkpoints / "0041-other").mkdir()
    assert create_folder(checkpoints, "seed-cnn").name == "0042-seed-cnn"
    (checkpoints / "9999-seed-cnn").mkdir()
    assert create_folder(checkpoints, "seed-cnn").name == "10000-seed-cnn"
    assert run_names(checkpoints)[-2:] == ["9999-seed-cnn", "10000-seed-cnn"]


def test_a_folder_that_another_process_made_first_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / RUN).mkdir()
    monkeypatch.setattr("engine.storage.runs.folders.run_names", lambda checkpoints: [])
    assert create_folder(tmp_path, "seed-cnn").name == "0002-seed-cnn"


def test_only_folders_with_a_runs_name_are_runs(tmp_path: Path) -> None:
    for name in (".hidden", "notes", "1-short", "0003-UPPER", "0004-ok"):
        (tmp_path / name).mkdir()
    (tmp_path / "0005-file").write_text("")
    assert run_names(tmp_path) == ["0004-ok"]
    assert run_names(tmp_path / "absent") == []


def test_a_run_is_found_by_name_by_number_and_as_the_latest(tmp_path: Path) -> None:
    for name in ("0001-seed-cnn", "0002-seed-cnn", "0010-seed-cnn"):
        (tmp_path / name).mkdir()
    assert find_run(tmp_path).name == "0010-seed-cnn"
    assert find_run(tmp_path, "0002-seed-cnn").name == "0002-seed-cnn"
    for number in ("2", "0002", "00002"):
        assert find_run(tmp_path, number).name == "0002-seed-cnn"
    assert find_run(tmp_path, "10").name == "0010-seed-cnn"


@pytest.mark.parametrize(
    "name",
    ["../x", "..", ".", "/etc", "0001-seed-cnn/../../x", "0001-seed-cnn/", "./0001-seed-cnn", "3", "0001", "-1", "1.0",
     "0001-seed-cnn\x00", "9" * 5000, "\N{SUPERSCRIPT ONE}"],
)  # fmt: skip
def test_a_name_that_is_no_run_of_this_folder_is_refused(tmp_path: Path, name: str) -> None:
    checkpoints = tmp_path / "checkpoints"
    (checkpoints / "0002-seed-cnn").mkdir(parents=True)
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / RECORD).write_text("{}")
    with pytest.raises(RunError, match="mnist-tui runs"):
        find_run(checkpoints, name)


def test_an_empty_folder_says_to_train_first(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="train one first"):
        find_run(tmp_path)


# ------------------------------------------------------------------ records


def test_the_record_follows_the_run(tmp_path: Path) -> None:
    folder, log = make_run(tmp_path)
    log.write(started())
    log.write(epoch_done(1))
    assert (read_record(folder).epoch, read_record(folder).test_accuracy) == (1, 0.9)
    log.write(Steered(run=RUN, step=40, changes={"lr": 0.5}, config=RunConfig(epochs=3, lr=0.5)))
    assert read_record(folder).config.lr == 0.5
    log.close("failed", 77, "no more")
    closed = read_record(folder)
    assert (closed.state, closed.step, closed.reason) == ("failed", 77, "no more")
    summary = summarize(folder, live="")
    assert (summary.state, summary.problem, summary.epochs, summary.sample) == ("failed", "no more", 3, True)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"\xff\xfe", b'{"run": 7}', b"null", b"[" * 100_000], ids=lambda content: content[:9]
)
def test_an_unreadable_record_is_shown_not_raised(tmp_path: Path, content: bytes) -> None:
    make_run(tmp_path)
    folder, _ = make_run(tmp_path)
    (folder / RECORD).write_bytes(content)
    (folder / "last.pt").touch()
    newest, oldest = list_runs(tmp_path, live="")
    assert (newest.run, newest.state, newest.resumable) == (folder.name, "unreadable", False)
    assert str(folder / RECORD) in newest.problem
    assert oldest.state == "interrupted"


def test_a_folder_without_a_record_is_shown_too(tmp_path: Path) -> None:
    (tmp_path / RUN).mkdir()
    [summary] = list_runs(tmp_path, live="")
    assert summary.state == "unreadable"
    assert "is missing" in summary.problem


def test_a_run_nobody_works_on_is_interrupted(tmp_path: Path) -> None:
    folder, log = make_run(tmp_path)
    log.write(started())
    (folder / "last.pt").touch()
    alive, dead = (summarize(folder, live=live) for live in (None, ""))
    assert (alive.state, alive.resumable) == ("running", False)
    assert (dead.state, dead.resumable) == ("interrupted", True)


def test_a_new_engine_marks_what_the_last_one_left(tmp_path: Path) -> None:
    running, _ = make_run(tmp_path)
    finished, log = make_run(tmp_path)
    log.close("finished", 9)
    damaged, _ = make_run(tmp_path)
    (damaged / RECORD).write_text("?")
    paused, _ = make_run(tmp_path, "paused")
    assert close_interrupted(tmp_path) == [running.name, paused.name]
    assert read_record(running).state == "interrupted"
    assert "engine ended" in read_record(running).reason
    assert read_record(finished).state == "finished"
    assert (damaged / RECORD).read_text() == "?"
    assert close_interrupted(tmp_path) == []


# --------------------------------------------------------------------- logs


def test_events_are_read_back_as_they_were_written(tmp_path: Path) -> None:
    folder, log = make_run(tmp_path)
    events = [started(), steps(3, [0.5, 0.25, 0.125]), epoch_done(1), CheckpointSaved(run=RUN, step=40, file="last.pt"),
              RunEnded(run=RUN, step=40, time=3.0, state="stopped")]  # fmt: skip
    for event in events:
        log.write(event)
    assert read(folder) == (events, 0)


def test_a_log_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert read(tmp_path) == ([], 0)


@pytest.mark.parametrize("cut", [1, 2, 20])
def test_a_torn_last_line_is_ignored_and_swallows_nothing(tmp_path: Path, cut: int) -> None:
    folder, log = make_run(tmp_path)
    log.write(started())
    log.write(epoch_done(1))
    path = folder / EVENTS
    path.write_bytes(path.read_bytes()[:-cut])
    assert read(folder) == ([started()], 0)

    again = RunLog(folder, record())
    again.write(epoch_done(2))
    again.write(epoch_done(3))
    events, skipped = read(folder)
    assert events[-2:] == [epoch_done(2), epoch_done(3)]
    # Only the newline was missing: then the line can be read after all.
    assert (len(events), skipped) == ((4, 0) if cut == 1 else (3, 1))


@pytest.mark.parametrize(
    "line",
    [b"garbage\n", b"\n", b"\x00\xff\n", b'{"event":"Unknown"}\n', b'{"event":"StepsDone"}\n', b"[" * 5000 + b"\n",
     b"x" * (3 << 20) + b"\n"],
    ids=["garbage", "empty", "binary", "unknown", "fields", "nested", "long"],
)  # fmt: skip
def test_an_unreadable_line_is_skipped_and_counted(tmp_path: Path, line: bytes) -> None:
    content = seal(started()) + line + seal(epoch_done(1)) + line
    (tmp_path / EVENTS).write_bytes(content)
    assert read(tmp_path) == ([started(), epoch_done(1)], 2)


class FullDisk(io.RawIOBase):
    """A file of which a write may take only a part, as on a disk that is full."""

    def __init__(self, file: io.RawIOBase) -> None:
        self.file = file
        self.room = 1 << 20

    def write(self, data: bytes) -> int:  # type: ignore[override]
        taken = data[: self.room]
        if not taken:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.room -= len(taken)
        return self.file.write(taken) or 0

    def fileno(self) -> int:
        return self.file.fileno()


def test_an_event_that_a_full_disk_took_in_part_is_written_whole_later(tmp_path: Path) -> None:
    folder, log = make_run(tmp_path)
    log.write(started())
    full = FullDisk(log._file)  # type: ignore[arg-type]
    log._file = full  # type: ignore[assignment]
    full.room = 50
    event = epoch_done(1)
    with pytest.raises(OSError, match="No space left"):
        log.write(event)
    assert read(folder) == ([started()], 0)
    full.room = 1 << 20
    log.write(event)
    assert read(folder) == ([started(), event], 0)


def test_an_event_whose_flush_failed_is_not_written_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, log = make_run(tmp_path)
    event = epoch_done(1)
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", broken_disk)
        with pytest.raises(OSError, match="Input/output error"):
            log.write(event)
    log.write(event)
    assert read(folder) == ([event], 0)
    assert read_record(folder).epoch == 1


def broken_disk(*_: object) -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


def test_a_record_is_readable_json_for_people(tmp_path: Path) -> None:
    folder, _ = make_run(tmp_path)
    text = (folder / RECORD).read_text()
    assert json.loads(text)["config"]["epochs"] == 3
    assert text.count("\n") > 10
