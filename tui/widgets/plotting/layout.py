"""What of a plot is drawn in a room of a given size: ranges, ticks, and the points that have room. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tui.widgets.plotting.axes import Axes
from tui.widgets.plotting.plot import Plot
from tui.widgets.plotting.series import Point, Range
from tui.widgets.plotting.thinning import Thinner, outermost
from tui.widgets.plotting.ticks import format_tick, inner_ticks, linear_scale, log_scale

LABEL_WIDTH = 6  # of y ticks, at least: charts above each other line up
MOST_POINTS = 1500  # of all lines: many are seen less closely than few
LEAST_POINTS = 64  # of each line all the same


@dataclass(frozen=True)
class Layout:
    """A plot on its cells. `points` are those of each line, logarithms on a logarithmic axis.

    The axes begin in column `left`, in the row below the legend; ticks have their labels with them.
    """

    points: list[tuple[Point, ...]]
    axes: Axes
    left: int
    x_ticks: list[tuple[float, str]]
    y_ticks: list[tuple[float, str]]


def lay_out(plot: Plot, width: int, height: int, thinner: Thinner | None = None) -> Layout | None:
    """Return the layout of a plot in so many cells, legend and axes included; None where it has no points."""
    thinner = thinner or Thinner()
    limits = x_limits(plot)
    if limits is None:
        return None
    room = max(LEAST_POINTS, min(2 * (width - LABEL_WIDTH - 2), MOST_POINTS // len(plot.lines)))
    edges, _ = x_axis(limits, width - LABEL_WIDTH - 2, plot.log_x)
    drawn = [thinner.thin(line.points, edges, room, plot.log_x, plot.log_y) for line in plot.lines]
    thinner.forget_unused()
    seen = [point for points in drawn for point in points if edges[0] <= point[0] <= edges[1] or plot.y_range]
    if not any(drawn):
        return None
    rows = height - 3
    y_range, y_ticks = y_axis(seen or [(0.0, 0.0)], plot, rows)
    left = max(LABEL_WIDTH, *(len(label) for _, label in y_ticks)) + 2
    x_range, x_ticks = x_axis(limits, width - left, plot.log_x)
    return Layout(drawn, Axes(x_range, y_range, width - left, rows), left, x_ticks, y_ticks)


def x_limits(plot: Plot) -> Range | None:
    """Return the range of x, logarithms on a logarithmic axis, never empty; None where there are no points."""
    ends = [point for line in plot.lines for point in outermost(line.points, plot.log_x, plot.log_y)]
    if not ends:
        return None
    low, high = plot.x_range or (min(x for x, _ in ends), max(x for x, _ in ends))
    if plot.log_x:
        low, high = (math.log10(max(x, 1e-300)) for x in (low, high))
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
        if len(ticks) < 3 and (near := between_powers(low, high)) and 0.3 * columns / span >= 6:
            width, ticks = span / last, near
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


def between_powers(low: float, high: float) -> list[tuple[float, str]]:
    """Return 1, 2 and 5 of each power of ten as ticks, for a logarithmic axis of few powers."""
    values = [digit * 10.0**power for power in range(math.floor(low), math.ceil(high) + 1) for digit in (1, 2, 5)]
    return [(math.log10(value), format_tick(value, value)) for value in values if low <= math.log10(value) <= high]


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
