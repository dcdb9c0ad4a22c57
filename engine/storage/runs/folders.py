"""Run folders, `checkpoints/0001-seed-cnn/` with run.json, events.jsonl and checkpoints: their names, made and found.

Text that is only appended to, instead of a database: SQLite's WAL is unsafe on the network homes of clusters.
Imports no torch, so that `mnist-tui runs` answers at once.
"""

import os
import re
from pathlib import Path

NAME = re.compile(r"\d{4,}-[a-z0-9][a-z0-9-]*")
LAST, PREVIOUS, BEST = "last.pt", "previous.pt", "best.pt"  # best: by validation accuracy


class RunError(Exception):
    """A run that is not there or cannot be read; the message names it and what to do."""


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
