"""The reliability diagram: of the images that a run is 90 % sure of, 90 % should be right."""

import math

from textual.reactive import reactive

from engine.vocabulary.messages import CalibrationMeasured
from engine.vocabulary.messages.certainty_messages import Calibration
from tui.state.confusion.log_odds import NINES, log_odds, odds_range, share_words
from tui.state.significance import wilson
from tui.widgets.cells import Cells, CellWidget
from tui.widgets.plotting.axes import Axes
from tui.widgets.plotting.braille import BRAILLE, characters

LEFT = 11  # columns of the labels of the y axis, and the axis
LABEL_GAP = 2


class ReliabilityDiagram(CellWidget):
    """Each point is a bin of equally many images: across how sure, up how often right, with its 95 % interval.

    On both axes log odds, so that 90, 99 and 99.9 % lie equally far apart. What lies outside is an arrow at the edge.
    """

    COMPONENT_CLASSES = {  # noqa: RUF012
        "reliability--axis",
        "reliability--says",
        "reliability--calibrated",
        "reliability--interval",
        "reliability--threshold",
    }

    DEFAULT_CSS = """
    ReliabilityDiagram {
        padding: 0 1;
        .reliability--axis { color: $text-muted; }
        .reliability--says { color: $primary-lighten-1; }
        &:light .reliability--says { color: $secondary; }
        .reliability--calibrated { color: $text-accent; text-style: bold; }
        .reliability--interval { color: $foreground 45%; }
        .reliability--threshold { color: $text-success; }
    }
    """

    measured: reactive[CalibrationMeasured | None] = reactive(None, init=False, repaint=False)

    threshold: reactive[float] = reactive(0.0, init=False, repaint=False)
    """From which confidence on answers count."""

    def watch_measured(self) -> None:
        self.redraw()

    watch_threshold = watch_measured

    def draw(self, cells: Cells) -> None:
        measured = self.measured
        if measured is None:
            return
        parts = [("says", measured.before), *([("calibrated", measured.after)] if measured.after is not None else [])]
        self._draw_legend(cells, len(parts) > 1)
        columns, rows = cells.width - LEFT, cells.height - 4
        if columns < 10 or rows < 4:
            cells.put_centered("Too little room for the diagram.", "reliability--axis")
            return
        shares = [value for _, part in parts for each in part.bins for value in (each.confidence, each.accuracy)]
        low, high = odds_range(shares)
        edges = log_odds(low), log_odds(high)
        axes = Axes(edges, edges, columns, rows)
        self._draw_frame(cells, axes, low, high)
        canvas = Cells(columns, rows)
        marker = "." if self.ascii else BRAILLE
        for x, y, character in characters([(edges[0], edges[0]), (edges[1], edges[1])], axes, marker, joined=True):
            canvas.put(x, y, character, "reliability--interval")
        if low <= self.threshold <= high:
            column = axes.column(log_odds(self.threshold))
            for y in range(rows):
                canvas.put(column, y, ":" if self.ascii else "┊", "reliability--threshold")
        self._draw_intervals(canvas, axes, parts[-1][1])
        for name, part in parts:
            self._draw_points(canvas, axes, part, name)
        for y, row in enumerate(canvas.rows, 2):
            cells.rows[y][LEFT:] = row

    @property
    def symbols(self) -> dict[str, str]:
        return {"says": "o", "calibrated": "#"} if self.ascii else {"says": "○", "calibrated": "●"}

    def _draw_legend(self, cells: Cells, both: bool) -> None:
        x = cells.put(0, 0, f"{self.symbols['says']} as the network says", "reliability--says") + 3
        if both:
            x = cells.put(x, 0, f"{self.symbols['calibrated']} calibrated", "reliability--calibrated") + 3
        up, line, upright = "^.|" if self.ascii else "▴⠤│"
        y = 0
        for words in (f"{line * 2} as sure as right", f"{upright} 95 % confidence", f"{up} all right"):
            if not y and x + len(words) > cells.width:
                y, x = 1, LEFT
            x = cells.put(x, y, words, "reliability--axis") + 3
        cells.put(LEFT - 7, 1, "right", "reliability--axis")

    def _draw_frame(self, cells: Cells, axes: Axes, low: float, high: float) -> None:
        vertical, tick, corner, horizontal, down = "|++-+" if self.ascii else "│┤└─┬"
        top, bottom = 2, 2 + axes.rows
        for row in range(axes.rows):
            cells.put(LEFT - 1, top + row, vertical, "reliability--axis")
        cells.put(LEFT - 1, bottom, corner + horizontal * axes.columns, "reliability--axis")
        last_row, next_column = top + axes.rows, LEFT
        for nine in [each for each in NINES if low <= each <= high]:
            label = share_words(nine)
            row = top + axes.row(log_odds(nine))
            if row < last_row:
                cells.put(LEFT - 2 - len(label), row, label, "reliability--axis")
                cells.put(LEFT - 1, row, tick, "reliability--axis")
                last_row = row - 1
            column = LEFT + axes.column(log_odds(nine))
            start = max(LEFT, min(column - len(label) // 2, cells.width - len(label)))
            if start >= next_column:
                cells.put(column, bottom, down, "reliability--axis")
                cells.put(start, bottom + 1, label, "reliability--axis")
                next_column = start + len(label) + LABEL_GAP
        cells.put(LEFT - 6, bottom + 1, "sure", "reliability--axis")

    def _draw_intervals(self, canvas: Cells, axes: Axes, part: Calibration) -> None:
        for each in part.bins:
            if not self._inside(axes, each.confidence):
                continue
            low, high = (log_odds(limit) for limit in wilson(each.accuracy, each.images))
            column = axes.column(log_odds(each.confidence))
            for row in range(axes.row(high), axes.row(low) + 1):
                canvas.put(column, row, "|" if self.ascii else "│", "reliability--interval")

    def _draw_points(self, canvas: Cells, axes: Axes, part: Calibration, name: str) -> None:
        up, under, left, right = "^v<>" if self.ascii else "▴▾◂▸"
        for each in part.bins:
            x, y = log_odds(each.confidence), log_odds(each.accuracy)
            symbol = self.symbols[name]
            if not math.isclose(x, max(axes.x[0], min(axes.x[1], x)), abs_tol=1e-9):
                symbol = left if x < axes.x[0] else right
            elif not math.isclose(y, max(axes.y[0], min(axes.y[1], y)), abs_tol=1e-9):
                symbol = under if y < axes.y[0] else up
            canvas.put(axes.column(x), axes.row(y), symbol, f"reliability--{name}")

    def _inside(self, axes: Axes, share: float) -> bool:
        return axes.x[0] <= log_odds(share) <= axes.x[1]
