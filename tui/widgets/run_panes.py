"""The panes of the screen of runs: the list, the run under the cursor, curves, and what differs between marked runs."""

from collections.abc import Callable, Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import Resize
from textual.reactive import reactive
from textual.widget import Widget

from engine.vocabulary.messages import RunSummary
from tui.state.run import RunView
from tui.widgets.charts.keyed import KeyedPane
from tui.widgets.charts.view import ChartsView
from tui.widgets.drag_border import DragBorder
from tui.widgets.run_comparison import RunComparison
from tui.widgets.run_curves import METRICS, RunCurves
from tui.widgets.run_detail import RunDetail
from tui.widgets.run_list import RunList

SHARED = ("view", "cursor", "window")  # of all curves
BESIDE = 160  # columns, from which curves are beside the list, and not under it
WIDE = 100
UNDER = 22  # lines, from which there is room for more than the list
CHART = 8  # lines of a chart, at least
DETAIL = 38  # columns of what is known of a run, beside curves


class CurvesSide(Horizontal, DragBorder):
    """Its border can be dragged where it is beside the list."""


class RunPanes(Widget):
    """Beside the list from 160 columns on, else under it, where there are lines enough; else in place of it."""

    DEFAULT_CSS = """
    RunPanes {
        height: 1fr;
        layout: vertical;
        #left { height: auto; }
        #left RunDetail, #left RunCurves { display: none; }
        #right { height: 1fr; border-top: solid $panel-lighten-2; }
        #right RunDetail { width: 38; }
        #curves { width: 1fr; height: 1fr; }
        RunComparison { max-height: 55%; display: none; }
        &.marked RunComparison { display: block; }
        &.narrow #right { layout: vertical; }
        &.narrow #right RunDetail { width: 1fr; }
        &.narrow.marked #right RunDetail { display: none; }
        &.no-curves #right RunDetail { width: 1fr; }
        &.no-curves #curves { display: none; }
        &.no-curves.marked #curves { display: block; }
        &.list-only #right { display: none; }
        &.chart-below #right RunDetail, &.chart-below RunComparison { display: none; }
        &.inspecting #left { display: none; }
        &.inspecting #right { border-top: none; }
        &.beside { layout: horizontal; }
        &.beside #left { width: 11fr; height: 1fr; }
        &.beside #left RunDetail { display: block; }
        &.beside #right { width: 9fr; layout: vertical; border-top: none; border-left: solid $panel-lighten-2; }
        &.beside #right RunDetail { display: none; }
        &.beside.left-curves #left RunCurves { display: block; }
        &.beside.no-curves #right { display: none; }
        &.beside.no-curves.marked #right { display: block; }
        &.one-chart #left, &.one-chart #right RunDetail, &.one-chart RunComparison { display: none; }
        &.one-chart #right { width: 1fr; border-top: none; border-left: none; }
    }
    """

    view: reactive[ChartsView] = reactive(ChartsView(), init=False)
    """How all curves are looked at."""

    maximised: reactive[str] = reactive("", init=False)
    """The metric whose chart is shown alone, "" for none."""

    inspecting: reactive[bool] = reactive(False, init=False)
    """Where there is room for the list or for the rest, show the rest."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[RunSummary | None, RunView | None, Sequence[tuple[str, RunView]]] = (None, None, ())

    def compose(self) -> ComposeResult:
        with Vertical(id="left"):
            yield RunList()
            yield RunDetail()
            yield RunCurves()
        with CurvesSide(id="right"):
            yield RunDetail()
            with Vertical(id="curves"):
                yield RunCurves()
                yield RunComparison()

    def on_mount(self) -> None:
        for pane in self.query(KeyedPane):
            for name in SHARED:
                self.watch(pane, name, self._sharing(name), init=False)

    def _sharing(self, name: str) -> Callable[[object], None]:
        def share(value: object) -> None:
            self._share(name, value)

        return share

    def _share(self, name: str, value: object) -> None:
        """Have the same range, cursor and view in all curves: values are read in all of them at once."""
        for pane in self.query(KeyedPane):
            if getattr(pane, name) != value:
                setattr(pane, name, value)
        if name == "view":
            self.view = value  # type: ignore[assignment]

    def watch_view(self, view: ChartsView) -> None:
        self._share("view", view)

    @on(CurvesSide.Resized)
    def place_anew(self) -> None:
        self.place_panes()

    @on(KeyedPane.Maximised)
    def show_alone(self, event: KeyedPane.Maximised) -> None:
        event.stop()
        self.maximised = event.chart

    def watch_maximised(self, metric: str) -> None:
        self.set_class(bool(metric), "one-chart")
        for pane in self.query(KeyedPane):
            pane.set_reactive(KeyedPane.maximised, metric)
        self.place_panes()
        if metric:
            self.query(RunCurves).last().query_one(f"#{metric}-pane").focus()

    @property
    def can_inspect(self) -> bool:
        """Whether there is no room for more than the list."""
        return self.size.height < UNDER and self.size.width < BESIDE

    def show(self, run: RunSummary | None, view: RunView | None, others: Sequence[tuple[str, RunView]]) -> None:
        """Show the run under the cursor, its course if it is known, and those of others beside it, or alone."""
        self._shown = (run, view, others)
        for detail in self.query(RunDetail):
            detail.show(run)
        self.place_panes()

    def place_panes(self) -> None:
        """Give each pane its room, and draw the curves that have some."""
        _, view, others = self._shown
        width, height = self.size
        if not width:
            return
        beside = width >= BESIDE
        only = self.can_inspect
        low = only and self.inspecting and height < 2 * CHART + 2 and not self._shown[2]  # the figures have all of it
        metrics = (self.maximised,) if self.maximised else () if low else self._metrics()
        self.set_class(beside, "beside")
        side = self.query_one(CurvesSide)
        side.styles.width = round(side.share * width) if beside and side.share and not self.maximised else None
        self.set_class(width < WIDE, "narrow")
        self.set_class(not metrics, "no-curves")
        runs = self.query_one(RunList)
        spare = height - len(runs.runs) - 1
        below = only and not self.inspecting and spare > CHART and bool(metrics)
        self.set_class(below, "chart-below")
        self.set_class(only and not self.inspecting and not below, "list-only")
        self.set_class(only and self.inspecting, "inspecting")
        most = height if only else max(5, round(height * (0.6 if beside else 0.45)))
        lines = min(len(runs.runs) + 1, most)
        runs.styles.height = lines
        left, right = self.query(RunCurves)
        in_left: tuple[str, ...] = ()
        if beside:
            detail = self.query(RunDetail).first()
            share = self.query_one(CurvesSide).share or 9 / 20
            needs = detail.needs(round(width * (1 - share)))
            rest = height - lines - needs
            in_left = ("loss",) if rest >= CHART and "loss" in metrics and len(metrics) > 1 else ()
            detail.styles.height = needs if in_left else max(1, height - lines)
        self.set_class(bool(in_left), "left-curves")
        in_right = tuple(metric for metric in metrics if metric not in in_left)
        if height - (0 if beside else lines + 1) - self._compared(width) < 2 * CHART:
            in_right = in_right[:1]
        if in_left:
            left.show(view, others, in_left)
        right.show(view, others, in_right)

    def _compared(self, width: int) -> int:
        """Return how many lines the table of differences takes."""
        if not self.has_class("marked"):
            return 0
        beside = 0 if width < WIDE else width * 11 // 20 if width >= BESIDE else DETAIL
        comparison = self.query_one(RunComparison)
        return comparison.get_content_height(self.size, self.size, width - beside - 2)

    def _metrics(self) -> tuple[str, ...]:
        """Return what there are curves of."""
        run, view, others = self._shown
        views = [each for _, each in others] + ([view] if view is not None else [])
        if any(each.epochs for each in views) or (not views and run is not None and run.epoch):
            return METRICS
        return ("loss",) if any(each.losses for each in views) else ()

    def on_resize(self, event: Resize) -> None:
        self.place_panes()

    def watch_inspecting(self) -> None:
        self.place_panes()
