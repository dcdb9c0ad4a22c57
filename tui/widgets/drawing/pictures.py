"""The picture that the network sees, and the heat of why it answers so, as characters. Pure.

What speaks for a class is red and drawn with `.+*#`, what speaks against it blue and drawn with `,-~=`, as `mnist-tui
why` prints it: it can be read without colour too.
"""

from collections.abc import Sequence

from tui.widgets.cells import Cells
from tui.widgets.digit_art import SIDE, draw

FOR, AGAINST = ".+*#", ",-~="
FAINT = 0.04  # of the strongest: less is left empty
GAMMA = 0.5  # below 1: what is faint gains contrast
SIZES = ((56, 28), (42, 21), (28, 14), (14, 7))  # columns and rows of a picture, the largest first


def size_within(width: int, height: int) -> tuple[int, int]:
    """Return columns and rows of the largest picture that has room, (0, 0) where none has."""
    return next(((columns, rows) for columns, rows in SIZES if columns <= width and rows <= height), (0, 0))


def put_picture(cells: Cells, x: int, y: int, pixels: bytes, columns: int, rows: int, ascii: bool) -> None:
    style = "ramp" if ascii else "blocks" if rows >= 14 else "braille"
    for row, line in enumerate(draw(pixels, style, columns, rows), y):
        cells.put(x, row, line.replace("\u2800", " "), "drawing--ink")


def put_heat(cells: Cells, x: int, y: int, heat: Sequence[float], columns: int, rows: int) -> None:
    """Draw SIDE x SIDE numbers, row by row: each cell is the mean of those that it covers."""
    means = [[mean(heat, span(column, columns), span(row, rows)) for column in range(columns)] for row in range(rows)]
    strongest = max((abs(value) for line in means for value in line), default=0.0) or 1.0
    for row, line in enumerate(means):
        for column, value in enumerate(line):
            share = value / strongest
            if abs(share) >= FAINT:
                ramp, style = (FOR, "for") if share > 0 else (AGAINST, "against")
                sign = ramp[min(len(ramp) - 1, int(len(ramp) * abs(share) ** GAMMA))]
                cells.put(x + column, y + row, sign, f"drawing--{style}")


def span(place: int, count: int) -> range:
    """Return which of SIDE pixels lie below one of so many cells."""
    first = place * SIDE // count
    return range(first, max(first + 1, (place + 1) * SIDE // count))


def mean(heat: Sequence[float], columns: range, rows: range) -> float:
    return sum(heat[SIDE * y + x] for y in rows for x in columns) / (len(columns) * len(rows))
