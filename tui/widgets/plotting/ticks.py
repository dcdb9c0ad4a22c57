"""Round numbers on an axis: scales whose ticks lie whole cells apart, and short figures. Pure."""

import itertools
import math
from collections.abc import Iterator
from typing import NamedTuple

MOST_TICKS = 6


class Scale(NamedTuple):
    """Values by cells: the first cell is for `first`, each further one for `step` more.

    `ticks` are cells with the values that their labels say, at equal distances.
    """

    first: float
    step: float
    ticks: list[tuple[int, float]]


def nice_steps(least: float) -> Iterator[float]:
    """Yield the numbers 1, 2, 5 times a power of ten from `least` upwards."""
    power = 10.0 ** math.floor(math.log10(least))
    while True:
        for factor in (1, 2, 5):
            if factor * power >= least * (1 - 1e-9):
                yield factor * power
        power *= 10


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
    """Return round numbers between `low` and `high`, which cut it into `parts` at most, whole ones when asked."""
    if not high > low:
        return [low]
    step = next(nice_steps((high - low) / max(1, parts)))
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


def format_figure(value: float, percent: bool = False) -> str:
    """Return a figure for a legend: three or four digits that matter, or a percentage with two decimals."""
    if percent:
        return f"{100 * value:.2f} %"
    if value and not 1e-4 <= abs(value) < 1e5:
        return f"{value:.2e}"
    if 0 < abs(value) < 1e-3:
        return f"{value:.3g}"
    if 0 < abs(value) < 0.1:
        return f"{value:.{2 - math.floor(math.log10(abs(value)))}f}"
    return f"{value:.{max(0, 4 - max(1, len(str(int(abs(value))))))}f}"
