"""One chart of accuracies by the strength of a corruption: a curve a run."""

import math
from typing import NamedTuple

from engine.vocabulary.messages import RobustnessMeasured
from tui.state.confusion.certainty_words import by_corruption
from tui.widgets.cells import Cells
from tui.widgets.plotting.axes import Axes
from tui.widgets.plotting.braille import BLANK, BRAILLE, characters

STRENGTHS = 5
LEFT = 5  # columns of the labels, and the axis
WITH_AXIS = 4  # rows from which there is an axis below
LABELS_APART = 4  # rows
AXIS = "corruption--axis"

Letters = tuple[tuple[str, str], ...]  # a letter ("" for one run alone) and a component class for each run


class Place(NamedTuple):
    """Where a chart is on its cells."""

    x: int
    y: int
    width: int
    height: int


def lowest(measured: RobustnessMeasured) -> float:
    """Return where the scale of all charts begins: at a multiple of 10 %."""
    if not measured.images:
        return 0.0
    right = [*measured.clean, *(each for row in measured.rows for each in row.right)]
    return min(0.9, math.floor(10 * min(right, default=0) / measured.images) / 10)


def draw_corruption(
    cells: Cells, at: Place, measured: RobustnessMeasured, name: str, letters: Letters, low: float, *, ascii: bool
) -> None:
    """Draw the curves of a corruption: 0 is untouched, 5 the strongest; from an accuracy of `low` up to 1."""
    rows = at.height - 1 if at.height >= WITH_AXIS else at.height
    columns = at.width - LEFT
    if rows < 1 or columns < 4 or not measured.images:
        return
    axes = Axes((-0.25, STRENGTHS + 0.25), (low, 1.0), columns, rows)
    draw_axes(cells, at, axes, ascii=ascii)
    canvas = Cells(columns, rows)
    told = by_corruption(measured).get(name, [])
    runs = list(enumerate(letters[: len(measured.runs)]))
    for run, (letter, style) in runs:
        points = [(0.0, measured.clean[run] / measured.images)]
        points += [(float(row.strength), row.right[run] / measured.images) for row in told]
        for column, row, character in characters(points, axes, (letter or "*") if ascii else BRAILLE, joined=True):
            below = ord(canvas.rows[row][column][0]) - BLANK
            together = 0 < below < 256 and ord(character) >= BLANK
            canvas.put(column, row, chr(ord(character) | below) if together else character, style)
    for run, (letter, style) in runs:
        if letter and told:
            column = min(columns - 1, axes.column(told[-1].strength) + 1 + run % 2)
            canvas.put(column, axes.row(told[-1].right[run] / measured.images), letter, style)
    for y, line in enumerate(canvas.rows, at.y):
        if y < cells.height:
            cells.rows[y][at.x + LEFT : at.x + LEFT + columns] = line


def draw_axes(cells: Cells, at: Place, axes: Axes, *, ascii: bool) -> None:
    """Draw the axis of accuracies, in percent, and where there is room that of strengths."""
    parts = max(1, min(4, (axes.rows - 1) // LABELS_APART))
    shares = [axes.y[0] + (axes.y[1] - axes.y[0]) * i / parts for i in range(parts + 1)] if axes.rows > 1 else [1.0]
    labels = {axes.row(share): f"{100 * share:.0f}" for share in shares}
    for row in range(axes.rows):
        cells.put(at.x, at.y + row, f"{labels.get(row, ''):>3} {'|' if ascii else '│'}", AXIS)
    if axes.rows < at.height:
        for strength in range(STRENGTHS + 1):
            cells.put(at.x + LEFT + axes.column(strength), at.y + axes.rows, str(strength), AXIS)
