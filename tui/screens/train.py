"""The train screen: live charts, the run at a glance, a random digit, and the log."""

import itertools
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import Resize
from textual.message import Message
from textual.reactive import reactive

from tui.screens.base import TALL, StateScreen
from tui.state.actions import bindings
from tui.state.run import RunView
from tui.state.store import State
from tui.widgets.chart import Chart
from tui.widgets.coach import CoachStrip
from tui.widgets.digit import DigitView
from tui.widgets.log import LogPane
from tui.widgets.plotting.plot import Line
from tui.widgets.plotting.series import Range, smooth
from tui.widgets.run_panel import RunPanel
from tui.widgets.welcome import Welcome

SMOOTHING = (0.0, 0.6, 0.8, 0.9, 0.95, 0.98, 0.99)
DEFAULT_SMOOTHING = 3


def axis_end(view: RunView) -> int:
    """Return the last epoch of the x axis: a round number that has room for what is there, up to the run's end.

    So the curve of a long run fills the chart from the start, and its scale changes only now and then.
    """
    reached = max(1.0, view.epoch, view.step / view.steps_per_epoch)
    if not view.live:
        return math.ceil(reached)
    end = 1
    for factor in itertools.cycle((2, 2.5, 2)):  # 1, 2, 5, 10, 20, 50, ...
        if end >= reached:
            break
        end = round(end * factor)
    return max(1, min(view.config.epochs, end))


class TrainScreen(StateScreen):
    """Charts at the left, figures at the right, log below. Shows a past run when one was opened."""

    BINDINGS = bindings("train")

    DEFAULT_CSS = """
    TrainScreen {
        #body { height: 1fr; }
        #charts { width: 1fr; }
        #charts Chart { height: 1fr; }
        #side { width: 36; display: none; border-left: solid $panel-lighten-2; }
        &.-wide #side { display: block; }
        #side DigitView { height: 1fr; min-height: 16; display: none; }
        &.-wide.-very-tall #side DigitView { display: block; }
        LogPane { display: none; }
        &.-tall LogPane, &.-very-tall LogPane { display: block; }
        &.log-shown LogPane { display: block; }
        &.log-hidden LogPane { display: none; }
        &.no-run #body { display: none; }
        Welcome { display: none; }
        &.no-run Welcome { display: block; }
    }
    """

    log_axis = reactive(False, init=False)
    """Logarithmic loss axis."""

    smoothing = reactive(DEFAULT_SMOOTHING, init=False)
    """Index into SMOOTHING."""

    @dataclass
    class DigitWanted(Message):
        """Ask for the network's answer to one test digit."""

        index: int
        run: str

    class RunClosed(Message):
        """Leave the past run that is shown."""

    @dataclass
    class AdviceAnswered(Message):
        """`take`, `explain` or `dismiss` the coach's present advice."""

        answer: str

    def __init__(self) -> None:
        super().__init__()
        self._state = State()
        self._digit_index = 0
        self._asked: tuple[str, int] | None = None

    def compose_body(self) -> ComposeResult:
        yield Welcome()
        with Horizontal(id="body"):
            with Vertical(id="charts"):
                yield Chart(id="loss")
                yield Chart(id="accuracy")
            with Vertical(id="side"):
                yield RunPanel()
                yield DigitView()
        yield CoachStrip()
        yield LogPane()

    def show_body(self, state: State) -> None:
        self._state = state
        view = state.shown
        self.set_class(view is None, "no-run")
        self.query_one(LogPane).show(state)
        self.query_one(CoachStrip).show(state.coach)
        if view is None:
            self.query_one(Welcome).show(state)
            return
        self.query_one(RunPanel).show(view)
        self._draw_charts(view)
        self._show_digit(state, view)

    def on_resize(self, event: Resize) -> None:
        self.query_one(CoachStrip).brief = event.size.height < TALL

    def _draw_charts(self, view: RunView) -> None:
        weight = SMOOTHING[self.smoothing]
        per_epoch = view.steps_per_epoch
        smoothed = smooth([loss for _, loss in view.losses], weight)
        steps = [step / per_epoch for step, _ in view.losses]
        raw = list(zip(steps, [loss for _, loss in view.losses], strict=True))
        held_out = [epoch for epoch in view.epochs if epoch.validation_accuracy is not None]
        lines = [Line("step", raw, "step")] if weight else []
        lines += [
            Line("smoothed" if weight else "step", list(zip(steps, smoothed, strict=True)), "train"),
            Line("test", [(epoch.epoch, epoch.test_loss) for epoch in view.epochs], "test"),
        ]
        if held_out:
            points = [(epoch.epoch, epoch.validation_loss or 0.0) for epoch in held_out]
            lines.append(Line("validation", points, "validation"))
        marks = [(step / per_epoch, text) for step, text in view.marks]
        end = axis_end(view)
        self.query_one("#loss", Chart).show(
            lines, title="loss", x_label="epoch", marks=marks, log_y=self.log_axis, x_range=(0, end)
        )
        accuracies = [
            Line("train", [(epoch.epoch, epoch.train_accuracy) for epoch in view.epochs], "train"),
            Line("test", [(epoch.epoch, epoch.test_accuracy) for epoch in view.epochs], "test"),
        ]
        if held_out:
            points = [(epoch.epoch, epoch.validation_accuracy or 0.0) for epoch in held_out]
            accuracies.append(Line("validation", points, "validation"))
        self.query_one("#accuracy", Chart).show(
            accuracies,
            title="accuracy",
            x_label="epoch",
            marks=marks,
            percent=True,
            x_range=(0, end),
            y_range=accuracy_range(accuracies),
        )

    def _show_digit(self, state: State, view: RunView) -> None:
        """Draw the digit beside the charts, and ask for it again whenever an epoch changed the weights."""
        digit_view = self.query_one(DigitView)
        if not digit_view.display:
            return
        if state.digits and state.digits[0].index == self._digit_index:
            digit_view.digit = state.digits[0]
        wanted = (view.run, view.epoch * 1_000_000 + self._digit_index)
        if wanted != self._asked:
            self._asked = wanted
            self.post_message(self.DigitWanted(self._digit_index, view.run))

    def watch_log_axis(self) -> None:
        self.show(self._state)

    def watch_smoothing(self) -> None:
        self.show(self._state)

    def action_log_axis(self) -> None:
        self.log_axis = not self.log_axis

    def action_smooth(self, direction: int) -> None:
        self.smoothing = max(0, min(len(SMOOTHING) - 1, self.smoothing + direction)) if direction else DEFAULT_SMOOTHING

    def action_toggle_log(self) -> None:
        shown = self.query_one(LogPane).display
        self.set_class(not shown, "log-shown")
        self.set_class(shown, "log-hidden")

    def action_random_digit(self) -> None:
        if self._state.shown is not None:
            self._digit_index = random.randrange(self._state.shown.test_images)
            self.show(self._state)

    def action_close_run(self) -> None:
        self.post_message(self.RunClosed())

    def action_take_advice(self) -> None:
        self.post_message(self.AdviceAnswered("take"))

    def action_explain_advice(self) -> None:
        self.post_message(self.AdviceAnswered("explain"))

    def action_dismiss_advice(self) -> None:
        self.post_message(self.AdviceAnswered("dismiss"))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "close_run":
            return self._state.opened is not None
        if action == "random_digit":
            return bool(self.is_mounted and self.query_one(DigitView).display)
        if action in ("log_axis", "smooth"):
            return self._state.shown is not None
        if action.endswith("_advice"):
            advice = self._state.coach.present
            return advice is not None and (bool(advice.changes) or action != "take_advice")
        return True


def accuracy_range(lines: Sequence[Line]) -> Range | None:
    """Return the range of accuracies from a quarter of the epochs on: the first ones would flatten all the rest."""
    late = [y for line in lines for _, y in line.points[len(line.points) // 4 :]]
    return (min(late), max(late)) if len(lines[0].points) >= 4 else None
