"""How far a tracker is with a run: `trackers/NAME.json` in the folder of the run. Imports no torch."""

import contextlib
import os
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from engine.storage.file_lock import take_lock
from engine.storage.files import open_regular, write_atomically
from engine.storage.runs.event_log import EVENTS
from engine.storage.runs.folders import run_names
from engine.tracking.trackers import NAME, without_secrets
from engine.vocabulary.messages import Count, RunSummary, Text, TrackerTold

FOLDER = "trackers"
TRIALS = Path("studies") / "trials"  # trials that are logged: engine/tracking/trials.py
LONGEST = 1 << 16


class Cursor(msgspec.Struct, kw_only=True):
    """A tracker has all that the run's log says up to the byte `offset`, when the run was at `step`.

    `key` is what the run is called in the tracker, `where` where to look; `problem` says why no more was sent.
    """

    tracker: Text
    key: Text
    target: Text = ""
    where: Text = ""
    offset: Count = 0
    step: Count = 0
    ended: bool = False
    problem: Text = ""


class Wish(msgspec.Struct):
    """A run that is to be sent: its folder in that of all runs, and where to, "" for where it was sent before."""

    run: str
    target: str = ""


def cursor_path(folder: Path, tracker: str) -> Path:
    return folder / FOLDER / f"{tracker}.json"


def read_cursor(folder: Path, tracker: str) -> Cursor | None:
    """Return None where there is none, or one that cannot be read: the tracker is then asked, or told anew.

    One that names another tracker than its file does is none: a name leads to files that are written.
    """
    try:
        with open_regular(cursor_path(folder, tracker)) as file:
            cursor = msgspec.json.decode(file.read(LONGEST), type=Cursor)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return cursor if cursor.tracker == tracker and NAME.fullmatch(tracker) else None


def write_cursor(folder: Path, cursor: Cursor) -> None:
    """Raises OSError."""
    path = cursor_path(folder, cursor.tracker)
    path.parent.mkdir(exist_ok=True)
    write_atomically(path, msgspec.json.format(msgspec.json.encode(cursor)) + b"\n")


def begin(folder: Path, tracker: str, target: str) -> Cursor:
    """Return the cursor of a run in a tracker, made now where there is none. Raises OSError."""
    cursor = read_cursor(folder, tracker)
    if cursor is None or (cursor.target != target and target):
        cursor = Cursor(tracker=tracker, key=key_of(folder, tracker, target), target=target)
        write_cursor(folder, cursor)
    return cursor


def key_of(folder: Path, tracker: str, target: str) -> str:
    """Return a name of a run that no other one has, the same each time: it is found again if the cursor is lost."""
    try:
        with open_regular(folder / EVENTS) as file:
            first = file.readline(LONGEST)
    except OSError:
        first = uuid.uuid4().bytes
    return uuid.uuid5(uuid.NAMESPACE_OID, f"{folder.name} {tracker} {target} {first.hex()}").hex


@contextlib.contextmanager
def locked(folder: Path, tracker: str) -> Iterator[bool]:
    """Yield whether this process is the only one that sends this run to this tracker. Raises OSError."""
    path = folder / FOLDER / f"{tracker}.lock"
    path.parent.mkdir(exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        yield take_lock(handle) is not None
    finally:
        os.close(handle)


def cursors(folder: Path) -> list[Cursor]:
    """Return those of all trackers that a run is logged to."""
    try:
        names = sorted(path.stem for path in (folder / FOLDER).iterdir() if path.suffix == ".json")
    except OSError:
        return []
    return [cursor for name in names if (cursor := read_cursor(folder, name)) is not None]


def told(folder: Path) -> list[TrackerTold]:
    """Return how far each tracker is with a run."""
    return [as_event(folder, cursor) for cursor in cursors(folder)]


def with_trackers(checkpoints: Path, runs: Iterable[RunSummary]) -> list[RunSummary]:
    """Return lines of the list of runs with what each is logged to."""
    found = ((run, told(checkpoints / run.run)) for run in runs)
    return [msgspec.structs.replace(run, trackers=trackers) if trackers else run for run, trackers in found]


def as_event(folder: Path, cursor: Cursor) -> TrackerTold:
    return TrackerTold(
        run=folder.name,
        tracker=cursor.tracker,
        where=without_secrets(cursor.where or cursor.target),
        step=cursor.step,
        problem=cursor.problem,
        done=cursor.ended and not is_behind(folder, cursor),
    )


def is_behind(folder: Path, cursor: Cursor) -> bool:
    """Tell whether the log has more than the tracker."""
    try:
        return (folder / EVENTS).stat().st_size > cursor.offset
    except OSError:
        return False


def pending(checkpoints: Path) -> dict[str, list[Path]]:
    """Return the folders of runs, and of trials, that trackers lack something of, by tracker."""
    found: dict[str, list[Path]] = {}
    trials = (folder for folder in (checkpoints / TRIALS).glob("*-trial-*") if folder.is_dir())
    for folder in (*(checkpoints / run for run in run_names(checkpoints)), *sorted(trials)):
        for each in told(folder):
            if not each.done:  # one that was interrupted has an end that is still to be told
                found.setdefault(each.tracker, []).append(folder)
    return found
