"""The cursor of a chart, and the range that is being chosen."""

from tui.widgets.cells import Cells
from tui.widgets.plotting.axes import Axes
from tui.widgets.plotting.series import Range


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
