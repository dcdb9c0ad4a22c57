"""Test digits: those that a screen asks for, those of a cell of the confusion matrix, and whose weights tell them."""

from typing import TYPE_CHECKING

from textual import on

from engine.vocabulary.messages import OpenRun
from tui.app.engine import EngineApp
from tui.screens.digit_messages import ConfusionMessages, DigitMessages

if TYPE_CHECKING:
    from tui.widgets.side.pane import TrainSide


class DigitHandlers(EngineApp):
    """Predictions."""

    _requested_run = ""  # the run that was asked for, as there was none to show

    def draw(self) -> None:
        super().draw()
        self.open_weights()

    def open_weights(self) -> None:
        """Have the newest run that has weights opened, on a screen that would show nothing without."""
        view = self.state.shown
        if view is not None and (view.live or view.epochs or view is self.state.opened):
            self._requested_run = ""
        elif self.current_mode in ("digits", "confusion", "draw", "inside") and self.state.link == "live":
            newest = next((run.run for run in self.state.runs if run.epoch and run.resumable), "")
            if newest and newest != self._requested_run:
                self._requested_run = newest
                self.send(OpenRun(run=newest))

    def on_train_side_digits_wanted(self, event: "TrainSide.DigitsWanted") -> None:
        self.send(event.command)

    @on(DigitMessages.Wanted)
    def want_digits(self, event: DigitMessages.Wanted) -> None:
        self.send(event.command)

    @on(ConfusionMessages.PairChosen)
    def show_pair(self, event: ConfusionMessages.PairChosen) -> None:
        self.go("digits")
        self.digits_screen.filter_pair(event.actual, event.predicted)
        if event.epoch:
            self.notify(f"By the weights of now: the matrix was that of epoch {event.epoch}.", markup=False)
