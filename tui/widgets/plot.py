"""What a chart shows, and where on its cells it lies. Pure."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tui.widgets.series import (
    Point,
    Range,
    finite,
    format_tick,
    format_value,
    inner_ticks,
    linear_scale,
    log_scale,
)


class Look(NamedTuple):
    """How a kind of line is drawn: a symbol at its points, joined or not, the key of the legend, all in ASCII.

    `beyond` stands at the lower and at the upper edge for what lies outside of the chart.
    """

    symbol: str
    joined: bool
    key: str
    ascii: str
    beyond: str = "▾▴"


LOOKS = {
    "step": Look("", False, "⠒", "."),
    "train": Look("", True, "━", "*"),
    "test": Look("•", True, "•", "o", "▼▲"),
    "validation": Look("×", True, "×", "x", "▿▵"),
    "trial": Look("•", False, "•", "o"),
    "other": Look("", True, "─", "+"),
}


@dataclass(frozen=True)
class Line:
    """A named series. `kind` is one of LOOKS, of the component classes of Chart too."""

    name: str
    points: Sequence[Point]
    kind: str = "other"
    figure: bool = True  # the last value stands in the legend

    @property
    def look(self) -> Look:
        return LOOKS.get(self.kind, LOOKS["other"])

    @property
    def style(self) -> str:
        return f"chart--{self.kind if self.kind in LOOKS else 'other'}"

    def last(self, percent: bool) -> str:
        """Return the last value as a figure, "" where there is none."""
        value = next((y for _, y in reversed(self.points) if math.isfinite(y)), None) if self.figure else None
        return "" if value is None else format_value(value, percent)


@dataclass(frozen=True)
class Plot:
    """All that a chart shows."""

    lines: tuple[Line, ...] = ()
    title: str = ""
    x_label: str = ""
    y_label: str = ""
    log_x: bool = False
    log_y: bool = False
    marks: tuple[tuple[float, str], ...] = ()
    x_range: Range | None = None
    y_range: Range | None = None
    percent: bool = False


@dataclass(frozen=True)
class Axes:
    """Where a plot's numbers lie on its cells. They are logarithms already on a logarithmic axis."""

    x: Range
    y: Range
    columns: int
    rows: int

    def column(self, x: float) -> int:
        return _place(x, self.x, self.columns)

    def row(self, y: float) -> int:
        return self.rows - 1 - _place(y, self.y, self.rows)

    def holds(self, point: Point) -> bool:
        return self.x[0] <= point[0] <= self.x[1] and self.y[0] <= point[1] <= self.y[1]

    def centre(self, point: Point) -> Point:
        """Return the middle of a point's cell, where its symbol is."""
        x = self.x[0] + (self.column(point[0]) + 0.5) * (self.x[1] - self.x[0]) / self.columns
        y = self.y[1] - (self.row(point[1]) + 0.5) * (self.y[1] - self.y[0]) / self.rows
        return x, y


def _place(value: float, limits: Range, cells: int) -> int:
    """Return the cell of a value, as plotext does with limits at the edges; the nearest for what lies outside."""
    share = (min(limits[1], max(limits[0], value)) - limits[0]) / (limits[1] - limits[0])
    return min(cells - 1, int(share * cells + 1e-9))


def clipped(points: Sequence[Point], axes: Axes) -> list[Point]:
    """Return a line with its ends just out of sight where they lie further out, and all of it that is seen the same."""
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


def drawable(points: Sequence[Point], log_x: bool, log_y: bool) -> list[Point]:
    """Return the points that can be drawn, with the logarithms of what is on a logarithmic axis."""
    usable = finite(points)
    if log_x:
        usable = [(math.log10(x), y) for x, y in usable if x > 0]
    return [(x, math.log10(y)) for x, y in usable if y > 0] if log_y else usable


def x_limits(points: Sequence[Point], x_range: Range | None) -> Range:
    """Return the range of x, never empty."""
    low, high = x_range or (min(x for x, _ in points), max(x for x, _ in points))
    return (low, high) if high > low else (low - 0.5, low + 0.5)


def x_axis(limits: Range, columns: int, log_x: bool = False) -> tuple[Range, list[tuple[float, str]]]:
    """Return the range of x from edge to edge, and as many round ticks as have room, with their labels.

    Ticks are whole columns apart; the axis ends a few columns after the limits where these are no multiple of that.
    """
    low, high = limits
    span, last = high - low, max(1, columns - 1)
    width, ticks = span / last, list[tuple[float, str]]()
    if log_x:
        stride = max(1, math.ceil(7 * span / columns))
        powers = [power for power in range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1) if power % stride == 0]
        width = stride / max(1, math.floor(last * stride / span + 1e-9))
        ticks = [(float(power), format_tick(10.0**power, 10.0**power)) for power in powers]
    else:
        for parts in range(min(10, columns // 4), 0, -1):
            values = inner_ticks(low, high, parts, whole=span >= 2)
            step = values[1] - values[0] if len(values) > 1 else span
            apart = math.floor(last * step / span + 1e-9)
            labels = [format_tick(tick, step) for tick in values]
            if apart >= max(map(len, labels), default=0) + 2 or len(values) < 2:
                width, ticks = step / max(1, apart), list(zip(values, labels, strict=True))
                break
    return (low - width / 2, low + (last + 0.5) * width), ticks


def y_axis(points: Sequence[Point], plot: Plot, rows: int) -> tuple[Range, list[tuple[float, str]]]:
    """Return a range of y that encloses the points, from edge to edge, and round ticks with their labels.

    Each tick is in the middle of a row, where its label stands.
    """
    low, high = min(y for _, y in points), max(y for _, y in points)
    if plot.y_range is not None:
        low, high = (math.log10(max(y, 1e-12)) if plot.log_y else y for y in plot.y_range)
    rows = max(2, rows)
    if plot.log_y:
        scale = log_scale(low, high, rows)
        labels = [format_tick(value, value) for _, value in scale.ticks]
    else:
        shares = plot.percent and low >= 0 and high <= 1
        scale = linear_scale(low, high, rows, 1.0 if shares else math.inf)  # no axis shows what cannot be
        values = [value for _, value in scale.ticks]
        labels = [format_tick(value, values[1] - values[0], plot.percent) for value in values]
    ticks = [(scale.first + i * scale.step, label) for (i, _), label in zip(scale.ticks, labels, strict=True)]
    return (scale.first - scale.step / 2, scale.first + (rows - 0.5) * scale.step), ticks
