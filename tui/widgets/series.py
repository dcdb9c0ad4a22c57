"""Series of numbers on their way to a chart: smoothing, thinning, ticks and short figures. Pure."""

import bisect
import math
from collections.abc import Iterable, Sequence
from operator import itemgetter

Point = tuple[float, float]
Range = tuple[float, float]

MOST = 1e300
_y = itemgetter(1)


def smooth(values: Sequence[float], weight: float) -> list[float]:
    """Return the exponential moving average with the bias of its start removed, as TensorBoard's charts do.

    (tensorboard/components/vz_line_chart2/line-chart.ts, resmoothDataset). A constant series stays as it is;
    values that are not finite pass through and count for nothing.
    """
    if not 0 < weight < 1 or all(value == values[0] for value in values):
        return list(values)
    smoothed = []
    average, bias = 0.0, 1.0
    for value in values:
        if math.isfinite(value):
            average = weight * average + (1 - weight) * value
            bias *= weight
            smoothed.append(average / (1 - bias))
        else:
            smoothed.append(value)
    return smoothed


def finite(points: Iterable[Point]) -> list[Point]:
    """Return the points whose numbers are finite, and small enough for differences to be so too."""
    return [point for point in points if -MOST < point[0] < MOST and -MOST < point[1] < MOST]


def decimate(points: Sequence[Point], limit: int, x_range: Range | None = None) -> list[Point]:
    """Return about `limit` of the points at most, so that a line through them looks the same.

    Points are in order of x. Its range is cut into buckets; of each, the lowest and the highest point stay, so
    spikes remain, and so do the first and the last point of all. With a fixed `x_range` a growing series keeps its
    old buckets. Points that are not finite are left out. O(n).
    """
    usable = finite(points)
    if len(usable) <= limit:
        return usable
    low, high = x_range or (usable[0][0], usable[-1][0])
    buckets = max(1, limit // 2)
    kept = [usable[0]]
    start = 0
    for i in range(1, buckets + 1):
        end = bisect.bisect_left(usable, (low + (high - low) * i / buckets,), start) if i < buckets else len(usable)
        if end > start:
            part = usable[start:end]
            for point in sorted((min(part, key=_y), max(part, key=_y))):
                if point != kept[-1]:
                    kept.append(point)
        start = end
    if kept[-1] != usable[-1]:
        kept.append(usable[-1])
    return kept


def nice_step(span: float, parts: int) -> float:
    """Return the smallest of 1, 2, 5 times a power of ten that cuts `span` into at most `parts`."""
    raw = span / max(1, parts)
    power = 10.0 ** math.floor(math.log10(raw))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw * (1 - 1e-9))


def linear_ticks(low: float, high: float, parts: int) -> list[float]:
    """Return round numbers from at or below `low` to at or above `high`."""
    if not high > low:
        margin = abs(high) / 2 or 0.5
        low, high = low - margin, high + margin
    step = nice_step(high - low, parts)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(i * step, 12) for i in range(first, last + 1)]


def inner_ticks(low: float, high: float, parts: int, whole: bool = False) -> list[float]:
    """Return round numbers between `low` and `high`, whole ones when asked."""
    if not high > low:
        return [low]
    step = nice_step(high - low, parts)
    if whole:
        step = max(1.0, step)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(i * step, 12) for i in range(first, last + 1)]


def log_ticks(low: float, high: float, parts: int) -> list[float]:
    """Return ticks for a logarithmic axis: powers of ten, with 2 and 5 times these where there is room."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    for factors in ((1, 2, 5), (1, 3), (1,)):
        steps = [factor * 10.0**power for power in range(first, last + 1) for factor in factors]
        start = max(i for i, value in enumerate(steps) if value <= low * (1 + 1e-9))
        end = next((i for i, value in enumerate(steps) if value >= high * (1 - 1e-9)), len(steps) - 1)
        ticks = steps[start : max(end, start + 1) + 1]
        if len(ticks) - 1 <= parts:
            return ticks
    stride = math.ceil((len(ticks) - 1) / max(1, parts))
    return [10.0**power for power in range(first, last + stride, stride)]


def format_tick(value: float, step: float, percent: bool = False) -> str:
    """Return a tick with the decimals its step asks for."""
    if percent:
        value, step = 100 * value, 100 * step
    unit = " %" if percent else ""
    if value == 0:
        return "0" + unit
    if not 1e-4 <= abs(value) < 1e5 and not percent:
        return f"{value:.0e}".replace("e+0", "e").replace("e-0", "e-").replace("e+", "e")
    decimals = max(0, -math.floor(math.log10(step) + 1e-9)) if step > 0 else 0
    return f"{value:.{min(decimals, 6)}f}{unit}"


def format_value(value: float, percent: bool = False) -> str:
    """Return a figure for a legend: three or four digits that matter, or a percentage with two decimals."""
    if percent:
        return f"{100 * value:.2f} %"
    if value and not 1e-3 <= abs(value) < 1e5:
        return f"{value:.2e}"
    if 0 < abs(value) < 0.1:
        return f"{value:.{2 - math.floor(math.log10(abs(value)))}f}"
    return f"{value:.{max(0, 4 - max(1, len(str(int(abs(value))))))}f}"
