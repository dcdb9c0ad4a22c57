"""Where a number lies in a drawing, round ticks, and the frame of a chart. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tui.report.markup import Safe, el, number
from tui.widgets.plotting.series import Range
from tui.widgets.plotting.ticks import format_tick, inner_ticks, nice_steps

WIDTH, HEIGHT = 440.0, 260.0
LEFT, RIGHT, TOP, BOTTOM = 48.0, 14.0, 12.0, 36.0
MOST_TICKS = 5
NEAREST_SHARES, NEAREST = 0.001, 0.05  # that an axis shows at least, of 1, and of its highest value
LOG_FROM = 8.0  # times the lowest value, that the highest is where an axis becomes logarithmic

Tick = tuple[float, str]


@dataclass(frozen=True)
class Axis:
    """Values from `low` to `high`, logarithms already where it is `log`, with ticks and their labels."""

    low: float
    high: float
    ticks: tuple[Tick, ...]
    log: bool = False

    def place(self, value: float) -> float:
        """Return a value as the axis counts: its logarithm, where it is logarithmic."""
        return math.log10(max(value, 1e-300)) if self.log else value

    def share(self, value: float) -> float:
        """Return where a value lies, 0 at the low end, 1 at the high one; what is beyond lies at the end."""
        return min(1.0, max(0.0, (self.place(value) - self.low) / (self.high - self.low)))

    def holds(self, value: float) -> bool:
        room = 1e-9 * (self.high - self.low)
        return self.low - room <= self.place(value) <= self.high + room


def linear_axis(low: float, high: float, percent: bool = False) -> Axis:
    """Return an axis of round numbers that has room for all from `low` to `high`; shares end at 0 and 1."""
    least = NEAREST_SHARES if percent else max(NEAREST * max(abs(low), abs(high)), 1e-12)
    if high - low < least:
        low, high = low - least / 2, high + least / 2
    if percent:
        low, high = min(1 - least, max(0.0, low)), max(least, min(1.0, high))
    step = next(nice_steps((high - low) / MOST_TICKS))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    values = [float(f"{i * step:.12g}") for i in range(first, last + 1)]
    ticks = tuple((value, format_tick(value, step, percent)) for value in values)
    return Axis(values[0], values[-1], ticks)


def log_axis(low: float, high: float) -> Axis:
    """Return a logarithmic axis with ticks at 1, 2 and 5 of each power of ten, or at powers alone if these are many."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    values = [digit * 10.0**power for power in powers for digit in (1, 2, 5)]
    first = max((value for value in values if value <= low * (1 + 1e-9)), default=low)
    last = min((value for value in values if value >= high * (1 - 1e-9)), default=high)
    shown = [value for value in values if first <= value <= last]
    if len(shown) > MOST_TICKS + 1:
        shown = [value for value in shown if math.log10(value) == round(math.log10(value))]
    stride = math.ceil(len(shown) / (MOST_TICKS + 3))
    ticks = tuple((math.log10(value), format_tick(value, value)) for value in shown[::stride])
    return Axis(math.log10(first), math.log10(last), ticks, log=True)


def value_axis(values: Range, percent: bool) -> Axis:
    """Return the axis that suits values: logarithmic where they are so far apart that a linear one would hide most."""
    low, high = values
    if not percent and low > 0 and high / low >= LOG_FROM:
        return log_axis(low, high)
    return linear_axis(low, high, percent)


def count_axis(high: float) -> Axis:
    """Return an axis from 0 on, with whole ticks where these are enough."""
    high = high if high > 0 else 1.0
    values = inner_ticks(0.0, high, MOST_TICKS + 1, whole=high >= 2)
    step = values[1] - values[0] if len(values) > 1 else high
    return Axis(0.0, high, tuple((value, format_tick(value, step)) for value in values))


@dataclass(frozen=True)
class Frame:
    """The room of a chart between its axes."""

    x: Axis
    y: Axis
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = RIGHT
    top: float = TOP
    bottom: float = BOTTOM

    def across(self, value: float) -> float:
        return self.left + self.x.share(value) * (self.width - self.left - self.right)

    def down(self, value: float) -> float:
        return self.height - self.bottom - self.y.share(value) * (self.height - self.top - self.bottom)

    def drawn(self, x_name: str, y_name: str = "") -> list[Safe]:
        """Return grid, ticks, and names of the axes."""
        floor, end = self.height - self.bottom, self.width - self.right
        parts: list[Safe] = []
        for place, label in self.y.ticks:
            y = floor - (place - self.y.low) / (self.y.high - self.y.low) * (floor - self.top)
            parts.append(el("line", class_="grid", x1=self.left, x2=end, y1=y, y2=y))
            parts.append(el("text", label, class_="tick", x=self.left - 6, y=y + 3.8, text_anchor="end"))
        for place, label in self.x.ticks:
            x = self.left + (place - self.x.low) / (self.x.high - self.x.low) * (end - self.left)
            parts.append(el("line", class_="axis", x1=x, x2=x, y1=floor, y2=floor + 4))
            parts.append(el("text", label, class_="tick", x=x, y=floor + 16, text_anchor="middle"))
        parts.append(el("line", class_="axis", x1=self.left, x2=end, y1=floor, y2=floor))
        middle = (self.left + end) / 2
        parts.append(el("text", x_name, class_="name", x=middle, y=self.height - 4, text_anchor="middle"))
        if y_name:
            turn = f"rotate(-90 11 {number((self.top + floor) / 2)})"
            middle_y = (self.top + floor) / 2
            parts.append(el("text", y_name, class_="name", x=11.0, y=middle_y, text_anchor="middle", transform=turn))
        return parts


def path_of(points: Sequence[tuple[float, float]]) -> str:
    """Return the `d` of a path through points of a drawing."""
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points)
