"""What a chart shows. Pure."""

import bisect
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tui.widgets.plotting.series import Point, Range
from tui.widgets.plotting.ticks import format_figure


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
RUN_COLOURS = 10  # of overlaid runs; their letters tell apart those that share one
LOOKS |= {f"run{i}": Look("", True, "━", "+") for i in range(RUN_COLOURS)}


@dataclass(frozen=True)
class Line:
    """A named series, in order of x. `kind` is one of LOOKS, of the component classes of Chart too.

    `note` says in the legend what was computed. A `letter` stands on the line itself, here and there.
    """

    name: str
    points: Sequence[Point]
    kind: str = "other"
    figure: bool = True  # the last value stands in the legend
    note: str = ""
    letter: str = ""

    @property
    def look(self) -> Look:
        return LOOKS.get(self.kind, LOOKS["other"])

    @property
    def style(self) -> str:
        return f"chart--{self.kind if self.kind in LOOKS else 'other'}"

    def last(self, percent: bool) -> str:
        """Return the last value as a figure, "" where there is none."""
        value = next((y for _, y in reversed(self.points) if math.isfinite(y)), None) if self.figure else None
        return "" if value is None else format_figure(value, percent)

    def at(self, x: float, percent: bool) -> str:
        """Return the last value up to `x` as a figure, a dash where there is none."""
        found = bisect.bisect_right(self.points, (x, math.inf))
        value = self.points[found - 1][1] if found else math.nan
        return format_figure(value, percent) if math.isfinite(value) else "-"


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
    note: str = ""  # what is left out, or drawn in another way
    empty: str = "nothing to draw yet"
