"""Curves on the screen of runs: of the run under the cursor, or of all that are marked, in the same charts."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical

from tui.state.run import RunView
from tui.widgets.charts.keyed import KeyedPane

METRICS = ("accuracy", "loss")


class RunCurves(Vertical):
    """A chart for each metric, one above the other."""

    DEFAULT_CSS = "RunCurves { height: 1fr; }"

    def compose(self) -> ComposeResult:
        for metric in METRICS:
            yield KeyedPane([metric], id=f"{metric}-pane")

    def show(self, view: RunView | None, others: Sequence[tuple[str, RunView]], metrics: Sequence[str]) -> None:
        """Draw one run, or those that are marked, by their letters, with a line each, by these metrics."""
        for metric in METRICS:
            pane = self.query_one(f"#{metric}-pane", KeyedPane)
            pane.display = metric in metrics
            pane.visible = view is not None or bool(others)  # nothing of a run that is not looked at any more
            if pane.display:
                pane.show(view)
                pane.overlay(others)
