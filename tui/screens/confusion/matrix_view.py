"""The matrix, epoch by epoch, with its cells in words."""

from collections.abc import Iterator

from textual import on
from textual.app import ComposeResult
from textual.events import Resize
from textual.widgets import Static

from engine.vocabulary.messages import AskConfusion
from tui.screens.confusion.matrix_parts import DETAILS, MEDIUM, MatrixParts
from tui.screens.confusion.view import View
from tui.state.class_words import worded
from tui.state.confusion.answers import Question
from tui.state.confusion.epochs import counts_after, is_written, neighbour
from tui.state.confusion.figures import Counts
from tui.state.confusion.words import cell_in_words, matrix_caption, waiting_words
from tui.state.run import RunView
from tui.state.state import State, classes_of
from tui.terminal.sanitize import sanitize
from tui.widgets.confusion.examples import Examples
from tui.widgets.confusion.matrix import ConfusionMatrix
from tui.widgets.confusion.mistakes import MistakeGrid


class MatrixView(View):
    """The last epoch, as long as it goes on; `[` and `]` step through those that were kept."""

    DEFAULT_CSS = """
    MatrixView {
        .line { height: auto; max-height: 3; padding: 0 1; color: $text-muted; }
        #cell { color: $foreground; }
        Examples { display: none; }
        &.empty MatrixParts, &.empty #cell { display: none; }
        &.empty Examples { display: block; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._state = State()
        self._run = ""
        self._epoch = 0  # that is looked at, 0 for the last one
        self._counts: Counts = ()
        self._details = ""  # one of DETAILS

    def compose(self) -> ComposeResult:
        yield Static("", markup=False, id="caption", classes="line")
        yield Static("", markup=False, id="cell", classes="line")
        yield MatrixParts()
        yield Examples()

    # ------------------------------------------------------------------ drawing

    def show(self, state: State) -> None:
        self._state, view = state, state.shown
        if view is None or view.run != self._run:
            self._run, self._epoch, self._counts = "" if view is None else view.run, 0, ()
        counts = counts_after(view, self._epoch, state.certainty) if view is not None else ()
        self._counts = counts or self._counts
        if self.has_class("empty") and self._counts and self.screen.focused is None:
            self.call_after_refresh(self.take_focus)
        self.set_class(not self._counts, "empty")
        self._fit()
        if view is None or not self._counts:
            self.query_one(Examples).show(state.data)
            self._say("#caption", worded(waiting_words(view), classes_of(state)))
            return
        names = [sanitize(name) for name in view.classes]
        self._say("#caption", self._caption(view) if counts else f"Reading epoch {self._epoch} ...")
        self.query_one(MatrixParts).show(view.run, self._shown_epoch(view), names, self._counts, state.certainty)
        self._show_cell()

    def _caption(self, view: RunView) -> str:
        words = matrix_caption(view, self._counts, self._shown_epoch(view))
        problem = self._state.certainty.problem(AskConfusion, view.run)
        if problem and not self._epoch:
            return f"{words}. No epochs before this one: {problem}"
        if self.screen.size.width >= MEDIUM or self.has_class("tiny") or not (self.can_step(-1) or self.can_step(1)):
            return f"{words}."
        return f"{words}. [ ] show other epochs."

    def _show_cell(self) -> None:
        matrix = self.query_one(ConfusionMatrix)
        if matrix.complete:
            words = cell_in_words(self._counts, matrix.names, matrix.cursor)
            self._say("#cell", words if self.has_class("tiny") else f"{words} Enter shows them.")

    def _say(self, line: str, words: str) -> None:
        self.query_one(line, Static).update(words)

    def _fit(self) -> None:
        size, parts = self.screen.size, self.query_one(MatrixParts)
        parts.fit(size, self._details if self.can_inspect else "")
        self.set_class(parts.has_class("tiny"), "tiny")

    def on_resize(self, event: Resize) -> None:
        self._fit()
        self.call_after_refresh(self.post_message, self.Changed())  # there may be room for other digits

    # ------------------------------------------------------------------ epochs

    def _shown_epoch(self, view: RunView) -> int:
        return self._epoch or view.epoch

    def _neighbour(self, step: int) -> int | None:
        view = self._state.shown
        return neighbour(view, self._shown_epoch(view), step, self._state.certainty) if view is not None else None

    def can_step(self, step: int) -> bool:
        return self._neighbour(step) is not None

    def step(self, step: int) -> None:
        """Look at the epoch before or after; at the last one, follow the run."""
        other, view = self._neighbour(step), self._state.shown
        if other is not None and view is not None:
            self._epoch = 0 if other == view.epoch else other
            self.post_message(self.Changed())

    def questions(self, state: State) -> Iterator[Question]:
        view, known = state.shown, state.certainty
        if view is None or not view.epochs or not self._counts or not is_written(view):
            return
        if not counts_after(view, self._epoch, known):
            yield AskConfusion(run=view.run, epoch=self._epoch)
        elif not known.epochs_of(view.run):
            yield AskConfusion(run=view.run)
        yield from self.query_one(MatrixParts).questions(self._shown_epoch(view))

    # ------------------------------------------------------------------ keys

    @property
    def has_counts(self) -> bool:
        return bool(self._counts)

    @property
    def can_inspect(self) -> bool:
        """Whether the screen is too small for all parts at once."""
        return self.has_counts and self.screen.size.width < MEDIUM

    @property
    def can_go_back(self) -> bool:
        return bool(self._epoch) or bool(self._details and self.can_inspect)

    def back(self) -> None:
        if self._details and self.can_inspect:
            self._inspect("")
        else:
            self._epoch = 0
            self.post_message(self.Changed())

    def next_details(self) -> None:
        """Show the mistakes in place of the matrix, then the classes, then the matrix."""
        self._inspect(DETAILS[(DETAILS.index(self._details) + 1) % len(DETAILS)])

    def _inspect(self, details: str) -> None:
        self._details = details
        self._fit()
        self.take_focus()
        self.call_after_refresh(self.post_message, self.Changed())

    def toggle_shares(self) -> None:
        matrix = self.query_one(ConfusionMatrix)
        matrix.shares = not matrix.shares

    def take_focus(self) -> None:
        mistakes = self._details == "mistakes" and self.can_inspect
        self.query_one(MistakeGrid if mistakes else ConfusionMatrix).focus()

    @on(ConfusionMatrix.Moved)
    def show_cell(self) -> None:
        self._show_cell()
        self.query_one(MatrixParts).show_digits()
        self.post_message(self.Changed())  # its digits are to be asked for

    @on(ConfusionMatrix.Selected)
    def open_cell(self, event: ConfusionMatrix.Selected) -> None:
        self.post_message(self.Opened(event.actual, event.predicted, self._epoch))

    @on(MistakeGrid.Moved)
    def go_to_cell(self, event: MistakeGrid.Moved) -> None:
        self.query_one(ConfusionMatrix).cursor = event.mistake.pair

    @on(MistakeGrid.Opened)
    def open_mistake(self, event: MistakeGrid.Opened) -> None:
        self.post_message(self.Opened(*event.mistake.pair, self._epoch))
