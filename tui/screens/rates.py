"""The learning-rate finder: the loss over increasing rates, and the rate that it suggests."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from engine.vocabulary.fields import counted
from engine.vocabulary.messages import RatesTried
from tui.screens.dialogs import Dialog
from tui.state.state import State
from tui.state.words.events import why_no_rate
from tui.terminal.sanitize import sanitize
from tui.widgets.chart import Chart
from tui.widgets.charts.keyed import KeyedChart
from tui.widgets.plotting.plot import Line


class RatesScreen(Dialog[float | None]):
    """Answers with the rate that was adopted, or None."""

    BINDINGS = [  # noqa: RUF012
        ("enter", "adopt", "adopt"),
        ("s", "adopt_steepest", "steepest"),
        ("q", "cancel", "cancel"),
    ]

    DEFAULT_CSS = """
    RatesScreen {
        .dialog { width: 96%; max-width: 160; height: 94%; max-height: 44; padding: 0 2; }
        Chart { height: 1fr; }
        #verdict { height: auto; margin: 1 0 0 0; }
        #keys { height: auto; color: $text-muted; }
    }
    """

    def __init__(self, what: str, takes: str) -> None:
        """`what` it is looked for: a new network, or a run; and what it `takes` to adopt a rate there, in words."""
        super().__init__()
        self._takes = takes
        self._what = what
        self._tried: RatesTried | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "learning-rate finder"
            yield KeyedChart()
            yield Static(f"Trying increasing rates on a copy of {self._what}.", markup=False, id="verdict")
            yield Static("escape: stop", markup=False, id="keys")

    def on_mount(self) -> None:
        self.query_one(Chart).ascii = self.app.has_class("-ascii")

    def show(self, state: State) -> None:
        """Draw what was tried so far."""
        tried = state.rates
        if tried is None or tried == self._tried:
            return
        self._tried = tried
        marks = [(tried.steepest, "steepest"), (tried.decade_below, "suggestion")] if tried.steepest else []
        self.query_one(Chart).show(
            [
                Line("loss", list(zip(tried.rates, tried.losses, strict=True)), "step"),
                Line("smoothed", list(zip(tried.rates, tried.smoothed, strict=True)), "train"),
            ],
            title="loss",
            x_label="rate",
            marks=marks,
            log_x=True,
            y_range=loss_range(tried.smoothed),
        )
        if not tried.done:
            last = f", the last at {tried.rates[-1]:.2g}" if tried.rates else ""
            words = (
                f"Trying increasing rates on a copy of {self._what}: {counted(len(tried.rates), 'step')} so far{last}."
            )
            self.query_one("#verdict", Static).update(words)
        else:
            self.query_one("#verdict", Static).update(sanitize(verdict(tried), longest=500))
            self.query_one("#keys", Static).update(
                f"enter: {self._takes} the suggestion   s: the steepest   escape: neither" if marks else "escape: back"
            )

    def action_adopt(self) -> None:
        self._adopt(self._tried.decade_below if self._tried else 0.0)

    def action_adopt_steepest(self) -> None:
        self._adopt(self._tried.steepest if self._tried else 0.0)

    def _adopt(self, rate: float) -> None:
        if rate:
            self.dismiss(float(f"{rate:.2g}"))


def loss_range(losses: list[float]) -> tuple[float, float] | None:
    """Return limits that leave out the explosion at the end: the valley is what is looked for."""
    if len(losses) < 2:
        return None
    low, high = min(losses), losses[0]
    return (low - 0.1 * (high - low), high + 0.5 * (high - low)) if high > low else None


def verdict(tried: RatesTried) -> str:
    if tried.problem or not tried.steepest:
        words = why_no_rate(tried)
        return f"{words[0].upper()}{words[1:]}."
    return (
        f"A tenth of the rate of the lowest loss: {tried.decade_below:.2g}. The loss falls most steeply at"
        f" {tried.steepest:.2g}."
    )
