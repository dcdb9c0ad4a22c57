"""The rooms: each says in its docstring what every file in it is, and neither rooms nor files grow too large."""

import ast
import re
from pathlib import Path

import pytest
from places import ROOT

MOST_ENTRIES, MOST_LINES = 12, 250
COLLECTIONS = {  # of like things, one a file, or of rooms: as many as there are
    "engine", "tui", "tests/tui", "tui/commands", "tui/screens", "tui/widgets", "tui/state", "tui/app/handlers",
    "engine/vocabulary/messages", "engine/networks/catalogue",
    "tests/engine", "tests/tui/commands",
}  # fmt: skip
LISTED = re.compile(r"(\w+\.\w+|\w+/)(?:, |(?=: ))")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


FOLDERS = sorted(
    folder
    for top in ("engine", "tui", "tests")
    for folder in (ROOT / top, *(ROOT / top).rglob("*"))
    if folder.is_dir() and list(folder.glob("**/*.py"))
)
ROOMS = [folder for folder in FOLDERS if (folder / "__init__.py").exists() and folder.parent not in (ROOT,)]


def entries(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if not path.name.startswith((".", "__pycache__", "py.typed"))]


@pytest.mark.parametrize("room", ROOMS, ids=name_of)
def test_a_room_lists_each_of_its_files_and_folders_once(room: Path) -> None:
    said = ast.get_docstring(ast.parse((room / "__init__.py").read_text()), clean=False) or ""
    listed = [name for line in said.splitlines() if line.startswith("    ") for name in LISTED.findall(line)]
    there = [path.name + "/" * path.is_dir() for path in entries(room) if path.name != "__init__.py"]
    assert sorted(listed) == sorted(there), f"{name_of(room)}/__init__.py lists its files as `name.py: what it is`"


@pytest.mark.parametrize("top", ["engine", "tui"])
def test_every_file_has_a_room(top: str) -> None:
    loose = {path.name for path in entries(ROOT / top) if path.is_file()}
    assert loose == {"__init__.py", "__main__.py"}


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_a_folder_has_few_entries_and_its_files_are_short(folder: Path) -> None:
    assert name_of(folder) in COLLECTIONS or len(entries(folder)) <= MOST_ENTRIES
    listing = "__init__.py" if name_of(folder) in COLLECTIONS else ""  # it imports one name after the other
    lines = {path.name: path.read_text().count("\n") for path in folder.glob("*.py") if path.name != listing}
    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}
