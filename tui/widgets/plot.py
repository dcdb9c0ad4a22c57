"""What a chart shows, and where on its cells it lies. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tui.widgets.series import Point, Range, finite, format_tick, format_value, inner_ticks, linear_ticks, log_ticks


class Look(NamedTuple):
    """How a kind of line is drawn: a symbol at its points, joined or not, the key of the legend, all in ASCII."""

    symbol: str
    joined: bool
    key: str
    ascii: str


LOOKS = {
    "step": Look("", False, "⠒", "."),
    "train": Look("", True, "━", "*"),
    "test": Look("•", True, "•", "o"),
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

    def beyond(self, y: float, ascii: bool) -> str:
        """Return the arrow that stands at the edge for what lies beyond it, "" for what does not."""
        if self.y[0] <= y <= self.y[1]:
            return ""
        return ("v" if ascii else "▾") if y < self.y[0] else ("^" if ascii else "▴")


def _place(value: float, limits: Range, cells: int) -> int:
    """Return the cell of a value, as plotext does with limits at the edges."""
    return min(cells - 1, max(0, int((value - limits[0]) / (limits[1] - limits[0]) * cells)))


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


def x_ticks(axes: Axes, log_x: bool = False) -> list[tuple[float, str]]:
    """Return as many round ticks as have room side by side, with their labels."""
    span = axes.x[1] - axes.x[0]
    if log_x:
        powers = range(math.ceil(axes.x[0] - 1e-9), math.floor(axes.x[1] + 1e-9) + 1)
        stride = max(1, math.ceil(7 * span / axes.columns))
        return [(float(power), format_tick(10.0**power, 10.0**power)) for power in powers if power % stride == 0]
    for parts in range(min(10, axes.columns // 4), 0, -1):
        ticks = inner_ticks(*axes.x, parts, whole=span >= 2)
        step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
        labels = [format_tick(tick, step) for tick in ticks]
        if len(ticks) < 2 or axes.columns / span * step >= max(map(len, labels)) + 2:
            return list(zip(ticks, labels, strict=True))
    return []


def y_ticks(points: Sequence[Point], plot: Plot, rows: int) -> list[tuple[float, str]]:
    """Return round ticks that enclose the points, with their labels."""
    parts = max(1, min(5, (rows - 1) // 3))
    low, high = min(y for _, y in points), max(y for _, y in points)
    if plot.y_range is not None:
        low, high = (math.log10(max(y, 1e-12)) if plot.log_y else y for y in plot.y_range)
    if plot.log_y:
        return [(math.log10(tick), format_tick(tick, tick)) for tick in log_ticks(10.0**low, 10.0**high, parts)]
    ticks = linear_ticks(low, high, parts)
    if plot.percent and low >= 0 and high <= 1:
        # No axis shows what cannot be, unless that leaves a single tick.
        ticks = [tick for tick in ticks if 0 <= tick <= 1] if sum(0 <= tick <= 1 for tick in ticks) > 1 else ticks
    step = ticks[1] - ticks[0]
    return [(tick, format_tick(tick, step, plot.percent)) for tick in ticks]
