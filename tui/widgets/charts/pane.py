"""The charts of a run, one above the other: loss, accuracy, and a third. They share their x axis and their cursor."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Resize
from textual.message import Message
from textual.reactive import reactive

from tui.state.run import RunView
from tui.state.words.runs import short_run_name
from tui.widgets.chart import Chart
from tui.widgets.charts.clock import duration, seconds_before, time_unit
from tui.widgets.charts.curves import Curves, KeptCurves, stem_of
from tui.widgets.charts.plots import Drawn, draw_metric, x_window
from tui.widgets.charts.view import THIRDS, X_AXES, ZOOMS, ChartsView, following
from tui.widgets.plotting.series import Range

CHARTS = ("loss", "accuracy", "third")
VERY_TALL = 45  # lines of the screen, from which the third chart shows by itself
LEAST_ROWS = 7  # of each of three charts; else the third one takes the place of the second


class ChartsPane(Vertical):
    """Draws a run, and other runs over it, as `view` says."""

    DEFAULT_CSS = """
    ChartsPane { height: 1fr; width: 1fr; }
    ChartsPane Chart { height: 1fr; }
    """

    view: reactive[ChartsView] = reactive(ChartsView(), init=False)
    """How it is looked at."""

    cursor: reactive[float | None] = reactive(None, init=False)
    """The x whose values stand in the legends, in the units of the axis."""

    window: reactive[Range | None] = reactive(None, init=False)
    """The range of x that was chosen by hand, in the units of the axis."""

    maximised: reactive[str] = reactive("", init=False)
    """The one chart that is shown, "" for all."""

    @dataclass
    class ViewChanged(Message):
        """Keys or the mouse changed how charts are looked at."""

        view: ChartsView

    @dataclass
    class Maximised(Message):
        """One chart wants the whole screen, or "" none any more."""

        chart: str

    def __init__(self, charts: Sequence[str] = CHARTS, *, id: str | None = None) -> None:
        """Show these of CHARTS."""
        super().__init__(id=id)
        self._charts = tuple(charts)
        self._run: RunView | None = None
        self._others: tuple[tuple[str, RunView], ...] = ()
        self._other_data: Collection[str] = ()  # runs that were tested on other data
        self._kept = KeptCurves()

    def compose(self) -> ComposeResult:
        for chart in self._charts:
            yield Chart(linked=True, id=chart)

    def show(self, run: RunView | None) -> None:
        """Draw a run; None where there are only overlaid ones."""
        if (run and run.run) != (self._run and self._run.run):
            self.set_reactive(ChartsPane.window, None)
            self.set_reactive(ChartsPane.cursor, None)
        self._run = run
        self.draw_charts()

    def overlay(self, runs: Sequence[tuple[str, RunView]], other_data: Collection[str] = ()) -> None:
        """Draw these runs too, each with its letter and the colour of that; some are of `other_data`."""
        others = tuple(runs)
        if (others, other_data) != (self._others, self._other_data):
            self._others, self._other_data = others, other_data
            self.draw_charts()

    def draw_charts(self) -> None:
        """Draw what is shown anew; charts that stay the same cost nothing."""
        others = [(letter, run) for letter, run in self._others if self._run is None or run.run != self._run.run]
        runs = ([self._run] if self._run is not None else []) + [run for _, run in others]
        if not self.is_mounted or not runs:
            return
        view = self.view
        known = {run.run: run for run in runs}
        before = {run.run: seconds_before(run, known) for run in runs} if view.x == "time" else {}
        longest = max((duration(run, before[run.run]) for run in runs), default=0.0) if before else 0.0
        label, unit = time_unit(longest) if before else (view.x, 1.0)

        def curves(run: RunView) -> Curves:
            return self._kept.of(run, view.x, unit, view.smoothing, stem_of(run, known), before.get(run.run, 0.0))

        parent = self._run.parent if self._run is not None else ""
        drawn = Drawn(
            own=curves(self._run) if self._run is not None else None,
            others=[
                (letter, f"{'parent ' * (run.run == parent)}{short_run_name(run.run)}{self._data_of(run)}", curves(run))
                for letter, run in others
            ],
            view=view,
            x_label=label,
        )
        self._kept.forget_unused()
        shown = x_window(drawn, runs, self.window, unit)
        for chart, visible in self._visible().items():
            widget = self.query_one(f"#{chart}", Chart)
            widget.display = visible
            if visible:
                draw_metric(widget, chart, drawn, shown, self.third, zoomed=self.window is not None)

    def _data_of(self, run: RunView) -> str:
        return " (other data)" if run.run in self._other_data else ""

    @property
    def third(self) -> str:
        """What the third chart shows, "" where there is none."""
        return self.view.third or ("lr" if self.screen.size.height >= VERY_TALL else "")

    def _visible(self) -> dict[str, bool]:
        if self.maximised:
            return {chart: chart == self.maximised for chart in self._charts}
        third = bool(self.third) and "third" in self._charts
        cramped = third and self.size.height < LEAST_ROWS * len(self._charts)
        hidden = {"third"} if not third else {"accuracy"} if cramped else set()
        return {chart: chart not in hidden for chart in self._charts}

    def _all(self) -> list[Chart]:
        return [chart for chart in self.query(Chart) if chart.display]

    def watch_view(self) -> None:
        self.draw_charts()

    def watch_window(self) -> None:
        self.draw_charts()
        self.refresh_bindings()  # Escape goes back from it

    def watch_maximised(self, chart: str) -> None:
        self.draw_charts()
        self.post_message(self.Maximised(chart))

    def watch_cursor(self, before: float | None, cursor: float | None) -> None:
        for chart in self.query(Chart):
            chart.cursor = cursor
        if (before is None) != (cursor is None):
            self.refresh_bindings()

    def on_resize(self, event: Resize) -> None:
        self.draw_charts()

    def on_chart_pointed(self, event: Chart.Pointed) -> None:
        self.cursor = event.x

    def on_chart_zoomed(self, event: Chart.Zoomed) -> None:
        self.window = event.window

    def on_chart_opened(self, event: Chart.Opened) -> None:
        self.maximised = "" if self.maximised else event.chart.id or ""

    def change(self, **values: object) -> None:
        """Look at the charts in another way, and tell so."""
        if {"x", "log_x", "zoom"} & set(values):
            self.window = self.cursor = None
        self.view = replace(self.view, **values)
        self.post_message(self.ViewChanged(self.view))

    def zoom(self) -> None:
        """Show the next part: all, the second half, the last quarter, what came since the last change."""
        zooms = [zoom for zoom in ZOOMS if zoom != "change" or (self._run is not None and self._run.changed)]
        self.change(zoom="all" if self.window is not None else following(zooms, self.view.zoom))

    def next_x(self) -> None:
        self.change(x=following(X_AXES, self.view.x))

    def next_third(self) -> None:
        """Show the next third chart, after the last none; where there is room for it always one."""
        runs = [run for _, run in self._others] + ([self._run] if self._run is not None else [])
        has_gradient = any(run.grad_norms for run in runs)
        choices = [each for each in THIRDS if has_gradient or each != "gradient"]
        if self.screen.size.height >= VERY_TALL:
            choices.remove("")
        self.change(third=following(choices, self.third))

    def smooth(self, direction: int) -> None:
        self.change(smoothing=self.view.smoother(direction).smoothing)

    def maximise(self) -> None:
        """Show one chart alone, then the next, then all."""
        third = [chart for chart in self._charts if chart != "third" or self.third]
        self.maximised = following(("", *third), self.maximised)

    def move_cursor(self, columns: int) -> None:
        """Move the cursor by so many columns; at the edge of a part move on to what lies beside it."""
        charts = self._all()
        if not charts:
            return
        before = self.cursor
        self.cursor = charts[0].move_cursor(columns)
        shown = charts[0].shown_range
        if self.window is not None and shown is not None and before is not None and self.cursor == before:
            by = (shown[1] - shown[0]) / 10 * (1 if columns > 0 else -1)
            self.window = (max(0.0, self.window[0] + by), self.window[1] + by)

    @property
    def can_go_back(self) -> bool:
        """Whether there is a cursor, a range or a chart by itself to leave."""
        return self.cursor is not None or self.window is not None or bool(self.maximised)

    def back(self) -> None:
        """Leave the cursor, then the range, then the one chart."""
        if self.cursor is not None:
            self.cursor = None
        elif self.window is not None:
            self.window = None
        else:
            self.maximised = ""
