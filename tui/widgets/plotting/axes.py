"""Where numbers lie on the cells of a chart, and what of a line is drawn there. Pure."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from tui.widgets.plotting.series import Point, Range


@dataclass(frozen=True)
class Axes:
    """Where a plot's numbers lie on its cells. They are logarithms already on a logarithmic axis."""

    x: Range
    y: Range
    columns: int
    rows: int

    def column(self, x: float) -> int:
        return _place(x, self.x, self.columns)

    def x_of(self, column: int) -> float:
        """Return the x in the middle of a column."""
        return self.x[0] + (column + 0.5) * (self.x[1] - self.x[0]) / self.columns

    def row(self, y: float) -> int:
        return self.rows - 1 - _place(y, self.y, self.rows)

    def holds(self, point: Point) -> bool:
        return self.x[0] <= point[0] <= self.x[1] and self.y[0] <= point[1] <= self.y[1]

    def centre(self, point: Point) -> Point:
        """Return the middle of a point's cell, where its symbol is."""
        y = self.y[1] - (self.row(point[1]) + 0.5) * (self.y[1] - self.y[0]) / self.rows
        return self.x_of(self.column(point[0])), y


def _place(value: float, limits: Range, cells: int) -> int:
    """Return the cell of a value, as plotext does with limits at the edges; the nearest for what lies outside."""
    share = (min(limits[1], max(limits[0], value)) - limits[0]) / (limits[1] - limits[0])
    return min(cells - 1, int(share * cells + 1e-9))


def clipped(points: Sequence[Point], axes: Axes) -> list[Point]:
    """Return a line with its ends just out of sight where they lie further out, and all of it that is seen the same."""
    if all(axes.holds(point) for point in points):
        return list(points)
    kept = list(points[:1])
    for one, other in itertools.pairwise(points):
        shares = [0.0, 1.0]
        for start, end, (low, high) in ((one[0], other[0], axes.x), (one[1], other[1], axes.y)):
            bounds = (2 * low - high, 2 * high - low)  # by the size of the chart
            shares += [(edge - start) / (end - start) for edge in bounds if min(start, end) < edge < max(start, end)]
        kept += [
            (one[0] + share * (other[0] - one[0]), one[1] + share * (other[1] - one[1]))
            for share in sorted(shares)[1:-1]
        ]
        kept.append(other)
    return [(near(x, axes.x), near(y, axes.y)) for x, y in kept]


def near(value: float, limits: Range) -> float:
    """Return the value, or one just out of sight: plotext draws a line as far as its ends are, and fails at 1e200."""
    span = limits[1] - limits[0]
    return min(limits[1] + span, max(limits[0] - span, value))
