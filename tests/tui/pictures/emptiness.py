"""How much of a screen shows nothing: the largest rectangle of cells without content.

A border, an axis and a background are no content. In a chart a column is content where a line passes: that nothing is
drawn above and below it says something. The part of a chart that no line has reached is empty.
"""

from collections.abc import Iterator, Sequence

from tests.tui.pictures.frame import Frame, Region

ROWS, COLUMNS = 12, 40  # a region may be as large in one direction, and larger in the other
BORDERS = frozenset(map(chr, range(0x2500, 0x2580))) | frozenset("▁▔▏▕")
AXIS = frozenset(" │┤├─└┬┴┼┊┆╎|+-")


def content(frame: Frame) -> list[list[bool]]:
    """Tell of each cell whether it shows anything."""
    filled = [[not char.isspace() and char not in BORDERS for char in row] for row in frame.rows]
    for left, top, width, height in frame.charts:
        rows = range(top + 1, min(top + height - 2, len(frame.rows)))  # without legend and labels of the axis
        for x in range(left, left + width):
            if any(x < len(frame.rows[y]) and frame.rows[y][x] not in AXIS for y in rows):
                for y in range(top, min(top + height, len(frame.rows))):
                    if x < len(filled[y]):
                        filled[y][x] = True
    return filled


def largest_empty(frame: Frame, rows: int = ROWS, columns: int = COLUMNS) -> Region | None:
    """Return the largest region (column, row, width, height) of more rows and columns than these; None: none is."""
    regions = (each for each in maximal(content(frame)) if each[3] > rows and each[2] > columns)
    return max(regions, key=lambda each: (each[2] * each[3], each), default=None)


def maximal(filled: Sequence[Sequence[bool]]) -> Iterator[Region]:
    """Yield each rectangle of empty cells that cannot grow upwards or sideways.

    The largest rectangle in a histogram, row by row (a stack of rising bars): in time linear in the cells.
    """
    width = max(map(len, filled), default=0)
    heights = [0] * width
    for y, row in enumerate(filled):
        heights = [0 if x < len(row) and row[x] else height + 1 for x, height in enumerate(heights)]
        stack: list[tuple[int, int]] = []  # (first column, height), heights rising
        for x, height in enumerate([*heights, 0]):
            begin = x
            while stack and stack[-1][1] > height:
                begin, tall = stack.pop()
                yield begin, y - tall + 1, x - begin, tall
            if height and (not stack or stack[-1][1] < height):
                stack.append((begin, height))
