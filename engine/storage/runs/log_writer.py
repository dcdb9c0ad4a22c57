"""Writing to a run's folder while it trains: its record, and the log that every screen is told from."""

import errno
import os
import stat
import time
from io import FileIO
from pathlib import Path

from engine.storage.files import flush_to_disk, identity, naming
from engine.storage.runs.event_log import EVENTS, ends_torn, seal
from engine.storage.runs.record import OwnWords, RunRecord, read_log_summary, read_record, write_record
from engine.vocabulary.log_summary import LogSummary
from engine.vocabulary.messages import (
    Continued,
    EpochDone,
    Paused,
    RunEnded,
    RunEvent,
    RunStarted,
    Steered,
    ThreadsChanged,
)

PIECE = 1 << 20  # bytes of a log copied at a time


class RunLog:
    """The folder of the run in progress: its record, and its events, appended one line each."""

    def __init__(self, folder: Path, record: RunRecord) -> None:
        self.folder = folder
        self.record = record
        self._file = open(folder / EVENTS, "a+b", buffering=0)  # noqa: SIM115  (closed by close)
        self._appended: RunEvent | None = None  # the last event whose line is written, if not yet flushed
        self._torn = ends_torn(folder / EVENTS)  # by a crash, or a full disk; it must not swallow the next line
        self._summary: LogSummary | None = None
        self._images = 0, 0  # of an epoch in training, and of its test
        self.save_record()

    def write(self, event: RunEvent) -> None:
        """Append an event before any screen hears of it. Raises OSError; the same event may then be tried again."""
        self._follow_path()
        if event is not self._appended:
            self._append(seal(event))
            self._appended = event
            self._count(event)
        record = self.record
        match event:
            case EpochDone():
                self._flush()
                record.epoch, record.step = event.epoch, event.step
                record.test_loss, record.test_accuracy = event.test_loss, event.test_accuracy
                record.validation_loss = event.validation_loss
                record.validation_accuracy = event.validation_accuracy
                train, test = self._images
                record.images_per_s = train / event.seconds if event.seconds else 0.0
                record.tested_per_s = test / event.test_seconds if event.test_seconds else 0.0
                self._follow(event)
            case RunStarted():
                record.config, record.threads = event.config, event.threads
                self._images = event.train_images, event.test_images
                self._restart(event)
            case ThreadsChanged():
                record.threads = event.threads
            case Steered():
                self._follow(event)
                record.config = event.config
            case Paused():
                record.state = "paused"
            case Continued():
                record.state = "running"
            case _:
                return
        self.save_record()

    def edit(self, words: OwnWords) -> None:
        """Write the user's words into the record of the run in progress. Raises RunError, OSError."""
        record = self.record
        before = OwnWords(title=record.title, note=record.note, star=record.star)
        words.write_into(record)
        try:
            self.save_record()
        except OSError:
            before.write_into(record)
            raise

    def _count(self, event: RunEvent) -> None:
        """Take over what must be counted once, although its record may have to be written again."""
        if isinstance(event, RunStarted):
            self.record.parameters = event.parameters
        elif isinstance(event, EpochDone):
            self.record.seconds += event.seconds

    def _follow_path(self) -> None:
        """Write to the file that is at the path now: the run may have been moved to another disk, or the log deleted.

        What that file lacks of the log is added. Raises OSError while there is none, or one of something else.
        """
        path = self.folder / EVENTS
        if identity(path) != identity(self._file.fileno()):
            self._file = written_anew(self._file, path)

    def _follow(self, event: RunEvent) -> None:
        self._summary = (self._summary or LogSummary(self.record.config)).after(event)
        self.record.update(self._summary)

    def _restart(self, event: RunStarted) -> None:
        """Begin the summary of a run, or go on with it where its log, which ends with this very event, has it."""
        found, whole = read_log_summary(self.folder) if event.step else (None, True)
        self._summary = found or LogSummary(event.config)
        self.record.update(self._summary, whole)

    def _append(self, line: bytes) -> None:
        line = b"\n" * self._torn + line
        with naming(self.folder / EVENTS):
            whole = os.fstat(self._file.fileno()).st_size
            if self._file.write(line) != len(line):
                self._torn = True
                os.ftruncate(self._file.fileno(), whole)
                self._torn = False
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._torn = False

    def _flush(self) -> None:
        with naming(self.folder / EVENTS):
            flush_to_disk(self._file.fileno())

    def save_record(self) -> None:
        write_record(self.folder, self.record)

    def close(self, state: str, step: int, reason: str = "") -> None:
        self.record.state, self.record.step, self.record.reason = state, step, reason
        self.save_record()
        self._flush()
        self._file.close()


def close_lost(folder: Path, reason: str) -> RunEnded:
    """Put the end of a run on record that cannot go on; return it. Raises RunError, OSError."""
    record = read_record(folder)
    ended = RunEnded(run=folder.name, step=record.step, time=time.time(), state="failed", reason=reason)
    log = RunLog(folder, record)
    log.write(ended)
    log.close(ended.state, ended.step, reason)
    return ended


def written_anew(log: FileIO, path: Path) -> FileIO:
    """Return a log at its path again, with all that stands in the one that was opened there. Raises OSError."""
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC, 0o666)
    new = open(handle, "a+b", buffering=0)  # noqa: SIM115  (closed by RunLog.close)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "is not a file; remove it", str(path))
        place = 0
        while there := os.pread(handle, PIECE, place):
            if os.pread(log.fileno(), len(there), place) != there:
                raise OSError(errno.EEXIST, "is another run's log; move it away", str(path))
            place += len(there)
        with naming(path):
            while more := os.pread(log.fileno(), PIECE, place):
                place += new.write(more)
            flush_to_disk(handle)
    except BaseException:
        new.close()
        raise
    log.close()
    return new
