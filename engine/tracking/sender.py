"""One run, sent to one tracker: from where the tracker has confirmed, as far as the log goes."""

import contextlib
import re
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from engine.storage.files import in_words
from engine.storage.runs.folders import RunError
from engine.storage.runs.record import RunRecord, read_record
from engine.tracking.batch import Batch, Picture, RunFacts, Tracker
from engine.tracking.cursor import Cursor, as_event, begin, is_behind, locked, write_cursor
from engine.tracking.log_reader import LogReader
from engine.tracking.pictures.confusion import draw_confusion
from engine.tracking.pictures.worst_digits import WorstDigits
from engine.tracking.trackers import Open, check_trusted, masked, opener
from engine.tracking.translate import Translator, joined
from engine.tracking.trials import study_of
from engine.vocabulary.fields import ConfigError
from engine.vocabulary.messages import TrackerTold

MOST_POINTS = 5000  # of a batch
SHORTEST, LONGEST = 1.0, 30.0  # seconds between two attempts
LOOK_EVERY = 5.0  # seconds between two looks at the record of a run that says nothing
KEEP_EVERY = 2.0  # seconds between two cursors, of a tracker that knows itself what it has
OWN = ("log_to", "data")  # of a config, no hyperparameters
ENDED = ("finished", "stopped", "failed", "interrupted")
LONGEST_PROBLEM = 300
GIVEN = re.compile(r"(?<==)\S+")  # any value, as a library may call what is secret by any name
IN_WORDS = {
    "Connection refused": "the connection was refused: nothing listens there",
    "Name or service not known": "the host is not known",
    "Temporary failure in name resolution": "the host is not known",
    "nodename nor servname": "the host is not known",
    "timed out": "no answer in time",
    "error code 401": "it asks for a user and password, or does not take them (401)",
    "error code 403": "it refuses this user (403)",
}


class Sender:
    """`told` is how far the tracker is. Never raises: what fails is tried again later, from what is confirmed."""

    def __init__(self, folder: Path, name: str, target: str, open_run: Open | None = None) -> None:
        """`open_run` opens the run in the tracker, in place of the one of this name."""
        self.folder = folder
        self.name = name
        self.told = TrackerTold(run=folder.name, tracker=name)
        self.caught_up = False  # whether the tracker had all that there was, when it was last looked
        self._target = target
        self._open = open_run
        self._stack = contextlib.ExitStack()
        self._tracker: Tracker | None = None
        self._cursor: Cursor | None = None
        self._wait, self._due = SHORTEST, 0.0
        self._kept = self._look_due = 0.0
        self._worst = WorstDigits(folder)

    @property
    def problem(self) -> str:
        return self.told.problem

    @property
    def cursor(self) -> Cursor:
        assert self._cursor is not None
        return self._cursor

    def send(self) -> bool:
        """Send what is new, unless it is too early to try again; tell whether `told` has changed."""
        if time.monotonic() < self._due:
            return False
        before = self.told
        try:
            if self._tracker is None:
                self._tracker = self._opened()
            for batch in self._batches():
                self._hand_over(self._tracker, batch)
            self._end(self._tracker)
            self.cursor.problem, self._wait = "", SHORTEST
            self.caught_up = True
        except Exception as error:  # of a library, a server or a disk: the log is there for another attempt
            self.caught_up = False
            self._fail(error)
        self._tell()
        return before != self.told

    def close(self) -> None:
        """Leave the run to another process."""
        if self._tracker is not None:
            with contextlib.suppress(Exception):
                self._tracker.close()
            with contextlib.suppress(OSError):
                write_cursor(self.folder, self.cursor)
        self._tracker = None
        self._stack.close()

    # -------------------------------------------------------------------- open

    def _opened(self) -> Tracker:
        """Return the run in the tracker, with all that it has passed over in the log."""
        if not self._stack.enter_context(locked(self.folder, self.name)):
            raise InUse(f"another process sends {self.folder.name} to {self.name}")
        self._cursor = begin(self.folder, self.name, self._target)
        check_trusted(self.name, self._cursor.target)
        record = read_record(self.folder)
        tracker = (self._open or opener(self.name))(facts_of(record, self.folder, self.cursor.key), self.cursor.target)
        confirmed = tracker.confirmed()
        self._asks = confirmed is not None
        self.cursor.offset = self.cursor.offset if confirmed is None else confirmed
        self.cursor.where = tracker.where
        self._reader, self._translator = LogReader(self.folder), Translator(tracker.takes_back)
        return tracker

    # -------------------------------------------------------------------- send

    def _batches(self) -> Iterator[Batch]:
        """Yield what the log says behind what is confirmed; what stands before it is read for what it leads to."""
        single = (self._translator.batch(event, offset) for event, offset in self._reader.new_events())
        return joined((batch for batch in single if batch.offset > self.cursor.offset), MOST_POINTS)

    def _hand_over(self, tracker: Tracker, batch: Batch) -> None:
        for each in batch.confusions:
            title = f"{self.folder.name}, epoch {each.epoch}"
            png = draw_confusion(each.counts, each.classes, title)
            batch.pictures.append(Picture("confusion", each.step, each.time, each.epoch, png))
            if (png_of_digits := self._worst.draw(each.epoch)) is not None:
                batch.pictures.append(Picture("worst_digits", each.step, each.time, each.epoch, png_of_digits))
        tracker.send(batch)
        self.cursor.offset, self.cursor.step = batch.offset, batch.step
        self.cursor.ended = bool(batch.ended)
        if not self._asks or time.monotonic() - self._kept > KEEP_EVERY:
            self._keep()
        self._tell()

    def _end(self, tracker: Tracker) -> None:
        """Tell the end of a run that was interrupted: its log has none."""
        if self.cursor.ended or time.monotonic() < self._look_due or is_behind(self.folder, self.cursor):
            return
        self._look_due = time.monotonic() + LOOK_EVERY
        state = read_record(self.folder).state
        if state in ENDED:
            offset, translator = self.cursor.offset, self._translator
            self._hand_over(tracker, Batch(offset=offset, step=translator.step, time=translator.clock, ended=state))

    def _fail(self, error: Exception) -> None:
        if self._tracker is not None:
            with contextlib.suppress(Exception):
                self._tracker.close()
        self._tracker = None
        self._stack.close()  # the lock
        self._due, self._wait = time.monotonic() + self._wait, min(2 * self._wait, LONGEST)
        problem = in_brief(error)
        if isinstance(error, InUse) or self._cursor is None:
            self.told = msgspec.structs.replace(self.told, problem=problem)
        else:
            self.cursor.problem = problem

    def _tell(self) -> None:
        if self._cursor is not None and (self._tracker is not None or self._cursor.problem):
            before, self.told = self.told, as_event(self.folder, self._cursor)
            if (before.problem, before.done, before.where) != (self.told.problem, self.told.done, self.told.where):
                self._keep()

    def _keep(self) -> None:
        self._kept = time.monotonic()
        with contextlib.suppress(OSError):  # a full disk, say: the tracker knows itself, or gets it twice
            write_cursor(self.folder, self.cursor)


class InUse(Exception):
    """Another process sends this run to this tracker."""


def facts_of(record: RunRecord, folder: Path, key: str) -> RunFacts:
    values = {**msgspec.structs.asdict(record.config), **record.began}
    tags = {
        "network": record.config.model,
        "parameters": str(record.parameters),
        "device": record.device,
        "data": f"{record.data}{' (sample)' if record.sample else ''}",
        "parent": record.parent and f"{record.parent}, epoch {record.parent_epoch}",
        **{f"{name}_version": version for name, version in record.versions.items()},
    }
    return RunFacts(
        run=folder.name,
        key=key,
        title=record.title,
        group=study_of(folder),
        folder=folder,
        started=record.started,
        values={name: value for name, value in values.items() if name not in OWN},
        tags={name: value for name, value in tags.items() if value and value != "0"},
    )


def in_brief(error: Exception) -> str:
    """Say in a line what failed, without what might be secret in it."""
    if isinstance(error, RunError | ConfigError | InUse):
        return str(error)
    text = in_words(error).strip() if isinstance(error, OSError) else str(error).strip()
    for sign, words in IN_WORDS.items():
        if sign in text:
            return words
    first = GIVEN.sub("...", masked(text.splitlines()[0] if text else ""))
    return f"{type(error).__name__}: {first}"[:LONGEST_PROBLEM]
