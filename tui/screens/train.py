"""The train screen: live charts, the run at a glance, a random digit, and the log."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.events import Resize
from textual.message import Message
from textual.reactive import reactive

from tui.screens.base import StateScreen
from tui.state.actions.lookup import bindings
from tui.state.state import State
from tui.widgets.charts.actions import ChartActions
from tui.widgets.charts.view import ChartsView
from tui.widgets.drag_border import DragBorder
from tui.widgets.log import LogPane
from tui.widgets.side.room import NARROW
from tui.widgets.welcome import Welcome

if TYPE_CHECKING:
    from tui.screens.train_run import RunParts
    from tui.state.run import RunView
    from tui.widgets.charts.pane import ChartsPane


class TrainScreen(ChartActions, StateScreen):
    """Charts at the left, figures at the right, log below. Shows a past run when one was opened."""

    BINDINGS = bindings("train")
    AUTO_FOCUS = ""  # keys are for the charts until somebody enters the log

    DEFAULT_CSS = """
    TrainScreen {
        #body { height: 1fr; }
        #charts { width: 1fr; }
        &.-wide #side { display: block; }
        &.-wide FigureStrip, &.no-run FigureStrip { display: none; }
        LogPane { display: none; }
        &.-tall LogPane, &.-very-tall LogPane { display: block; }
        &.log-shown LogPane { display: block; }
        &.log-hidden LogPane { display: none; }
        &.no-run #body { display: none; }
        &.inspecting #charts { display: none; }
        &.inspecting #side { display: block; width: 1fr; border-left: none; }
        &.one-chart #side, &.one-chart LogPane, &.one-chart CoachStrip { display: none; }
        Welcome { display: none; }
        &.no-run Welcome { display: block; }
    }
    """

    view: reactive[ChartsView] = reactive(ChartsView(), init=False)
    """How the charts are looked at."""

    class RunClosed(Message):
        """Leave the past run that is shown."""

    @dataclass(eq=False, repr=False)
    class AdviceAnswered(Message):
        """`take`, `explain` or `dismiss` the coach's present advice."""

        answer: str

    def __init__(self) -> None:
        super().__init__()
        self._state = State()
        self._parts: RunParts | None = None

    def compose_body(self) -> ComposeResult:
        self.add_class("no-run")
        yield Welcome()
        yield LogPane()

    async def complete(self) -> None:
        """Add what shows a run. The first frame shows none, and does not wait for it."""
        await asyncio.sleep(0)  # the app has heard of the frame, and an engine starts meanwhile
        from tui.screens.train_run import RunParts

        log = self.query(LogPane)
        if not self.is_attached or not log:
            return  # the app has ended meanwhile
        parts = RunParts()
        await self.mount(*parts.widgets(), before=log.first())
        if not parts.are_complete:
            return  # it ends: what is mounted now is given no parts
        parts.charts.view = self.view
        parts.side.take(self.preferences.side_share)
        parts.fit(self.size)
        self._parts = parts
        self.show(self._state)

    def show_body(self, state: State) -> None:
        self._state = state
        view = self._shown
        self.set_class(view is None, "no-run")
        self.query_one(LogPane).show(state)
        if self._parts is not None:
            self._parts.show(state, view)
        if view is None:
            self.query_one(Welcome).show(state)

    @property
    def _shown(self) -> "RunView | None":
        """The run on the screen."""
        return self._state.shown if self._parts is not None else None

    def on_mount(self) -> None:
        self.query_one(LogPane).take(self.preferences.log_share)

    @on(DragBorder.Resized)
    def keep_share(self, event: DragBorder.Resized) -> None:
        name = "log_share" if isinstance(event.pane, LogPane) else "side_share"
        self.prefer(**{name: round(event.share, 3)})

    def on_resize(self, event: Resize) -> None:
        if event.size.width >= NARROW:
            self.remove_class("inspecting")  # there is room beside the charts
        if self._parts is not None:
            self._parts.fit(event.size)
        self.query_one(LogPane).take(self.query_one(LogPane).share)

    @property
    def parts(self) -> "RunParts":
        """What shows a run: there by the time that there is one to show."""
        assert self._parts is not None
        return self._parts

    @property
    def pane(self) -> "ChartsPane":
        return self.parts.charts

    def watch_view(self, view: ChartsView) -> None:
        if self._parts is not None:
            self.pane.view = view

    def on_charts_pane_view_changed(self, event: "ChartsPane.ViewChanged") -> None:
        self.view = event.view

    def on_charts_pane_maximised(self, event: "ChartsPane.Maximised") -> None:
        self.set_class(bool(event.chart), "one-chart")
        self.refresh_bindings()

    def action_third(self) -> None:
        self.pane.next_third()

    def action_chart_back(self) -> None:
        if self.inspecting:
            self.action_inspect()
        else:
            self.pane.back()

    @property
    def inspecting(self) -> bool:
        """Whether figures, machine and digit are in the place of the charts."""
        return self.has_class("inspecting")

    def action_inspect(self) -> None:
        self.pane.maximised = ""
        self.toggle_class("inspecting")
        self.refresh_bindings()
        self.call_after_refresh(self.draw_side)

    def draw_side(self) -> None:
        if (view := self._shown) is not None:
            self.parts.side.show(self._state, view)

    def action_toggle_log(self) -> None:
        shown = self.query_one(LogPane).display
        self.set_class(not shown, "log-shown")
        self.set_class(shown, "log-hidden")

    def action_resize(self, steps: int) -> None:
        log = self.query_one(LogPane)
        beside = self._parts is not None and bool(self._parts.side.region) and not log.has_focus
        (self.parts.side if beside else log).grow(steps)

    def action_random_digit(self) -> None:
        self.parts.side.other_digits()

    def action_hold_digit(self) -> None:
        self.parts.side.hold()

    def action_close_run(self) -> None:
        self.post_message(self.RunClosed())

    def action_take_advice(self) -> None:
        self.post_message(self.AdviceAnswered("take"))

    def action_explain_advice(self) -> None:
        self.post_message(self.AdviceAnswered("explain"))

    def action_dismiss_advice(self) -> None:
        self.post_message(self.AdviceAnswered("dismiss"))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        back = self._parts is not None and (self.pane.can_go_back or self.inspecting)
        if action in ("close_run", "dismiss_advice") and back:
            return False  # Escape goes back one level at a time
        if action == "close_run":
            return self._state.opened is not None and self._state.coach.present is None
        if action in ("random_digit", "hold_digit"):
            return self._shown is not None and self.parts.side.is_shown
        if action in ("log_axis", "log_x", "smooth", "zoom", "x_axis", "third", "maximise", "cursor"):
            return self._shown is not None
        if action == "inspect":
            return self._shown is not None and self.size.width < NARROW
        if action == "chart_back":
            return back
        if action.endswith("_advice"):
            advice = self._state.coach.present
            return advice is not None and (bool(advice.changes) or action != "take_advice")
        return True
