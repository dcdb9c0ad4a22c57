"""How right runs stay on corrupted digits: the run that is shown, or those that are marked, beside each other."""

from collections.abc import Iterator

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from engine.vocabulary.messages import MeasureRobustness, RobustnessMeasured
from engine.vocabulary.messages.certainty_messages import MOST_TOGETHER
from tui.screens.confusion.view import View
from tui.state.confusion.answers import Question
from tui.state.confusion.certainty_words import detail_line, robustness_caption
from tui.state.state import State
from tui.state.words.runs import short_run_name
from tui.terminal.sanitize import sanitize
from tui.widgets.certainty.corruption_detail import CorruptionDetail
from tui.widgets.certainty.corruption_grid import CorruptionGrid
from tui.widgets.run_colours import colour_of

FEW = 1000  # images of a quick test: a figure of them is right within 3 points
WIDE = 150  # columns, from which there is a table beside the charts


class RobustnessView(View):
    """Small charts, one a corruption, and the one under the cursor in figures."""

    DEFAULT_CSS = """
    RobustnessView {
        .line { height: auto; max-height: 4; padding: 0 1; color: $text-muted; }
        #robustness { height: 1fr; }
        CorruptionGrid { width: 1fr; height: 1fr; }
        CorruptionDetail { display: none; width: 60; height: 1fr; }
        #detail { color: $foreground; }
        &.wide CorruptionDetail { display: block; }
        &.wide #detail { display: none; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._state = State()
        self._all_images = False

    def compose(self) -> ComposeResult:
        yield Static("", markup=False, id="robustness-caption", classes="line")
        with Horizontal(id="robustness"):
            yield CorruptionGrid()
            yield CorruptionDetail()
        yield Static("", markup=False, id="detail", classes="line")

    def _runs(self, state: State) -> list[str]:
        if state.marks:
            return [mark.run for mark in state.marks][:MOST_TOGETHER]
        return [state.shown.run] if state.shown is not None else []

    def _images(self, state: State) -> int:
        """How many test images are wanted."""
        there = state.shown.test_images if state.shown is not None else 0
        return there if self._all_images and there else min(FEW, there or FEW)

    def _found(self, state: State) -> RobustnessMeasured | None:
        """Return what is measured of the runs, or so far."""
        runs, known = self._runs(state), state.certainty
        done = known.robustness_of(runs, self._images(state))
        so_far = known.so_far if known.so_far is not None and known.so_far.runs == runs else None
        return done or so_far

    def show(self, state: State) -> None:
        self._state = state
        self.set_class(self.screen.size.width >= WIDE, "wide")
        found, grid = self._found(state), self.query_one(CorruptionGrid)
        self.query_one("#robustness-caption", Static).update(self._caption(state, found))
        grid.letters = (
            tuple((mark.letter, colour_of(mark)) for mark in state.marks)
            if state.marks
            else (("", "corruption--line"),)
        )
        grid.measured = found
        self._show_detail()

    def _caption(self, state: State, found: RobustnessMeasured | None) -> str:
        known = state.certainty
        if not self._runs(state):
            return "No run yet. Press t to train, and come back."
        words = robustness_caption(found) if found is not None and found.rows else ""
        if state.marks:
            words += (
                " " + ", ".join(f"{mark.letter} {sanitize(short_run_name(mark.run))}" for mark in state.marks) + "."
            )
        if known.is_open(MeasureRobustness):
            far = known.so_far
            done = f", {len(far.rows)} of {far.of} tests" if far is not None else ""
            return f"{words} Measuring{done}; x stops.".strip()
        if problem := known.problem(MeasureRobustness):
            return f"{words} Not measured to the end: {problem}. u measures again.".strip()
        more = f" a tests on all {state.shown.test_images:,}." if state.shown is not None and self.can_test_more else ""
        return f"{words}{more}".strip()

    def _show_detail(self) -> None:
        found, grid = self._found(self._state), self.query_one(CorruptionGrid)
        letters = [letter for letter, _ in grid.letters]
        line = detail_line(found, grid.name_at_cursor, letters) if found is not None and found.rows else ""
        self.query_one("#detail", Static).update(line)
        detail = self.query_one(CorruptionDetail)
        detail.measured, detail.letters, detail.corruption = found, grid.letters, grid.name_at_cursor

    def questions(self, state: State) -> Iterator[Question]:
        question = self.measured_anew(state)
        if question is not None and state.certainty.robustness_of(self._runs(state), self._images(state)) is None:
            yield question

    def measured_anew(self, state: State) -> Question | None:
        runs = self._runs(state)
        if not runs or state.certainty.is_open(MeasureRobustness):
            return None
        return MeasureRobustness(runs=runs, images=self._images(state))

    @property
    def can_test_more(self) -> bool:
        """Whether there are more images than a quick test has."""
        return self._state.shown is not None and self._state.shown.test_images > FEW

    def toggle_images(self) -> None:
        self._all_images = not self._all_images
        self.post_message(self.Changed())

    def take_focus(self) -> None:
        self.query_one(CorruptionGrid).focus()

    @on(CorruptionGrid.Moved)
    def show_detail(self) -> None:
        self._show_detail()
