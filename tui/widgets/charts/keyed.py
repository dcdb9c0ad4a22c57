"""Charts with keys of their own while they are in focus: those of Runs and Tune, and that of the rate finder."""

from dataclasses import replace
from typing import Any

from textual.message import Message

from tui.state.actions.lookup import bindings
from tui.widgets.chart import Chart
from tui.widgets.charts.actions import ChartActions
from tui.widgets.charts.pane import ChartsPane
from tui.widgets.plotting.layout import x_limits

SHARES = (1.0, 0.5, 0.25)  # of the x axis, that z shows


class KeyedChart(Chart, can_focus=True):
    """Has those of the keys of Train's charts that mean something here."""

    BINDINGS = bindings("chart")

    DEFAULT_CSS = """
    KeyedChart:focus { background-tint: $foreground 6%; }
    """

    _part = 0  # of SHARES
    _log_y = False  # asked for by key

    def show(self, *lines: Any, log_y: bool = False, **look: Any) -> None:
        super().show(*lines, log_y=log_y, **look)
        if self._log_y and not self.plot.percent:
            self.plot = self._logarithmic()

    def _logarithmic(self) -> Any:
        y_range = self.plot.y_range
        return replace(self.plot, log_y=True, y_range=y_range if y_range and y_range[0] > 0 else None, note="log")

    def action_cursor(self, columns: int) -> None:
        self.cursor = self.move_cursor(columns)

    def action_zoom(self) -> None:
        limits = x_limits(self.plot)
        if limits is None:
            return
        self._part = 0 if self.window is not None and not self._part else (self._part + 1) % len(SHARES)
        low, high = limits[1] - (limits[1] - limits[0]) * SHARES[self._part], limits[1]
        self.cursor = None
        self._zoom((10**low, 10**high) if self.plot.log_x else (low, high))

    def action_log_axis(self) -> None:
        self._log_y = not self._log_y
        self.plot = self._logarithmic() if self._log_y else replace(self.plot, log_y=False, note="")

    def action_maximise(self) -> None:
        self.post_message(self.Opened(self))

    def action_back(self) -> None:
        """Leave the cursor, then the range."""
        if self.cursor is not None:
            self.cursor = None
        else:
            self.window, self._part = None, 0

    def watch_cursor(self) -> None:
        super().watch_plot()
        self.refresh_bindings()

    watch_window = watch_cursor

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "back":
            return self.cursor is not None or self.window is not None
        if action == "log_axis":
            return not self.plot.percent
        return action not in ("smooth", "x_axis", "log_x")


class KeyedPane(ChartActions, ChartsPane, can_focus=True):
    """The charts of a run, where the screen around them has other keys."""

    BINDINGS = bindings("chart")

    DEFAULT_CSS = """
    KeyedPane:focus Chart { background-tint: $foreground 6%; }
    """

    class Left(Message):
        """Escape, where there is nothing more to leave in the charts."""

    @property
    def pane(self) -> ChartsPane:
        return self

    def action_back(self) -> None:
        if self.can_go_back:
            self.back()
        else:
            self.post_message(self.Left())
