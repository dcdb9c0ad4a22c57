"""The record and the log of a run, as they are written: read back whole, or as far as they are."""

import errno
import io
import json
import os
from pathlib import Path

import pytest
from fake_engine import epoch_done, started, steps

from engine.storage.runs.event_log import EVENTS, EventReader, seal
from engine.storage.runs.listing import summarize
from engine.storage.runs.log_writer import RunLog
from engine.storage.runs.record import RECORD, read_record
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import CheckpointSaved, RunEnded, RunEvent, Steered
from tests.engine.storage.runs.records import RUN, make_run, record


def read(folder: Path) -> tuple[list[RunEvent], int]:
    reader = EventReader(folder)
    return list(reader), reader.skipped


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
