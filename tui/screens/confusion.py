"""The confusion screen: which digits the network mistakes for which."""

from textual import on
from textual.app import ComposeResult
from textual.widgets import Static

from tui.screens.base import StateScreen
from tui.screens.digit_messages import ConfusionMessages
from tui.state.run import RunView
from tui.state.significance import wilson
from tui.state.state import State
from tui.state.words.figures import format_limits, percent
from tui.terminal.sanitize import sanitize
from tui.widgets.confusion import ConfusionMatrix


class ConfusionScreen(ConfusionMessages, StateScreen):
    """The matrix of the last test. A cell opens its digits."""

    DEFAULT_CSS = """
    ConfusionScreen {
        ConfusionMatrix { width: 1fr; height: 1fr; }
        #caption { height: auto; max-height: 2; padding: 0 1; color: $text-muted; }
    }
    """

    def compose_body(self) -> ComposeResult:
        yield Static("", markup=False, id="caption")
        yield ConfusionMatrix()

    def show_body(self, state: State) -> None:
        view = state.shown
        caption = self.query_one("#caption", Static)
        matrix = self.query_one(ConfusionMatrix)
        matrix.display = view is not None and bool(view.confusion)
        if view is None or not view.confusion:
            caption.update("Filled after the first epoch. Press t to train.")
            return
        caption.update(caption_of(view))
        matrix.names = tuple(sanitize(name) for name in view.classes)
        matrix.counts = view.confusion

    @on(ConfusionMatrix.Selected)
    def choose(self, event: ConfusionMatrix.Selected) -> None:
        self.post_message(self.PairChosen(event.actual, event.predicted))


def caption_of(view: RunView) -> str:
    """Say what the matrix is of, and how far its accuracy can be relied upon."""
    images = sum(sum(row) for row in view.confusion)
    right = sum(row[i] for i, row in enumerate(view.confusion))
    best = view.best
    of = "" if best is None else ", the best by validation" if best.epoch == view.epoch else f" (best: {best.epoch})"
    accuracy = ""
    if images:
        between = format_limits("accuracy", *wilson(right / images, images))
        accuracy = f", {percent(right / images)} right (95 % confidence: {between})"
    return (
        f"{sanitize(view.run)}, test after epoch {view.epoch}{of}: {images - right} of {images:,} wrong{accuracy}."
        " Arrows select a cell, Enter shows its digits."
    )
