"""Studies in a folder of runs: `checkpoints/studies/<name>.journal`. Imports no Optuna, so that names come at once."""

import re
from importlib.util import find_spec
from pathlib import Path

from engine.program.extras import how_to_add

FOLDER, SUFFIX = "studies", ".journal"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
INSTALL = f"tuning needs Optuna: {how_to_add('tune')}"


class StudyError(Exception):
    """A study that cannot be begun or continued; the message names it, what is wrong, and what to do."""


def can_tune() -> bool:
    """Tell whether Optuna is installed."""
    return find_spec("optuna") is not None


def journal_of(checkpoints: Path, name: str) -> Path:
    return checkpoints / FOLDER / f"{name}{SUFFIX}"


def check_name(name: str) -> str:
    """Raises StudyError."""
    if not NAME.fullmatch(name):
        raise StudyError(
            f"study {name!r}: name not allowed; give up to 64 letters, digits, '.', '_' or '-', the first a letter or"
            " digit"
        )
    return name


def study_names(checkpoints: Path) -> list[str]:
    """Return the studies of a folder of runs, the one that changed last first."""
    found = []
    for path in (checkpoints / FOLDER).glob(f"*{SUFFIX}"):
        name = path.name.removesuffix(SUFFIX)
        if NAME.fullmatch(name) and path.is_file():
            found.append((path.stat().st_mtime, name))
    return [name for _, name in sorted(found, reverse=True)]


def new_name(checkpoints: Path) -> str:
    """Make the journal of a new study, numbered after the highest there is; return its name. Raises OSError."""
    (checkpoints / FOLDER).mkdir(parents=True, exist_ok=True)
    numbered = (name.removeprefix("study-") for name in study_names(checkpoints) if name.startswith("study-"))
    numbers = [int(number) for number in numbered if re.fullmatch(r"[0-9]{1,9}", number)]
    number = max(numbers, default=0)
    while True:
        number += 1
        name = f"study-{number:04d}"
        try:
            journal_of(checkpoints, name).touch(exist_ok=False)
        except FileExistsError:
            continue
        return name
