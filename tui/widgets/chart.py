"""Line charts in the terminal. The only module that knows plotext, which it imports at the first drawing."""

import math
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from rich.cells import cell_len
from textual.reactive import reactive

from tui.inert import inert
from tui.widgets.cells import Cells, CellWidget
from tui.widgets.series import (
    Point,
    Range,
    decimate,
    format_tick,
    format_value,
    inner_ticks,
    linear_ticks,
    log_ticks,
)

LABEL_WIDTH = 5  # of y ticks, at least: charts above each other line up
MIN_WIDTH, MIN_HEIGHT = 20, 5
# How each kind of line is drawn: symbol at its points, joined or not, the same in ASCII.
KINDS = {"step": ("", False, "."), "train": ("", True, "*"), "test": ("•", True, "o"), "other": ("", True, "+")}


@dataclass(frozen=True)
class Line:
    """A named series. `kind` is one of KINDS and says how it looks; `last` is the figure of the legend."""

    name: str
    points: Sequence[Point]
    kind: str = "other"
    last: float | None = None


@dataclass(frozen=True)
class Plot:
    """All that a chart shows."""

    lines: tuple[Line, ...] = ()
    title: str = ""
    x_label: str = ""
    y_label: str = ""
    log_y: bool = False
    marks: tuple[tuple[float, str], ...] = ()
    x_range: Range | None = None
    y_range: Range | None = None
    percent: bool = False


@dataclass(frozen=True)
class Axes:
    """Where a plot's numbers lie on its cells. y is already a logarithm on a logarithmic axis."""

    x: Range
    y: Range
    columns: int
    rows: int

    def column(self, x: float) -> int:
        return _place(x, self.x, self.columns)

    def row(self, y: float) -> int:
        return self.rows - 1 - _place(y, self.y, self.rows)


class Chart(CellWidget):
    """Lines over a common x axis, with a legend above that hides no data."""

    COMPONENT_CLASSES = {  # noqa: RUF012
        "chart--title",
        "chart--axis",
        "chart--value",
        "chart--mark",
        "chart--step",
        "chart--train",
        "chart--test",
        "chart--other",
    }

    DEFAULT_CSS = """
    Chart {
        height: 1fr;
        min-height: 5;
        .chart--title { color: $foreground; text-style: bold; }
        .chart--axis { color: $text-muted; }
        .chart--value { color: $foreground; }
        .chart--mark { color: $text-warning; }
        .chart--step { color: $primary; }
        .chart--train { color: $text-primary; }
        .chart--test { color: $text-accent; }
        .chart--other { color: $text-success; }
        &:nocolor .chart--step { text-style: dim; }
        &:nocolor .chart--test { text-style: bold; }
    }
    """

    plot: reactive[Plot] = reactive(Plot(), init=False)
    """What is shown; an equal plot costs no redraw."""

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._raster = Raster()

    def show(
        self,
        lines: Sequence[Line],
        *,
        title: str = "",
        x_label: str = "",
        y_label: str = "",
        log_y: bool = False,
        marks: Sequence[tuple[float, str]] = (),
        x_range: Range | None = None,
        y_range: Range | None = None,
        percent: bool = False,
    ) -> None:
        """Show these lines. `marks` are vertical lines with a label; `percent` turns fractions into percentages.

        Give an `x_range` where the end is known: what is drawn then stays where it is while the lines grow.
        """
        self.plot = Plot(
            lines=tuple(replace(line, points=tuple(line.points)) for line in lines),
            title=inert(title),
            x_label=inert(x_label),
            y_label=inert(y_label),
            log_y=log_y,
            marks=tuple((x, inert(label)) for x, label in marks),
            x_range=x_range,
            y_range=y_range,
            percent=percent,
        )

    def on_mount(self) -> None:
        if "plotext" not in sys.modules:
            self.call_after_refresh(threading.Thread(target=warm_up, daemon=True).start)

    def watch_plot(self) -> None:
        self.redraw()

    def draw(self, cells: Cells) -> None:
        plot = self.plot
        if cells.width < MIN_WIDTH or cells.height < MIN_HEIGHT:
            cells.say(f"{plot.title or 'chart'}: too little room", "chart--axis")
            return
        lines = [replace(line, points=_drawable(line.points, plot.log_y)) for line in plot.lines]
        self._draw_legend(cells, lines)
        points = [point for line in lines for point in line.points]
        if not points:
            cells.say("nothing to draw yet", "chart--axis")
            return
        rows = cells.height - 3
        y_ticks, y_labels = _y_ticks(points, plot, rows)
        left = max(LABEL_WIDTH, *map(len, y_labels)) + 2
        x_low, x_high = plot.x_range or (min(x for x, _ in points), max(x for x, _ in points))
        if not x_high > x_low:
            x_low, x_high = x_low - 0.5, x_high + 0.5
        axes = Axes((x_low, x_high), (y_ticks[0], y_ticks[-1]), cells.width - left, rows)
        self._draw_frame(cells, axes, left, dict(zip(map(axes.row, y_ticks), y_labels, strict=True)))
        plain = Cells(axes.columns, axes.rows)
        self._draw_lines(plain, axes, lines)
        self._draw_marks(plain, axes)
        for y, row in enumerate(plain.rows, 1):
            cells.rows[y][left:] = row

    def _draw_legend(self, cells: Cells, lines: Sequence[Line]) -> None:
        """Write title, names and last values on the first row; what finds no room is left out from the right."""
        x = cells.put(0, 0, self.plot.title, "chart--title")
        for line in lines:
            symbol, joined, character = KINDS[_kind(line)]
            key = character if self.ascii else (symbol or ("━" if joined else "⠒"))
            name = inert(line.name, 40)
            value = (
                line.last if line.last is not None else (_value(line.points[-1][1], self.plot) if line.points else None)
            )
            figure = "" if value is None else format_value(value, self.plot.percent)
            room = cells.width - x - 3 - cell_len(f"{key} {name}")
            if room < 0:
                return
            x = cells.put(x + 3 if x else 0, 0, f"{key} {name}", _style(line))
            if figure and room > len(figure):
                x = cells.put(x + 1, 0, figure, "chart--value")

    def _draw_frame(self, cells: Cells, axes: Axes, left: int, labels: dict[int, str]) -> None:
        vertical, tick, corner, horizontal, down = "|++-+" if self.ascii else "│┤└─┬"
        for row in range(axes.rows):
            label = labels.get(row, "")
            cells.put(left - 2 - len(label), row + 1, label, "chart--axis")
            cells.put(left - 1, row + 1, tick if label else vertical, "chart--axis")
        bottom = axes.rows + 1
        cells.put(left - 1, bottom, corner + horizontal * axes.columns, "chart--axis")
        if cell_len(self.plot.x_label) <= left - 2:
            cells.put(left - 2 - cell_len(self.plot.x_label), bottom + 1, self.plot.x_label, "chart--axis")
        for x, label in _x_ticks(axes):
            cells.put(left + axes.column(x), bottom, down, "chart--axis")
            start = left + axes.column(x) - len(label) // 2
            cells.put(min(start, cells.width - len(label)), bottom + 1, label, "chart--axis")

    def _draw_lines(self, cells: Cells, axes: Axes, lines: Sequence[Line]) -> None:
        for line in lines:
            symbol, joined, character = KINDS[_kind(line)]
            points = decimate(line.points, 2 * axes.columns, axes.x)
            marker = character if self.ascii else "braille"
            for y, text in enumerate(self._raster.draw(tuple(points), axes, marker, joined)):
                for x, shown in enumerate(text):
                    if shown != " ":
                        cells.put(x, y, shown, _style(line))
            # Single points, and those far from each other, would be lost as dots.
            if not self.ascii and points and (len(points) == 1 or (symbol and len(points) * 3 <= axes.columns)):
                for point in points:
                    cells.put(axes.column(point[0]), axes.row(point[1]), symbol or "•", _style(line))

    def _draw_marks(self, cells: Cells, axes: Axes) -> None:
        for x, label in self.plot.marks:
            if not axes.x[0] <= x <= axes.x[1]:
                continue
            column = axes.column(x)
            for row in range(axes.rows):
                if cells.free(column, row, 1):
                    cells.put(column, row, ":" if self.ascii else "┊", "chart--mark")
            for start in (column + 1, column - cell_len(label)):
                free = [y for y in range(axes.rows) if cells.free(start, y, cell_len(label))]
                if free:
                    cells.put(start, free[0], label, "chart--mark")
                    break


class Raster:
    """A figure of plotext's of its own: turns points into rows of characters."""

    def __init__(self) -> None:
        self._figure: Any = None
        self._kept: dict[tuple[object, ...], list[str]] = {}

    def draw(self, points: tuple[Point, ...], axes: Axes, marker: str, joined: bool) -> list[str]:
        """Return the rows of one line. Lines that did not change since the last few drawings come from memory."""
        key = (points, axes, marker, joined)
        rows = self._kept.pop(key, None)
        if rows is None:
            rows = self._draw(points, axes, marker, joined)
        self._kept[key] = rows
        if len(self._kept) > 8:
            del self._kept[next(iter(self._kept))]
        return rows

    def _draw(self, points: tuple[Point, ...], axes: Axes, marker: str, joined: bool) -> list[str]:
        import plotext

        if self._figure is None:
            # Not plotext.figure, which all of a process shares and which takes the size of the terminal.
            terminal = type(plotext.terminal)().limit(False, False)
            self._figure = type(plotext.figure)(parent=terminal).theme("colorless").axes(False)
        figure = self._figure
        figure.clear.data()
        figure.plot_size(axes.columns, axes.rows)
        for name, (low, high) in (("x", axes.x), ("y", axes.y)):
            figure.ruler(name).frequency(0).lim(low, high).alignment(lim="edge")
        # A point far outside would make plotext draw a line of as many cells.
        low, high = axes.y[0] - (axes.y[1] - axes.y[0]), axes.y[1] + (axes.y[1] - axes.y[0])
        signal = figure.signal(
            [x for x, _ in points], [min(high, max(low, y)) for _, y in points], marker=plotext.marker(marker)
        )
        figure.draw(signal.lines(joined))
        rows: list[str] = figure.build().string(colorless=True).split("\n")
        return rows[: axes.rows]


def warm_up() -> None:
    """Import plotext, which takes a while: from a thread, before the first drawing needs it."""
    import plotext  # noqa: F401


def _kind(line: Line) -> str:
    return line.kind if line.kind in KINDS else "other"


def _style(line: Line) -> str:
    return f"chart--{_kind(line)}"


def _value(y: float, plot: Plot) -> float:
    return 10.0**y if plot.log_y else y


def _drawable(points: Sequence[Point], log_y: bool) -> list[Point]:
    finite = [(x, y) for x, y in points if math.isfinite(x) and math.isfinite(y)]
    return [(x, math.log10(y)) for x, y in finite if y > 0] if log_y else finite


def _place(value: float, limits: Range, cells: int) -> int:
    """Return the cell of a value, as plotext does with limits at the edges."""
    return min(cells - 1, max(0, int((value - limits[0]) / (limits[1] - limits[0]) * cells)))


def _y_ticks(points: Sequence[Point], plot: Plot, rows: int) -> tuple[list[float], list[str]]:
    """Return round ticks that enclose the points, and their labels."""
    parts = max(1, min(5, (rows - 1) // 2))
    low, high = min(y for _, y in points), max(y for _, y in points)
    if plot.y_range is not None:
        low, high = (math.log10(max(y, 1e-12)) if plot.log_y else y for y in plot.y_range)
    if plot.log_y:
        ticks = log_ticks(10.0**low, 10.0**high, parts)
        return [math.log10(tick) for tick in ticks], [format_tick(tick, tick) for tick in ticks]
    ticks = linear_ticks(low, high, parts)
    if plot.percent and high <= 1:
        ticks = [tick for tick in ticks if tick <= 1] if len(ticks) > 2 else ticks
    step = ticks[1] - ticks[0]
    return ticks, [format_tick(tick, step, plot.percent) for tick in ticks]


def _x_ticks(axes: Axes) -> list[tuple[float, str]]:
    """Return as many round ticks as have room side by side, with their labels."""
    whole = axes.x[1] - axes.x[0] >= 2
    for parts in range(min(10, axes.columns // 4), 0, -1):
        ticks = inner_ticks(*axes.x, parts, whole)
        step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
        labels = [format_tick(tick, step) for tick in ticks]
        if len(ticks) < 2 or axes.columns / (axes.x[1] - axes.x[0]) * step >= max(map(len, labels)) + 2:
            return list(zip(ticks, labels, strict=True))
    return []
