"""Deleted runs, `checkpoints/.trash/20261126-113000/0014-seed-cnn`: they can be restored until the trash is emptied.

A run goes there, and comes back, by one rename: whatever ends the program, it is in one place, whole. Emptying first
renames what it is about to remove, so that nothing half removed can be restored. Links are never followed: of a run
whose folder is one, only the link is deleted.
"""

import calendar
import contextlib
import itertools
import os
import shutil
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from engine.storage.files import flush_folder
from engine.storage.runs.folders import MOMENT, TRASH, RunError, moment_of, trashed
from engine.storage.runs.listing import summarize
from engine.storage.runs.queue_file import QueueError, check_unneeded, read_queue
from engine.vocabulary.messages import RunSummary

REMOVING = ".removing-"


class TrashedRun(msgspec.Struct, frozen=True, kw_only=True):
    """A run in the trash: when it was deleted, and the bytes of its files."""

    run: str
    deleted: float
    bytes: int
    folder: str
    summary: RunSummary


def delete_run(folder: Path) -> None:
    """Move a run into the trash of its folder of runs. Raises RunError, OSError."""
    place = new_place(trash_of(folder.parent))
    try:
        os.rename(folder, place / folder.name)
    except OSError:
        with contextlib.suppress(OSError):
            place.rmdir()
        raise
    flush(folder.parent, place)


def restore_run(checkpoints: Path, name: str) -> str:
    """Bring a run back, by its name or number; of several, the one deleted last. Return its name.

    Raises RunError, OSError.
    """
    entry = find_trashed(checkpoints, name)
    home = checkpoints / entry.name
    if os.path.lexists(home):
        raise RunError(f"there is a run {entry.name} already; rename its folder, {home}, and restore again")
    try:
        os.rename(entry, home)
    except FileNotFoundError:
        raise RunError(f"run {entry.name} is no longer in the trash") from None
    flush(checkpoints, entry.parent)
    with contextlib.suppress(OSError):  # something else is in it
        entry.parent.rmdir()
    return entry.name


def list_trash(checkpoints: Path) -> list[TrashedRun]:
    """Return what can be restored, the one deleted last first."""
    return [
        TrashedRun(
            run=entry.name,
            deleted=calendar.timegm(time.strptime(moment_of(entry.parent.name)[0], "%Y%m%d-%H%M%S")),
            bytes=bytes_in(entry),
            folder=str(entry),
            summary=summarize(entry, live=""),
        )
        for entry in reversed(trashed(checkpoints))
    ]


def empty_trash(checkpoints: Path) -> int:
    """Remove all that is in the trash, for ever; return how many runs. The parent of a waiting fork stays.

    Raises RunError, OSError for the first that could not be removed; the others are. Raises QueueError, and removes
    nothing, where it cannot be read what waits.
    """
    if not os.path.lexists(checkpoints / TRASH):
        return 0
    trash = trash_of(checkpoints)
    waiting = read_queue(checkpoints).runs
    there, kept = trashed(checkpoints), set[Path]()
    count = 0
    problems: list[Exception] = []
    for entry in there:
        try:
            check_unneeded(waiting, entry.name, "empty the trash")
        except QueueError as error:
            kept.add(entry.parent)
            problems.append(QueueError(f"{error}; or bring the run back with `mnist-tui runs restore {entry.name}`"))
    for place in list(trash.iterdir()):
        leftover = place.name.startswith(REMOVING)
        if not leftover and not MOMENT.fullmatch(place.name):
            continue  # not of this program
        if place in kept:
            continue
        try:
            if not leftover:
                runs = sum(entry.parent == place for entry in there)
                place = place.rename(trash / (REMOVING + place.name))
                count += runs
            remove(place)
        except FileNotFoundError:
            continue  # restored meanwhile, or removed by somebody else
        except (RunError, OSError) as error:
            problems.append(error)
    if problems:
        raise problems[0]
    return count


def remove(entry: Path) -> None:
    """Remove a folder and what is in it, but nothing that a link, or a disk that is mounted in it, leads to."""
    if entry.is_symlink() or not entry.is_dir():
        entry.unlink()
        return
    device = entry.stat().st_dev
    for place, folders, _, handle in os.fwalk(entry):
        for name in folders:
            found = os.stat(name, dir_fd=handle, follow_symlinks=False)
            if stat.S_ISDIR(found.st_mode) and found.st_dev != device:
                raise RunError(f"{Path(place) / name}: another disk is mounted there; unmount it, and empty again")
    shutil.rmtree(entry)


def find_trashed(checkpoints: Path, name: str) -> Path:
    """Raises RunError."""
    fitting = {
        entry.name: entry
        for entry in trashed(checkpoints)  # the last of a name is the one deleted last
        if name and (entry.name == name or entry.name.split("-")[0].lstrip("0") == name.lstrip("0"))
    }
    if not fitting:
        raise RunError(f"run {name!r} is not in the trash; `mnist-tui runs trash` lists what can be restored")
    if len(fitting) > 1:
        raise RunError(f"{' and '.join(sorted(fitting))} have the number {name}; give the whole name")
    return next(iter(fitting.values()))


def trash_of(checkpoints: Path) -> Path:
    """Return the trash, made if need be. Raises RunError where it is a link, which may lead anywhere, and OSError."""
    trash = checkpoints / TRASH
    with contextlib.suppress(FileExistsError):
        trash.mkdir()
    if not stat.S_ISDIR(trash.lstat().st_mode):
        raise RunError(f"{trash}: is not a plain folder; remove it, and a new one is made")
    return trash


def new_place(trash: Path) -> Path:
    """Make a folder that is named for this moment. Raises OSError."""
    moment = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    for number in itertools.count(1):
        place = trash / (moment if number == 1 else f"{moment}-{number}")
        with contextlib.suppress(FileExistsError):
            place.mkdir()
            break
    return place


def flush(*folders: Path) -> None:
    """Make a rename last. Where that fails, a power cut may undo it, and nothing is lost."""
    for folder in folders:
        with contextlib.suppress(OSError):
            flush_folder(folder)


def bytes_in(entry: Path) -> int:
    """Return the bytes of a run's files, without what links lead to."""
    return sum(file.stat(follow_symlinks=False).st_size for file in files_in(entry))


def files_in(entry: Path) -> Iterator[os.DirEntry[str]]:
    """Yield the files in a folder, and in those in it, passing over what cannot be read."""
    if entry.is_symlink():
        return
    with contextlib.suppress(OSError), os.scandir(entry) as found:
        for each in found:
            if each.is_dir(follow_symlinks=False):
                yield from files_in(Path(each.path))
            elif each.is_file(follow_symlinks=False):
                yield each
