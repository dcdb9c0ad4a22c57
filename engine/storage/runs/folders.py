"""Run folders, `checkpoints/0001-seed-cnn/` with run.json, events.jsonl and checkpoints: their names, made and found.

Text that is only appended to, instead of a database: SQLite's WAL is unsafe on the network homes of clusters.
Imports no torch, so that `mnist-tui runs` answers at once.
"""

import os
import re
from pathlib import Path

MOMENT = re.compile(r"(\d{8}-\d{6})(?:-(\d+))?")  # in UTC, and which one of that second
NAME = re.compile(r"\d{4,}-[a-z0-9][a-z0-9-]*")
TRASH = ".trash"  # what it holds: engine/storage/runs/trash.py
LAST, PREVIOUS, BEST = "last.pt", "previous.pt", "best.pt"  # best: by validation accuracy


class RunError(Exception):
    """A run that is not there or cannot be read; the message names it and what to do."""


def create_folder(checkpoints: Path, model: str) -> Path:
    """Make the folder of a new run, numbered after the highest there is, or can be restored. Raises OSError."""
    checkpoints.mkdir(parents=True, exist_ok=True)
    taken = (*run_names(checkpoints), *(entry.name for entry in trashed(checkpoints)))
    number = max((int(name.split("-")[0]) for name in taken), default=0)
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


def trashed(checkpoints: Path) -> list[Path]:
    """Return the folders of deleted runs, each in a folder of its own that says when, the one deleted first first."""
    trash = checkpoints / TRASH
    if trash.is_symlink():
        return []
    found = []
    for when in sorted(os.listdir(trash), key=moment_of) if trash.is_dir() else ():
        place = trash / when
        if MOMENT.fullmatch(when) and place.is_dir() and not place.is_symlink():
            # A link to a run elsewhere leads there again once it is restored.
            runs = (path for path in place.iterdir() if path.is_symlink() or path.is_dir())
            found += sorted(path for path in runs if NAME.fullmatch(path.name))
    return found


def moment_of(name: str) -> tuple[str, int]:
    """Return a key that sorts folders of the trash by when they were made."""
    found = MOMENT.fullmatch(name)
    return (found[1], int(found[2] or 1)) if found else ("", 0)


def named_run(checkpoints: Path, name: str) -> Path:
    """Return the folder of the one run of this name or number: what changes it must not take another one for it.

    Raises RunError.
    """
    if not name:
        raise RunError("no run is named; give its name or number")
    folder = find_run(checkpoints, name)
    if folder.name != name:
        fitting = [each for each in run_names(checkpoints) if int(each.split("-")[0]) == int(folder.name.split("-")[0])]
        if len(fitting) > 1:
            raise RunError(f"{' and '.join(fitting)} have the number {name}; give the whole name")
    return folder


def find_run(checkpoints: Path, name: str = "") -> Path:
    """Return a run's folder by name, by number, or the latest for an empty name. Raises RunError."""
    names = run_names(checkpoints)
    if not names:
        raise RunError(f"{checkpoints}: holds no run yet; train one first (`mnist-tui train`, or t on the screen)")
    if not name:
        return checkpoints / names[-1]
    for known in names:
        if known == name or known.split("-")[0].lstrip("0") == name.lstrip("0"):
            return checkpoints / known
    raise RunError(f"there is no run {name!r} in {checkpoints}; `mnist-tui runs` lists them")
