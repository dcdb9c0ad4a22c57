"""Whether a run is as sure as it is right, and what it brings to answer only where it is sure."""

from collections.abc import Iterator

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from engine.vocabulary.messages import CalibrationMeasured, MeasureCalibration
from tui.screens.confusion.view import View
from tui.state.confusion.answers import Question
from tui.state.confusion.certainty_words import (
    bins_table,
    calibration_caption,
    figures_table,
    rejection_words,
    sureness_words,
    temperature_words,
)
from tui.state.state import State
from tui.widgets.certainty.rejections import RejectTable
from tui.widgets.certainty.reliability import ReliabilityDiagram

WIDE, ROOMY, TALL = 130, 30, 40  # columns, rows: of more than figures, of sentences, of bins
NARROW, LOW = 76, 23  # columns, rows: below these the figures or the diagram


class CalibrationView(View):
    """The reliability diagram; beside it the figures, and thresholds below which a person is asked."""

    DEFAULT_CSS = """
    CalibrationView {
        .line { height: auto; max-height: 4; padding: 0 1; color: $text-muted; }
        #reject-words { color: $foreground; }
        #calibration { height: 1fr; }
        ReliabilityDiagram { width: 1fr; height: 1fr; }
        #side { width: 38; padding: 0 1; }
        #figures { height: auto; }
        RejectTable { height: 1fr; min-height: 4; margin-top: 1; }
        #bins { display: none; height: auto; margin-top: 1; }
        &.wide #side { width: 72; }
        &.wide.tall #bins { display: block; }
        &.wide.tall RejectTable { height: 13; }
        &.small #side { width: 1fr; }
        &.small ReliabilityDiagram, &.small.diagram #side { display: none; }
        &.small #temperature, &.small.diagram #reject-words { display: none; }
        &.small.diagram ReliabilityDiagram, &.small.diagram #temperature { display: block; }
        &.waiting #calibration, &.waiting #reject-words, &.waiting #temperature { display: none; }
    }
    """

    def compose(self) -> ComposeResult:
        yield Static("", markup=False, id="calibration-caption", classes="line")
        with Horizontal(id="calibration"):
            yield ReliabilityDiagram()
            with Vertical(id="side"):
                yield Static("", markup=False, id="figures")
                yield RejectTable()
                yield Static("", markup=False, id="bins")
        yield Static("", markup=False, id="reject-words", classes="line")
        yield Static("", markup=False, id="temperature", classes="line")

    def show(self, state: State) -> None:
        view, size = state.shown, self.screen.size
        self.set_class(size.width >= WIDE, "wide")
        self.set_class(size.height >= TALL, "tall")
        self.set_class(self.can_inspect, "small")
        found = state.certainty.calibration_of(view.run) if view is not None else None
        self.set_class(found is None, "waiting")
        self._say("#calibration-caption", self._caption(state, found))
        diagram, table = self.query_one(ReliabilityDiagram), self.query_one(RejectTable)
        if found is None:
            return
        if found is not table.measured:
            diagram.measured = table.measured = found
            self._say("#figures", "\n".join(figures_table(found)))
            self._say("#bins", "\n".join(bins_table(found)))
        words = temperature_words(found)
        self._say("#temperature", f"{sureness_words(found)} {words}" if size.height >= ROOMY else words)
        self._show_rejection()

    def _caption(self, state: State, found: CalibrationMeasured | None) -> str:
        view, problem = state.shown, state.certainty.problem(MeasureCalibration)
        if view is None:
            return "No run yet. Press t to train, and come back."
        measuring = state.certainty.is_open(MeasureCalibration)
        if found is None:
            return f"Not measured: {problem}. u tries again." if problem and not measuring else "Measuring ..."
        words = calibration_caption(found)
        if measuring:
            return f"{words} Measuring again ..."
        if problem:
            return f"{words} Not measured again: {problem}."
        if view.epoch > found.epoch:
            return f"{words} The run is at epoch {view.epoch}: u measures again."
        return words

    def _say(self, line: str, words: str) -> None:
        self.query_one(line, Static).update(words)

    def questions(self, state: State) -> Iterator[Question]:
        if state.shown is not None and state.certainty.calibration_of(state.shown.run) is None:
            yield MeasureCalibration(run=state.shown.run)

    def measured_anew(self, state: State) -> Question | None:
        if state.shown is None or state.certainty.is_open(MeasureCalibration):
            return None
        return MeasureCalibration(run=state.shown.run)

    @property
    def can_inspect(self) -> bool:
        size = self.screen.size
        return size.width < NARROW or size.height < LOW

    def next_details(self) -> None:
        """Show the diagram in place of the figures, or the figures."""
        self.toggle_class("diagram")

    def take_focus(self) -> None:
        self.query_one(RejectTable).focus()

    @on(RejectTable.Moved)
    def show_rejection(self) -> None:
        self._show_rejection()

    def _show_rejection(self) -> None:
        table = self.query_one(RejectTable)
        if table.measured is not None and table.current is not None:
            self.query_one(ReliabilityDiagram).threshold = table.current.threshold
            self._say("#reject-words", rejection_words(table.measured, table.current))
