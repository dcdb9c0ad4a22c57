"""The lines of other runs as braille dots, or as one mark in a cell. Pure.

There may be twenty of them over each other, and plotext takes three times as long (`mnist-tui bench --screen`).
"""

import math
from collections.abc import Sequence

from tui.widgets.plotting.axes import Axes
from tui.widgets.plotting.series import Point

BRAILLE = "braille"
BLANK = 0x2800  # the character without a dot; bits of its number are dots
DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))  # by column and row
ACROSS, DOWN = len(DOTS), len(DOTS[0])
EMPTY = chr(BLANK)
CHARACTERS = [  # by the dots of the left and of the right column, whose lowest bit is the upper row
    [chr(BLANK + sum(dot for i, dot in enumerate((*DOTS[0], *DOTS[1])) if (left | right << DOWN) >> i & 1))
     for right in range(1 << DOWN)]
    for left in range(1 << DOWN)
]  # fmt: skip
FARTHEST = 1e12  # dots


def characters(
    points: Sequence[Point], axes: Axes, marker: str, joined: bool, through: Sequence[Point] = ()
) -> list[tuple[int, int, str]]:
    """Return column, row and character of each cell that a line has something in.

    `marker` is BRAILLE or the character that stands in each of them; `through` are those of the points that lie in the
    middle of their cells.
    """
    marked = set(through)
    if marked:
        points = [axes.centre(point) if point in marked else point for point in points]
    across, down = (ACROSS, DOWN) if marker == BRAILLE else (1, 1)
    width, height = axes.columns * across, axes.rows * down
    placed = on_grid(points, axes, width, height)
    columns = (joined_dots if joined and len(placed) > 1 else single_dots)(placed, width, height)
    if marker != BRAILLE:
        return [(x, y, marker) for x, dots in enumerate(columns) if dots for y in range(height) if dots >> y & 1]
    drawn = []
    for x in range(axes.columns):
        left, right = columns[ACROSS * x], columns[ACROSS * x + 1]
        if both := left | right:
            for y in range(((both & -both).bit_length() - 1) // DOWN, (both.bit_length() - 1) // DOWN + 1):
                character = CHARACTERS[left >> DOWN * y & 15][right >> DOWN * y & 15]
                if character != EMPTY:
                    drawn.append((x, y, character))
    return drawn


def on_grid(points: Sequence[Point], axes: Axes, width: int, height: int) -> list[Point]:
    """Return where the points lie on a grid of so many dots, whose upper left corner is (0, 0): in the middle of a dot
    what lies on the grid, its edges included."""
    (left, right), (bottom, top) = axes.x, axes.y
    wide, high = width / (right - left), height / (top - bottom)
    placed = []
    for x, y in points:
        x, y = (x - left) * wide + 1e-9, (top - y) * high + 1e-9
        if 0 <= x <= width + 1e-8 and 0 <= y <= height + 1e-8:
            placed.append((min(int(x), width - 1) + 0.5, min(int(y), height - 1) + 0.5))
        else:  # small enough for differences
            placed.append((min(FARTHEST, max(-FARTHEST, x)), min(FARTHEST, max(-FARTHEST, y))))
    return placed


def single_dots(points: Sequence[Point], width: int, height: int) -> list[int]:
    """Return the dots of the points that lie on the grid: for each column a number whose bits are its rows."""
    columns = [0] * width
    for x, y in points:
        if 0 <= x < width and 0 <= y < height:
            columns[int(x)] |= 1 << int(y)
    return columns


def joined_dots(points: Sequence[Point], width: int, height: int) -> list[int]:
    """Return the dots of a line through the points, as far as it lies on the grid, as `single_dots` does: one in each
    column or, where it is steep, in each row that it crosses."""
    columns = [0] * width
    right, bottom = width - 1e-6, height - 1e-6
    x, y = points[0]
    for to_x, to_y in points[1:]:
        from_x, from_y, end_x, end_y = x, y, to_x, to_y
        x, y = to_x, to_y
        if not (0 <= from_x < right and 0 <= from_y < bottom and 0 <= end_x < right and 0 <= end_y < bottom):
            begin, end = inside(from_x, from_y, end_x, end_y, right, bottom)
            if begin > end:
                continue
            by_x, by_y = end_x - from_x, end_y - from_y
            (from_x, end_x), (from_y, end_y) = (
                [min(most, max(0.0, start + share * by)) for share in (begin, end)]  # but for what rounding adds
                for start, by, most in ((from_x, by_x, right), (from_y, by_y, bottom))
            )
        if abs(end_y - from_y) > abs(end_x - from_x):
            add_steep(columns, from_x, from_y, end_x, end_y)
            continue
        steps = math.ceil(abs(end_x - from_x) - 1e-6) or 1
        by_x, by_y = (end_x - from_x) / steps, (end_y - from_y) / steps
        for i in range(steps + 1):
            columns[int(from_x + i * by_x)] |= 1 << int(from_y + i * by_y)
    return columns


def add_steep(columns: list[int], x: float, y: float, end_x: float, end_y: float) -> None:
    """Add a line that crosses more rows than columns: in each column all its rows at once."""
    if y > end_y:
        x, y, end_x, end_y = end_x, end_y, x, y
    row, last = int(y), int(end_y)
    column, last_column = int(x), int(end_x)
    step = 1 if last_column > column else -1
    while column != last_column:
        edge = y + (column + (step > 0) - x) * (end_y - y) / (end_x - x)  # where it goes on in the next column
        rows = min(last, math.ceil(edge - 0.5)) - row
        if rows > 0:
            columns[column] |= (1 << rows) - 1 << row
            row += rows
        column += step
    columns[column] |= (1 << last - row + 1) - 1 << row


def inside(x: float, y: float, to_x: float, to_y: float, width: float, height: float) -> tuple[float, float]:
    """Return where a line enters and leaves the grid, from 0 at its beginning to 1 at its end (Liang and Barsky 1984);
    the first after the second where it does not touch it."""
    begin, end = 0.0, 1.0
    for start, stop, size in ((x, to_x, width), (y, to_y, height)):
        if 0 <= start <= size and 0 <= stop <= size:
            continue
        by = stop - start
        if not by:
            return 1.0, 0.0
        enter, leave = -start / by, (size - start) / by
        begin, end = max(begin, min(enter, leave)), min(end, max(enter, leave))
    return begin, end
