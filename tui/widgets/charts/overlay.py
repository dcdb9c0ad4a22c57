"""Several runs in one chart: a line each, with a letter and a colour that it keeps. Pure."""

from collections.abc import Iterable
from string import ascii_lowercase

from tui.widgets.charts.curves import Curves
from tui.widgets.plotting.plot import RUN_COLOURS, Line
from tui.widgets.plotting.series import Point


def letter(index: int) -> str:
    """Return the letter of a run by its number from 0 on: a to z, then aa, ab, ..."""
    before, at = divmod(index, len(ascii_lowercase))
    return (letter(before - 1) if before else "") + ascii_lowercase[at]


def colour_of(letter: str) -> str:
    """Return the kind of line of a run: its colour, the same one wherever its letter is."""
    index = 0
    for each in letter:
        index = index * len(ascii_lowercase) + ord(each) - ord("a") + 1
    return f"run{(index - 1) % RUN_COLOURS}"


def run_line(letter: str, name: str, metric: str, curves: Curves, third: str = "") -> Line:
    """Return the one line that stands for a run: its tests, or its training where there is none yet."""
    tests = {"loss": "test_loss", "accuracy": "test_accuracy"}.get(metric)
    points = getattr(curves, tests) if tests else ()
    return Line(
        name, points or best_known(curves.lines(metric, third)), colour_of(letter) if letter else "other", letter=letter
    )


def best_known(lines: Iterable[Line]) -> tuple[Point, ...]:
    found: tuple[Point, ...] = ()
    for kind in ("train", "test"):
        found = next((tuple(line.points) for line in lines if line.kind == kind and line.points), found)
    return found
