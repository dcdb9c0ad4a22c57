"""What the screen of digits asks the engine, once for each thing, and only for what can be seen.

All is asked through one message; `wants` (tui/state/gallery/answers.py) says whether it is to be asked now.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from engine.vocabulary.messages import (
    AskBelief,
    AskGallery,
    AskGalleryNow,
    AskLabelErrors,
    AskLearning,
    AskPixels,
    ComparePredictions,
)
from engine.vocabulary.messages.belief_messages import MOST_LISTED, MOST_PIXELS
from engine.vocabulary.messages.pictures import own_folder
from engine.vocabulary.messages.space_messages import MOST_NEIGHBOURS
from tui.screens.base import StateScreen
from tui.screens.digit_messages import DigitMessages
from tui.state.gallery.answers import Kind, Question, Source
from tui.state.gallery.in_full import answer_question, nearest_question
from tui.state.gallery.rows import Row
from tui.state.gallery.views import LEARNING, View
from tui.state.run import RunView
from tui.state.state import State, classes_of

MOST_LATE = 5  # times that the log is asked again for an epoch that it is just being given


class DigitWishes(DigitMessages, StateScreen):
    """A screen with a gallery of the digits of a run."""

    def __init__(self) -> None:
        super().__init__()
        self._state = State()
        self.view = View()
        self.epoch = 0  # the one that is looked at; 0: the last
        self.now = 0  # times that the weights of now were asked for; 0: the last epoch is shown
        self.log_problem: tuple[str, int, str] = ("", 0, "")  # run, epoch and why it has kept nothing
        self._posted: dict[Kind, Question] = {}  # what was asked last, and may not be in the state yet
        self._late = 0
        self._ticks = 0  # seconds of a live run
        self.nearest_of = -1  # the digit whose nearest ones were asked for by a key

    @property
    def data(self) -> str:
        """The folder of digits that are not the run's."""
        folder = getattr(self.app, "checkpoints", Path())
        return str((folder / own_folder(classes_of(self._state))).absolute()) if self.view.name == "own" else ""

    @property
    def run_view(self) -> RunView | None:
        """The run whose digits are shown, if it has weights."""
        view = self._state.shown
        return view if view is not None and (view.live or view.epochs) else None

    @property
    def source(self) -> Source:
        run = self.run_view
        return (run.run if run is not None else "", self.view.part, self.data)

    def _want(self, kind: Kind, command: Any, mark: object = None) -> None:
        """Ask, unless it was asked before, or something of its kind is open."""
        if self._state.link != "live":
            self._posted.clear()
        elif self._state.gallery.wants(kind, command, mark) and self._posted.get(kind) != Question(command, mark):
            self._posted[kind] = Question(command, mark)
            self.post_message(self.Wanted(kind, command, mark))

    # ------------------------------------------------------------------ the digits

    def ask_for_digits(self) -> None:
        """Ask for all digits of the view, after an epoch or under the weights of now, and for its list."""
        run, gallery = self.run_view, self._state.gallery
        if run is None:
            return
        question, mark = self._gallery_question(run)
        if question is not None:
            if gallery.coming is not None and "gallery" not in gallery.open and not self._is_other(question, mark):
                self._want("gallery", replace(question, start=len(gallery.coming.rows)), mark)
            else:
                self._want("gallery", question, mark)
        if self.view.name in LEARNING:
            self._want("learning", AskLearning(run=run.run, most=MOST_LISTED), run.epoch)
        elif self.view.name == "labels":
            self._want("labels", AskLabelErrors(run=run.run, most=MOST_LISTED), run.epoch)
        elif self.view.name == "differ":
            self._want("differ", ComparePredictions(a=run.run, b=self.view.other))

    def _is_other(self, question: Any, mark: object) -> bool:
        last = self._state.gallery.asked.get("gallery")
        return last is None or (last.command, last.mark) != (question, mark)

    def _gallery_question(self, run: RunView) -> tuple[Any, object]:
        """Return what to ask for the digits; None where that is left to a key, as it would hold up what trains."""
        part = self.view.part
        if self.view.name == "own":
            return AskGalleryNow(run=run.run, data=self.data), (run.epoch, self.now)
        if self.now:
            return AskGalleryNow(run=run.run, part=part), self.now
        self._note_problem(run)
        if self.log_problem[:2] == (run.run, run.epoch):
            return (None if self._state.busy else AskGalleryNow(run=run.run, part=part)), "no log"
        if not run.epochs:
            return None, None
        self._note_late(run)
        return AskGallery(run=run.run, part=part, epoch=self.epoch), (run.epoch, self._late)

    def _note_problem(self, run: RunView) -> None:
        """Keep in mind that a run has kept nothing, until its next epoch."""
        asked, problem = self._state.gallery.asked.get("gallery"), self._state.gallery.problems.get("gallery")
        if problem and asked is not None and isinstance(asked.command, AskGallery) and asked.command.run == run.run:
            if asked.command.epoch:
                self.epoch = 0  # which was not kept
            else:
                self.log_problem = (run.run, run.epoch, problem)

    def _note_late(self, run: RunView) -> None:
        """The news of an epoch comes shortly before it is in the log."""
        gallery = self._state.gallery.shown
        asked = self._state.gallery.asked.get("gallery")
        if asked is None or asked.mark != (run.epoch, self._late):
            if asked is not None and isinstance(asked.mark, tuple) and asked.mark[0] != run.epoch:
                self._late = 0
            return
        late = gallery is not None and gallery.run == run.run and not gallery.step and gallery.epoch < run.epoch
        if late and run.live and not self.epoch and "gallery" not in self._state.gallery.open:
            self._late = min(MOST_LATE, self._late + 1)

    # ------------------------------------------------------------------ pixels

    def ask_for_pixels(self, indices: Sequence[int]) -> None:
        """Ask for the pixels of these digits that are not there yet, the first ones first."""
        run, known = self.run_view, self._state.gallery.pixels
        if run is None or "pixels" in self._state.gallery.open:
            return
        source = self.source
        missing = list(dict.fromkeys(index for index in indices if (source, index) not in known))[:MOST_PIXELS]
        if missing:
            self._want("pixels", AskPixels(indices=missing, run=run.run, part=self.view.part, data=self.data))

    def pixels_of(self, index: int) -> bytes:
        return self._state.gallery.pixels.get((self.source, index), b"")

    # ------------------------------------------------------------------ one digit

    def ask_about(self, row: Row, nearest: int) -> None:
        """Ask all about a digit; `nearest` is for how many training digits there is room."""
        run = self.run_view
        if run is None:
            return
        if not self.epoch:
            mark = (run.epoch, self.now, self._ticks if run.state == "running" else 0)
            self._want("answer", answer_question(self.view, run.run, row.index), mark)
        if self.view.part == "test" and self.view.name != "own" and run.epochs:
            self._want("belief", AskBelief(run=run.run, index=row.index), (run.epoch, self._late))
        if nearest and (not self._state.busy or self.nearest_of == row.index):
            count = min(nearest, MOST_NEIGHBOURS)
            question = nearest_question(self.view, run.run, row.index, count)
            self._want("nearest", question, run.epoch)
