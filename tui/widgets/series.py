"""Prepares series of numbers for a chart: smoothing, thinning, ticks and short figures. Pure."""

import bisect
import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import NamedTuple

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
    return next(nice_steps(span / max(1, parts)))


def nice_steps(least: float) -> Iterator[float]:
    """Yield the numbers 1, 2, 5 times a power of ten from `least` upwards."""
    power = 10.0 ** math.floor(math.log10(least))
    while True:
        for factor in (1, 2, 5):
            if factor * power >= least * (1 - 1e-9):
                yield factor * power
        power *= 10


class Scale(NamedTuple):
    """Values by cells: the first cell is for `first`, each further one for `step` more.

    `ticks` are cells with the values that their labels say, at equal distances.
    """

    first: float
    step: float
    ticks: list[tuple[int, float]]


MOST_TICKS = 6


def linear_scale(low: float, high: float, cells: int, top: float = math.inf) -> Scale:
    """Return the finest scale from `low` to `high` whose ticks are round numbers, whole cells apart.

    It begins at a tick; where it would then go beyond `top`, it ends there. At least two cells.
    """
    if not high > low:
        margin = abs(high) / 2 or 0.5
        low, high = low - margin, high + margin
        if high > top:
            low, high = low - (high - top), top
    last = cells - 1
    found: tuple[float, int, int, float] | None = None
    least = max(min(2, last), math.ceil(last / (MOST_TICKS - 1)))
    for apart in range(least, max(least, last // 2) + 1):
        for step in itertools.islice(nice_steps((high - low) / last * apart), 6):
            begin = math.floor(low / step + 1e-9)
            if begin * step + last * step / apart >= high - 1e-9 * step:
                if found is None or step / apart < found[0] * (1 - 1e-9):
                    found = step / apart, apart, begin, step
                break
    if found is None:  # two cells, and nought between them
        return Scale(low, (high - low) / last, [(0, low), (last, high)])
    _, apart, begin, step = found
    end = round(top / step) if math.isfinite(top) else 0
    if begin * step + last * step / apart > top and end * step - last * step / apart > -1e-9:
        ticks = [(last - i * apart, (end - i) * step) for i in range(last // apart + 1)]
        return Scale(end * step - last * step / apart, step / apart, ticks[::-1])
    ticks = [(i * apart, (begin + i) * step) for i in range(last // apart + 1)]
    return Scale(begin * step, step / apart, [tick for tick in ticks if tick[1] <= top + 1e-9 * step])


def log_scale(low: float, high: float, cells: int) -> Scale:
    """Return the finest scale of powers of ten between two exponents, with 2 and 5 times these where there is room.

    Powers lie whole cells apart; what stands between them is at the nearest cell.
    """
    if not high > low:
        low, high = low - 0.5, high + 0.5
    last = cells - 1
    for apart in range(10 * cells, 1, -1):
        two = round(math.log10(2) * apart)
        within = {0: 1, two: 2, apart - two: 5} if apart >= 6 and 3 * last < MOST_TICKS * apart else {0: 1}
        lowest = math.floor(low)
        every = [
            (d * apart + i, factor * 10.0**d) for d in range(lowest, lowest + cells) for i, factor in within.items()
        ]
        begin = max(i for i, _ in every if i <= low * apart + 1e-9)
        ticks = [(i - begin, value) for i, value in every if begin <= i <= begin + last]
        if begin + last >= high * apart - 1e-9 and len(ticks) > 1:
            return Scale(begin / apart, 1 / apart, ticks)
    scale = linear_scale(low, high, cells)  # so many powers that some are left out
    return scale._replace(ticks=[(cell, 10.0**power) for cell, power in scale.ticks if abs(power) < 307])


def inner_ticks(low: float, high: float, parts: int, whole: bool = False) -> list[float]:
    """Return round numbers between `low` and `high`, whole ones when asked."""
    if not high > low:
        return [low]
    step = nice_step(high - low, parts)
    if whole:
        step = max(1.0, step)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(i * step, 12) for i in range(first, last + 1)]


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
