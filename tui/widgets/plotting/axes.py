"""Where numbers lie on the cells of a chart. Pure."""

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
    """Return the cell of a value, the nearest one for what lies outside."""
    share = (min(limits[1], max(limits[0], value)) - limits[0]) / (limits[1] - limits[0])
    return min(cells - 1, int(share * cells + 1e-9))
