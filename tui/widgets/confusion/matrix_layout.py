"""Where the parts of a confusion matrix are on its cells. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len

MOST_NAME = 12  # columns of the name of a class
TOP = 2  # rows above the cells: what is what, and the names
LEAST_WIDTH = 5  # of a cell: four digits and a gap
NARROW_WIDTH = 4  # where there are so MANY classes that not all have room: three digits and a gap
MANY = 10
MARGINS = (("support", 8), ("F1", 6), ("recall", 9))  # the columns after the cells
NARROW_RECALL = 6
WIDEST, TALLEST = 12, 6  # of a cell
ASPECT = 2.0  # a cell that is so many times as wide as high looks square


class Layout(NamedTuple):
    """Width and height of a cell, the corner of the whole, the columns of names, and which classes have room."""

    width: int
    height: int
    left: int
    top: int
    names: int
    rows: range
    columns: range
    margins: tuple[tuple[str, int], ...]

    @property
    def begin(self) -> int:
        """The column of the first cell."""
        return self.left + self.names

    @property
    def end(self) -> int:
        """The column after the cells."""
        return self.begin + len(self.columns) * self.width

    def y(self, place: int) -> int:
        """Return the first row of the cells in a line of them; after the last line the one below."""
        return self.top + TOP + place * self.height

    def cell_at(self, x: int, y: int) -> tuple[int, int] | None:
        """Return actual and predicted class of the cell at a place, None beside the cells."""
        row, column = (y - self.y(0)) // self.height, (x - self.begin) // self.width
        if 0 <= row < len(self.rows) and 0 <= column < len(self.columns):
            return self.rows[row], self.columns[column]
        return None


def lay_out(width: int, height: int, classes: Sequence[str], cursor: tuple[int, int], most: int = 9999) -> Layout:
    """Return the layout for so many columns and rows, in the middle of them, where `most` is the largest count."""
    count = len(classes)
    least_width = NARROW_WIDTH if count > MANY and most < 1000 else LEAST_WIDTH
    names = min(MOST_NAME, max(map(cell_len, classes))) + 3
    margins: tuple[tuple[str, int], ...] = MARGINS
    least = names + least_width * min(count, 10)
    if least + sum(size for _, size in margins) > width:
        margins = (("recall", 9 if least + 9 <= width else NARROW_RECALL),)
    room = width - names - sum(size for _, size in margins)
    across = max(1, min(count, room // least_width))
    down = max(1, min(count, height - TOP - 1))
    cell_height = max(1, min(TALLEST, (height - TOP - 1) // down))
    cell_width = max(least_width, min(max(8, round(ASPECT * cell_height)), WIDEST, room // across))
    cell_height = max(1, min(cell_height, round(cell_width / ASPECT)))
    left = max(0, (room - across * cell_width) // 2)
    top = max(0, (height - TOP - down * cell_height - 3) // 2)
    rows, columns = window(cursor[0], down, count), window(cursor[1], across, count)
    return Layout(cell_width, cell_height, left, top, names, rows, columns, margins)


def window(cursor: int, room: int, count: int) -> range:
    """Return which of `count` things have room: the page that the cursor is on."""
    first = min(max(0, count - room), cursor // room * room)
    return range(first, first + min(room, count))
