"""Where a report is written: never over a file that is there, unless that is asked for, and whole or not at all."""

import os
import re
from pathlib import Path

from engine.storage.files import write_atomically, write_once
from tui.state.run_numbers import numbers_of

KINDS = {".html": "html", ".htm": "html", ".md": "markdown", ".markdown": "markdown"}
LONGEST_NAME = 60
REPORTS = "reports"  # the folder beside the runs, for the screen


class ReportError(Exception):
    """A report that cannot be written; the message names the file and what to do."""


def kind_of(path: Path) -> str:
    """Return `html` or `markdown`, by the end of the name. Raises ReportError."""
    try:
        return KINDS[path.suffix.lower()]
    except KeyError:
        raise ReportError(f"{path}: a report is a page or Markdown; give a name that ends in .html or .md") from None


def usual_name(runs: list[str]) -> str:
    """Return the name of the report of these runs: `report-3-7.html`."""
    numbers = re.sub(r"[^\d,-]", "", numbers_of(runs))
    if len(numbers) > LONGEST_NAME:
        numbers = numbers[:LONGEST_NAME].rpartition(",")[0] + ",more"
    return f"report-{numbers}.html"


def check_target(path: Path, force: bool) -> None:
    """Raise ReportError for a file that is there, or whose folder is not: before any work is done."""
    kind_of(path)
    if path.is_dir():
        raise ReportError(f"{path}: is a folder; give the name of a file in it")
    if os.path.lexists(path) and not force:
        raise ReportError(taken(path))
    if not path.parent.is_dir():
        raise ReportError(f"{path.parent}: is no folder; make it first, or give another name")


def taken(path: Path) -> str:
    return f"{path}: is there already; give another name, or --force to replace it"


def write_report(path: Path, content: str, force: bool = False) -> None:
    """Write a report. Raises ReportError, OSError; what was there then stands untouched."""
    check_target(path, force)
    try:
        (write_atomically if force else write_once)(path, content.encode())
    except FileExistsError:  # another program was faster
        raise ReportError(taken(path)) from None


def write_beside(folder: Path, name: str, content: str) -> Path:
    """Write a report into a folder, which is made, under the first name that is free. Raises OSError, ReportError."""
    folder.mkdir(parents=True, exist_ok=True)
    stem, suffix = os.path.splitext(name)
    for number in range(1, 10_000):
        path = folder / (f"{stem}.{number}{suffix}" if number > 1 else name)
        try:
            write_report(path, content)
        except ReportError:
            continue
        return path
    raise ReportError(f"{folder}: is full of reports of these runs; move some of them")
