"""Several runs in one chart: a line each, with a letter and a colour that it keeps. Pure."""

from collections.abc import Iterable

from tui.state.marks import number_of
from tui.widgets.charts.curves import Curves
from tui.widgets.plotting.plot import RUN_COLOURS, Line
from tui.widgets.plotting.series import Point


def colour_of(letter: str) -> str:
    """Return the kind of line of a run: its colour, the same one wherever its letter is."""
    return f"run{number_of(letter) % RUN_COLOURS}"


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
