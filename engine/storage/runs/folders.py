"""Run folders: `checkpoints/0001-seed-cnn/` with run.json, events.jsonl and checkpoints.

Text that is only appended to, instead of a database: SQLite's WAL is unsafe on the network homes of clusters.
Imports no torch, so that `mnist-tui runs` answers at once.
"""

import contextlib
import errno
import os
import re
import stat
import time
from io import FileIO
from pathlib import Path

import msgspec

from engine.storage.files import flush_to_disk, identity, naming, open_regular, remove_temporaries, write_atomically
from engine.storage.preset_file import MACHINE
from engine.storage.runs.event_log import EVENTS, WINDOW, WINDOWS, EventReader, ends_torn, seal
from engine.vocabulary.config import ConfigError, RunConfig, Value
from engine.vocabulary.log_summary import Course, course_of
from engine.vocabulary.messages import (
    Continued,
    Count,
    EpochDone,
    EpochFigures,
    Loss,
    Paused,
    RunEnded,
    RunEvent,
    RunStarted,
    RunSummary,
    Seconds,
    Share,
    Steered,
    Text,
    ThreadsChanged,
    encode,
)
from engine.vocabulary.preprocessing import MNIST, Treatment
from engine.vocabulary.run_conventions import OLD, Conventions

NAME = re.compile(r"\d{4,}-[a-z0-9][a-z0-9-]*")
RECORD = "run.json"
LAST, PREVIOUS, BEST = "last.pt", "previous.pt", "best.pt"  # best: by validation accuracy
LONGEST_RECORD = 1 << 17
PIECE = 1 << 20  # bytes of a log copied at a time


class RunError(Exception):
    """A run that is not there or cannot be read; the message names it and what to do."""


class RunRecord(msgspec.Struct, kw_only=True):
    """`run.json`: what a person, or a resume, needs to know of a run."""

    run: Text
    state: Text
    started: Seconds
    config: RunConfig
    device: Text
    data: Text
    data_path: Text
    sample: bool
    versions: dict[str, str]
    epoch: Count = 0
    step: Count = 0
    test_loss: Loss | None = None
    test_accuracy: Share | None = None
    reason: Text = ""
    threads: Count = 0
    """How many threads computed it last, on a CPU; `events.jsonl` tells at which step the number changed."""
    steered: bool = False
    """Whether it was trained with other hyperparameters before: `config` is that of its end."""
    began: dict[str, Value] = {}
    """The values at the start of what was steered on the way."""
    validation_loss: Loss | None = None
    validation_accuracy: Share | None = None
    best: EpochFigures | None = None
    """The best epoch by validation accuracy; the figures above are of the last one."""
    conventions: Conventions = OLD
    treatment: Treatment = MNIST
    """How the pictures of its data were read; `predict` reads others likewise."""

    @property
    def reported(self) -> EpochFigures | None:
        """The epoch that speaks for the run: the best one by validation, the last where no images are held out."""
        return self.best or self.last

    @property
    def last(self) -> EpochFigures | None:
        if self.test_accuracy is None or self.test_loss is None:
            return None
        return EpochFigures(
            epoch=self.epoch,
            test_loss=self.test_loss,
            test_accuracy=self.test_accuracy,
            validation_loss=self.validation_loss,
            validation_accuracy=self.validation_accuracy,
        )

    def follow(self, course: Course | None, whole: bool = False) -> None:
        """Take over what the log says of the run; one that is not `whole` does not speak against the record."""
        if course is not None:
            self.best, self.began = course.best, course.began
            self.steered = bool(course.began) or (self.steered and not whole)


class RunLog:
    """The folder of the run in progress: its record, and its events, appended one line each."""

    def __init__(self, folder: Path, record: RunRecord) -> None:
        self.folder = folder
        self.record = record
        self._file = open(folder / EVENTS, "a+b", buffering=0)  # noqa: SIM115  (closed by close)
        self._appended: RunEvent | None = None  # the last event whose line is written, if not yet flushed
        self._torn = ends_torn(folder / EVENTS)  # by a crash, or a full disk; it must not swallow the next line
        self._course: Course | None = None
        self.save_record()

    def write(self, event: RunEvent) -> None:
        """Append an event before any screen hears of it. Raises OSError; the same event may then be tried again."""
        self._follow_path()
        if event is not self._appended:
            self._append(seal(event))
            self._appended = event
        record = self.record
        match event:
            case EpochDone():
                self._flush()
                record.epoch, record.step = event.epoch, event.step
                record.test_loss, record.test_accuracy = event.test_loss, event.test_accuracy
                record.validation_loss = event.validation_loss
                record.validation_accuracy = event.validation_accuracy
                self._follow(event)
            case RunStarted():
                record.config, record.threads = event.config, event.threads
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

    def _follow_path(self) -> None:
        """Write to the file that is at the path now: the run may have been moved to another disk, or the log deleted.

        What that file lacks of the log is added. Raises OSError while there is none, or one of something else.
        """
        path = self.folder / EVENTS
        if identity(path) != identity(self._file.fileno()):
            self._file = written_anew(self._file, path)

    def _follow(self, event: RunEvent) -> None:
        self._course = (self._course or Course(self.record.config)).after(event)
        self.record.follow(self._course)

    def _restart(self, event: RunStarted) -> None:
        """Begin the course of a run, or go on with it where its log, which ends with this very event, has it."""
        found, whole = course_in(self.folder) if event.step else (None, True)
        self._course = found or Course(event.config)
        self.record.follow(self._course, whole)

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
        write_atomically(self.folder / RECORD, msgspec.json.format(encode(self.record)) + b"\n")

    def close(self, state: str, step: int, reason: str = "") -> None:
        self.record.state, self.record.step, self.record.reason = state, step, reason
        self.save_record()
        self._flush()
        self._file.close()


def mark(folder: Path, state: str, reason: str, step: int | None = None) -> None:
    """Write into a run's record what became of it. Raises RunError, OSError."""
    record = read_record(folder)
    record.state, record.reason = state, reason
    record.step = record.step if step is None else step
    write_atomically(folder / RECORD, msgspec.json.format(encode(record)) + b"\n")


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


def create_folder(checkpoints: Path, model: str) -> Path:
    """Make the folder of a new run, numbered after the highest there is. Raises OSError."""
    checkpoints.mkdir(parents=True, exist_ok=True)
    number = max((int(name.split("-")[0]) for name in run_names(checkpoints)), default=0)
    while True:
        number += 1
        folder = checkpoints / f"{number:04d}-{model}"
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        return folder


def run_names(checkpoints: Path) -> list[str]:
    """Return the names of all run folders, oldest first."""
    try:
        names = [name for name in os.listdir(checkpoints) if NAME.fullmatch(name) and (checkpoints / name).is_dir()]
    except FileNotFoundError:
        return []
    return sorted(names, key=lambda name: (int(name.split("-")[0]), name))


def find_run(checkpoints: Path, name: str = "") -> Path:
    """Return a run's folder by name, by number, or the latest for an empty name. Raises RunError."""
    names = run_names(checkpoints)
    if not names:
        raise RunError(f"{checkpoints}: holds no run yet; train one first")
    if not name:
        return checkpoints / names[-1]
    for known in names:
        if known == name or known.split("-")[0].lstrip("0") == name.lstrip("0"):
            return checkpoints / known
    raise RunError(f"there is no run {name!r} in {checkpoints}; `mnist-tui runs` lists them")


def read_record(folder: Path) -> RunRecord:
    """Raises RunError."""
    try:
        with open_regular(folder / RECORD) as file:
            content = file.read(LONGEST_RECORD + 1)
        if len(content) > LONGEST_RECORD:
            raise RunError(f"{folder / RECORD}: is too long for a record; the file is damaged")
        record = msgspec.json.decode(content, type=RunRecord)
        record.config = RunConfig().replace(msgspec.structs.asdict(record.config))  # decoding checks types, not bounds
        if (record.config.validation and record.epoch and record.best is None) or (record.steered and not record.began):
            record.follow(*course_in(folder))  # a record of the time before it said so
        return record
    except FileNotFoundError:
        raise RunError(f"{folder / RECORD}: is missing; the run was interrupted before its first step") from None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError, ConfigError) as error:
        raise RunError(f"{folder / RECORD}: cannot be read ({error})") from error


def course_in(folder: Path) -> tuple[Course | None, bool]:
    """Return the course of a run from its log, None where that cannot be read, and whether all of the log was."""
    reader = EventReader(folder)
    with contextlib.suppress(OSError):
        course = course_of(reader)
        return course, not reader.skipped and (folder / EVENTS).stat().st_size <= WINDOWS * WINDOW
    return None, False


def summarize(folder: Path, *, live: str | None) -> RunSummary:
    """Return a run's line in the list. A run that no engine works on, but says so, was interrupted.

    `live` names the run in progress, "" when there is none; None believes the record, when nobody can be asked.
    """
    resumable = any((folder / name).is_file() for name in (LAST, PREVIOUS))
    try:
        record = read_record(folder)
    except RunError as error:
        return RunSummary(
            run=folder.name, state="unreadable", started=0, model="", epoch=0, epochs=0, sample=False,
            resumable=False, problem=str(error),
        )  # fmt: skip
    claims = record.state in ("running", "paused")
    interrupted = claims and live is not None and live != folder.name
    return RunSummary(
        run=folder.name,
        state="interrupted" if interrupted else record.state,
        started=record.started,
        model=record.config.model,
        epoch=record.epoch,
        epochs=record.config.epochs,
        sample=record.sample,
        test_accuracy=record.test_accuracy,
        test_loss=record.test_loss,
        lr=record.config.lr,
        changes={
            name: value
            for name, value in record.config.differences().items()
            if name not in (*MACHINE, "model", "epochs")
        },
        resumable=resumable and (interrupted or not claims),
        problem=record.reason,
        validation_accuracy=record.validation_accuracy,
        best=record.best,
        steered=record.steered,
        began=record.began,
        data=record.data,
    )


def list_runs(checkpoints: Path, *, live: str | None) -> list[RunSummary]:
    """Return all runs, newest first; `live` as in summarize."""
    return [summarize(checkpoints / name, live=live) for name in reversed(run_names(checkpoints))]


def close_interrupted(checkpoints: Path) -> list[str]:
    """Mark runs that no engine finished as interrupted; called by an engine as it starts. Returns their names."""
    interrupted = []
    for name in run_names(checkpoints):
        remove_temporaries(checkpoints / name)
        try:
            if read_record(checkpoints / name).state in ("running", "paused"):
                mark(checkpoints / name, "interrupted", "the engine ended while it was training")
                interrupted.append(name)
        except (RunError, OSError):
            continue  # an unreadable record is shown as such in the list
    return interrupted
