"""Line charts in the terminal. The only module that knows plotext, which it imports at the first drawing."""

import math
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rich.cells import cell_len
from textual.reactive import reactive

from tui.terminal.sanitize import inert
from tui.widgets.cells import Cell, Cells, CellWidget
from tui.widgets.plot import Axes, Line, Plot, clipped, drawable, near, x_axis, x_limits, y_axis
from tui.widgets.series import Point, Range, decimate

__all__ = ["Chart", "Line", "warm_up"]

LABEL_WIDTH = 6  # of y ticks, at least: charts above each other line up
LEGEND_START = 11
BRAILLE = 0x2800
MIN_WIDTH, MIN_HEIGHT = 20, 5
SYMBOLS_APART = 3  # columns, at least, of a line that joins them


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
        "chart--validation",
        "chart--trial",
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
        .chart--step { color: $foreground 45%; }
        .chart--train { color: $primary-lighten-1; }
        .chart--test { color: $text-accent; }
        .chart--trial { color: $text-accent; }
        .chart--validation, .chart--other { color: $success; }
        &:light .chart--train { color: $secondary; }
        &:light .chart--validation, &:light .chart--other { color: $text-success; }
        &:nocolor .chart--step { text-style: dim; }
        &:nocolor .chart--test { text-style: bold; }
    }
    """

    plot: reactive[Plot] = reactive(Plot(), init=False, repaint=False)
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
        log_x: bool = False,
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
            lines=tuple(replace(line, name=inert(line.name, 40), points=tuple(line.points)) for line in lines),
            title=inert(title),
            x_label=inert(x_label),
            y_label=inert(y_label),
            log_x=log_x,
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
        self._draw_legend(cells)
        drawn = [drawable(line.points, plot.log_x, plot.log_y) for line in plot.lines]
        ends = [point for points in drawn for point in points[:1] + points[-1:]]
        if not ends:
            cells.say("nothing to draw yet", "chart--axis")
            return
        limits = x_limits(ends, plot.x_range)
        drawn = [decimate(points, 2 * (cells.width - LABEL_WIDTH - 2), limits) for points in drawn]
        rows = cells.height - 3
        y_range, y_ticks = y_axis([point for points in drawn for point in points], plot, rows)
        left = max(LABEL_WIDTH, *(len(label) for _, label in y_ticks)) + 2
        x_range, x_ticks = x_axis(limits, cells.width - left, plot.log_x)
        axes = Axes(x_range, y_range, cells.width - left, rows)
        self._draw_frame(cells, axes, left, x_ticks, {axes.row(y): label for y, label in y_ticks})
        canvas = Cells(axes.columns, axes.rows)
        both = [
            (line, points, self._with_symbols(line, points, axes))
            for line, points in zip(plot.lines, drawn, strict=True)
        ]
        # Single steps lie below all. What has symbols is seen by them; its line gives way to others in the same cell.
        for line, points, symbols in sorted(both, key=lambda each: (each[0].kind != "step", not each[2])):
            self._draw_line(canvas, axes, line, points, symbols)
        seen = {(axes.column(x), axes.row(y)) for _, _, symbols in both for x, y in symbols}
        for line, points, _ in both:
            self._draw_arrows(canvas, axes, line, points, seen)
        for line, _, symbols in both:
            for x, y in symbols:
                canvas.put(axes.column(x), axes.row(y), line.look.symbol or "•", line.style)
        self._draw_marks(canvas, axes)
        for y, row in enumerate(canvas.rows, 1):
            cells.rows[y][left:] = row

    def _draw_legend(self, cells: Cells) -> None:
        """Write title, names and last values on the first row; where room lacks, leave out from the left."""
        plot = self.plot
        x = cells.put(0, 0, plot.title, "chart--title")
        if plot.y_label:
            x = cells.put(x + 1, 0, plot.y_label, "chart--axis")
        x = max(x + 2, LEGEND_START if cells.width >= 5 * LEGEND_START else 0) if x else 0
        entries = [
            [f"{line.look.ascii if self.ascii else line.look.key} {line.name}", line.last(plot.percent), line.style]
            for line in plot.lines
        ]
        gaps = 3 * (len(entries) - 1)
        for part in (1, 0):  # figures go first, then names
            for entry in entries:
                if (
                    x + gaps + sum(cell_len(name) + bool(figure) + len(figure) for name, figure, _ in entries)
                    > cells.width
                ):
                    entry[part] = ""
        for name, figure, style in entries:
            if name:
                x = cells.put(x, 0, name, style)
                x = cells.put(x + 1, 0, figure, "chart--value") if figure else x
                x += 3

    def _draw_frame(
        self, cells: Cells, axes: Axes, left: int, x_ticks: list[tuple[float, str]], labels: dict[int, str]
    ) -> None:
        vertical, tick, corner, horizontal, down = "|++-+" if self.ascii else "│┤└─┬"
        for row in range(axes.rows):
            label = labels.get(row, "")
            cells.put(left - 2 - len(label), row + 1, label, "chart--axis")
            cells.put(left - 1, row + 1, tick if label else vertical, "chart--axis")
        bottom = axes.rows + 1
        cells.put(left - 1, bottom, corner + horizontal * axes.columns, "chart--axis")
        if cell_len(self.plot.x_label) <= left - 2:
            cells.put(left - 2 - cell_len(self.plot.x_label), bottom + 1, self.plot.x_label, "chart--axis")
        for x, label in x_ticks:
            cells.put(left + axes.column(x), bottom, down, "chart--axis")
            start = left + axes.column(x) - len(label) // 2
            cells.put(max(left - 1, min(start, cells.width - len(label))), bottom + 1, label, "chart--axis")

    def _draw_line(self, cells: Cells, axes: Axes, line: Line, points: list[Point], symbols: list[Point]) -> None:
        """Draw one line over those before it; it goes through the middle of its symbols."""
        look = line.look
        if self.app.no_color and look.symbol and not self.ascii:
            return  # its symbols alone tell it from the others
        if look.joined:
            marked = set(symbols)
            points = clipped([axes.centre(point) if point in marked else point for point in points], axes)
        else:
            points = [point for point in points if axes.holds(point)]
        marker = look.ascii if self.ascii else "braille"
        for y, text in enumerate(self._raster.draw(tuple(points), axes, marker, look.joined) if points else []):
            for x, character in enumerate(text):
                if character not in " ⠀":
                    cells.put(x, y, _together(cells.rows[y][x], character), line.style)

    def _with_symbols(self, line: Line, points: list[Point], axes: Axes) -> list[Point]:
        """Return the points at which a symbol is drawn: all but where they stand too close, and without colour all."""
        if self.ascii or not (line.look.symbol or len(points) == 1):
            return []
        apart = 1 if self.app.no_color or not line.look.joined else SYMBOLS_APART
        chosen: list[Point] = []
        for point in points:
            if axes.holds(point) and (not chosen or abs(axes.column(point[0]) - axes.column(chosen[-1][0])) >= apart):
                chosen.append(point)
        return chosen

    def _draw_arrows(
        self, cells: Cells, axes: Axes, line: Line, points: list[Point], taken: set[tuple[int, int]]
    ) -> None:
        """Say at the edge where a line has points that lie outside; what stands there already keeps its cell."""
        below, above, left, right = tuple("v^<>" if self.ascii else line.look.beyond + "◂▸")
        inside = [point for point in points if axes.x[0] <= point[0] <= axes.x[1]]
        arrows = [(point, below if point[1] < axes.y[0] else above) for point in inside if not axes.holds(point)]
        arrows += [(point, left) for point in [point for point in points if point[0] < axes.x[0]][-1:]]
        arrows += [(point, right) for point in [point for point in points if point[0] > axes.x[1]][:1]]
        for (x, y), arrow in arrows:
            column, row = axes.column(x), axes.row(y)
            free = [at for at in (column, column - 1, column + 1) if (at, row) not in taken and 0 <= at < axes.columns]
            cells.put(free[0] if free else column, row, arrow, line.style)

    def _draw_marks(self, cells: Cells, axes: Axes) -> None:
        for x, label in self.plot.marks:
            x = math.log10(x) if self.plot.log_x and x > 0 else x
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
        signal = figure.signal(
            [near(x, axes.x) for x, _ in points], [near(y, axes.y) for _, y in points], marker=plotext.marker(marker)
        )
        figure.draw(signal.lines(joined))
        rows: list[str] = figure.build().string(colorless=True).split("\n")
        return rows[: axes.rows]


def _together(below: Cell, character: str) -> str:
    """Return the dots of two lines that share a cell; single steps give way to a line over them."""
    dots = ord(below[0]) - BRAILLE
    if 0 < dots < 256 and below[1] != "chart--step" and ord(character) >= BRAILLE:
        return chr(ord(character) | dots)
    return character


def warm_up() -> None:
    """Import plotext, which takes a while: from a thread, before the first drawing needs it."""
    import plotext  # noqa: F401
