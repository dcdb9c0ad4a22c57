"""The lines of a chart with their symbols, arrows to what lies outside, marks, the cursor, and the range that is being
chosen."""

import math
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from rich.cells import cell_len

from tui.widgets.cells import BLANK as BLANK_CELL
from tui.widgets.cells import Cell, Cells
from tui.widgets.plotting.axes import Axes
from tui.widgets.plotting.braille import BLANK, BRAILLE, EMPTY, characters
from tui.widgets.plotting.layout import Layout
from tui.widgets.plotting.plot import Line, Plot
from tui.widgets.plotting.raster import Raster
from tui.widgets.plotting.series import Point, Range

LETTERS_APART = 24  # columns
SYMBOLS_APART = 3  # columns, at least, of a line that joins them


class DrawnLine(NamedTuple):
    """A line on the cells of its axes: its characters, the points that have symbols, and its arrows."""

    characters: list[tuple[int, int, str]]
    symbols: list[Point]
    arrows: list[tuple[int, int, str]]


def draw_lines(cells: Cells, plot: Plot, layout: Layout, raster: Raster, *, ascii: bool, no_color: bool) -> None:
    """Draw all that lies within the axes on cells of their own."""
    axes = layout.axes
    drawn = [
        (
            line,
            raster.keep(
                (points, axes, line.kind, line.letter, ascii, no_color),
                partial(draw_line, line, points, axes, raster, ascii, no_color),
            ),
        )
        for line, points in zip(plot.lines, layout.points, strict=True)
    ]
    # Single steps lie below all. What has symbols is seen by them; its line gives way to others in the same cell.
    for line, each in sorted(drawn, key=lambda pair: (pair[0].kind != "step", not pair[1].symbols)):
        style = line.style
        for x, y, character in each.characters:
            below = cells.rows[y][x]
            cells.rows[y][x] = (character if below is BLANK_CELL else _together(below, character), style)
    seen = {(axes.column(x), axes.row(y)) for _, each in drawn for x, y in each.symbols}
    for line, each in drawn:
        for column, row, arrow in each.arrows:
            free = [at for at in (column, column - 1, column + 1) if (at, row) not in seen and 0 <= at < axes.columns]
            cells.put(free[0] if free else column, row, arrow, line.style)
    for line, each in drawn:
        for point in each.symbols:
            symbol = line.letter or line.look.symbol or "•"
            cells.put(min(axes.column(point[0]), axes.columns - len(symbol)), axes.row(point[1]), symbol, line.style)
    draw_marks(cells, plot, axes, ascii)


def draw_line(
    line: Line, points: tuple[Point, ...], axes: Axes, raster: Raster, ascii: bool, no_color: bool
) -> DrawnLine:
    """Return one line as it is drawn; it goes through the middle of its symbols."""
    look, symbols = line.look, points_with_symbols(line, points, axes, ascii, no_color)
    marker = (line.letter[-1:] or look.ascii) if ascii else BRAILLE
    drawn: list[tuple[int, int, str]] = []
    if ascii or not (no_color and look.symbol):  # else its symbols alone tell it from the others
        if line.letter:
            drawn = characters(points, axes, marker, look.joined, symbols)
        else:
            rows = raster.draw(points, axes, marker, look.joined, symbols)
            drawn = [
                (x, y, each) for y, row in enumerate(rows) for x, each in enumerate(row) if each not in (" ", EMPTY)
            ]
    return DrawnLine(drawn, symbols, arrows_of(line, points, axes, ascii))


def _together(below: Cell, character: str) -> str:
    """Return the dots of two lines that share a cell; single steps give way to a line over them."""
    dots = ord(below[0]) - BLANK
    if 0 < dots < 256 and below[1] != "chart--step" and ord(character) >= BLANK:
        return chr(ord(character) | dots)
    return character


def points_with_symbols(line: Line, points: Sequence[Point], axes: Axes, ascii: bool, no_color: bool) -> list[Point]:
    """Return the points at which a symbol is drawn: all but where they stand too close, and without colour all."""
    if line.letter:
        return points_with_letters(line, points, axes)
    if ascii or not (line.look.symbol or len(points) == 1):
        return []
    apart = 1 if no_color or not line.look.joined else SYMBOLS_APART
    chosen: list[Point] = []
    for point in points:
        if axes.holds(point) and (not chosen or abs(axes.column(point[0]) - axes.column(chosen[-1][0])) >= apart):
            chosen.append(point)
    return chosen


def points_with_letters(line: Line, points: Sequence[Point], axes: Axes) -> list[Point]:
    """Return where the letter of a run stands on its line: at its end, and here and there before.

    Runs do so at different columns, so that their letters stay apart where the lines do not.
    """
    seen = [point for point in points if axes.holds(point)]
    if not seen:
        return []
    chosen = [seen[-1]]
    first = 2 + 5 * sum(map(ord, line.letter)) % LETTERS_APART
    wanted = list(range(first, axes.columns - 3, LETTERS_APART))
    for point in seen:
        if wanted and axes.column(point[0]) >= wanted[0]:
            chosen.append(point)
            wanted = [column for column in wanted if column > axes.column(point[0])]
    return chosen


def arrows_of(line: Line, points: Sequence[Point], axes: Axes, ascii: bool) -> list[tuple[int, int, str]]:
    """Return arrows with their cells, which say at the edge where a line has points that lie outside."""
    below, above, left, right = tuple("v^<>" if ascii else line.look.beyond + "◂▸")
    inside = [point for point in points if axes.x[0] <= point[0] <= axes.x[1]]
    arrows = [(point, below if point[1] < axes.y[0] else above) for point in inside if not axes.holds(point)]
    if not line.look.joined and line.kind != "step":  # a line is seen to go on
        arrows += [(point, left) for point in [point for point in points if point[0] < axes.x[0]][-1:]]
        arrows += [(point, right) for point in [point for point in points if point[0] > axes.x[1]][:1]]
    return [(axes.column(x), axes.row(y), arrow) for (x, y), arrow in arrows]


def draw_marks(cells: Cells, plot: Plot, axes: Axes, ascii: bool) -> None:
    """Draw each mark where nothing else is, with its label beside it where there is room."""
    for x, label in plot.marks:
        if plot.log_x:
            x = math.log10(x) if x > 0 else -math.inf
        if not axes.x[0] <= x <= axes.x[1]:
            continue
        column = axes.column(x)
        for row in range(axes.rows):
            if cells.free(column, row, 1):
                cells.put(column, row, ":" if ascii else "┊", "chart--mark")
        for start in (column + 1, column - cell_len(label)):
            free = [y for y in range(axes.rows) if cells.free(start, y, cell_len(label))]
            if free:
                cells.put(start, free[0], label, "chart--mark")
                break


def draw_cursor(cells: Cells, axes: Axes, x: float | None, *, ascii: bool) -> None:
    """Draw an upright line where nothing else is."""
    if x is None or not axes.x[0] <= x <= axes.x[1]:
        return
    column = axes.column(x)
    for row in range(axes.rows):
        if cells.rows[row][column][0] in " ⠀┊:":
            cells.put(column, row, "|" if ascii else "│", "chart--cursor")


def draw_chosen(cells: Cells, axes: Axes, chosen: Range, *, ascii: bool) -> None:
    """Set a range off from the rest: by its background, and by a line at each end."""
    for row in cells.rows:
        for column in range(axes.column(chosen[0]), axes.column(chosen[1]) + 1):
            character, style = row[column]
            row[column] = (character, f"{style} chart--chosen".strip())
    for x in chosen:
        draw_cursor(cells, axes, x, ascii=ascii)
