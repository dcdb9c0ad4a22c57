"""Pixels of the canvas as characters: half blocks, whose halves are square, or a ramp of ASCII. Pure."""

import itertools
from collections.abc import Sequence

from tui.state.drawing.raster import INNER, MARGIN
from tui.widgets.digit_art import RAMP

INK = 110  # gray from which half a cell is ink
FAINT = 40  # gray from which there is something


class CanvasCells:
    """Draws rows of pixels; lines of cells whose pixels are as they were are not made anew."""

    def __init__(self) -> None:
        self._lines: dict[int, tuple[object, str]] = {}

    def lines(self, rows: Sequence[bytes], columns: int, height: int, ascii: bool) -> list[str]:
        """Return `height` lines of `columns` characters: the canvas within its margin."""
        across = bounds(columns)
        down = bounds(2 * height)
        result = []
        for y in range(height):
            upper, lower = down[2 * y], down[2 * y + 1]
            pixels = b"".join(rows[upper[0] : lower[1]]), columns, height, ascii
            known = self._lines.get(y)
            if known is None or known[0] != pixels:
                halves = [means(rows[first:last], across) for first, last in (upper, lower)]
                known = self._lines[y] = pixels, line_of(halves[0], halves[1], ascii)
            result.append(known[1])
        return result


def bounds(count: int) -> list[tuple[int, int]]:
    """Return for each of so many places the pixels that it has: from the first to before the last."""
    edges = [MARGIN + i * INNER / count for i in range(count + 1)]
    return [(int(a), max(int(a) + 1, int(b))) for a, b in itertools.pairwise(edges)]


def means(rows: Sequence[bytes], across: Sequence[tuple[int, int]]) -> list[int]:
    """Return the mean gray of each place of a line."""
    if not any(map(any, rows)):
        return [0] * len(across)
    sums = [sum(column) for column in zip(*rows, strict=True)]
    return [sum(sums[first:last]) // (len(rows) * (last - first)) for first, last in across]


def line_of(above: Sequence[int], below: Sequence[int], ascii: bool) -> str:
    if ascii:
        last = len(RAMP) - 1
        return "".join(RAMP[round(last * (a + b) / 510)] for a, b in zip(above, below, strict=True))
    return "".join(block(a, b) for a, b in zip(above, below, strict=True))


def block(above: int, below: int) -> str:
    if above >= INK and below >= INK:
        return "█"
    if above >= INK:
        return "▀"
    if below >= INK:
        return "▄"
    return "░" if above + below >= 2 * FAINT else " "
