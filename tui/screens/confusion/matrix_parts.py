"""The matrix, bars of the classes, the most frequent mistakes, the digits of a cell: which of them are where."""

from collections.abc import Iterator, Sequence

from textual.app import ComposeResult
from textual.containers import Container
from textual.geometry import Size

from engine.vocabulary.messages import AskGallery, AskPixels
from tui.state.class_words import worded
from tui.state.confusion.answers import Answers, Question
from tui.state.confusion.figures import Counts, Pair, digits_of, is_complete, surest_examples, top_mistakes
from tui.widgets.confusion.cell_digits import CellDigits, Thumbnail
from tui.widgets.confusion.class_bars import ClassBars
from tui.widgets.confusion.matrix import ConfusionMatrix
from tui.widgets.confusion.mistakes import MOST, MistakeGrid

MEDIUM, WIDE, HUGE = 100, 160, 240  # columns
LOW, DEEP = 34, 44  # rows of a medium screen with digits, of a wide one with all parts
TINY = 23  # rows of a narrow screen with more than the matrix
DETAILS = ("", "mistakes", "classes")  # what stands in place of the matrix where there is no room beside it


class MatrixParts(Container):
    """Parts are added as room grows: mistakes below, bars at the right, then mistakes at the right too, then digits."""

    DEFAULT_CSS = """
    MatrixParts {
        height: 1fr;
        layout: grid;
        grid-size: 1 2;
        grid-rows: 1fr 4;
        ClassBars, CellDigits { display: none; }
        &.tiny { grid-size: 1 1; grid-rows: 1fr; }
        &.tiny MistakeGrid { display: none; }
        &.mistakes, &.classes { grid-size: 1 1; grid-rows: 1fr; }
        &.mistakes ConfusionMatrix, &.classes ConfusionMatrix, &.classes MistakeGrid { display: none; }
        &.mistakes MistakeGrid, &.classes ClassBars { display: block; }
        &.medium { grid-size: 2 2; grid-columns: 1fr 34; grid-rows: 13 1fr; }
        &.medium.low { grid-rows: 1fr 3; }
        &.medium ClassBars { display: block; padding: 1; }
        &.medium MistakeGrid { column-span: 2; }
        &.wide { grid-size: 2 2; grid-columns: 1fr 84; grid-rows: 13 1fr; }
        &.wide ConfusionMatrix { row-span: 2; }
        &.wide ClassBars { display: block; padding: 1; }
        &.wide MistakeGrid { padding: 1; }
        &.deep { grid-size: 2 3; grid-rows: 13 19 1fr; }
        &.deep ConfusionMatrix { row-span: 3; }
        &.deep CellDigits { display: block; }
        &.huge { grid-columns: 1fr 1fr; grid-rows: 13 33 1fr; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._run = ""
        self._known = Answers()

    def compose(self) -> ComposeResult:
        yield ConfusionMatrix()
        yield ClassBars()
        yield MistakeGrid()
        yield CellDigits()

    def fit(self, size: Size, details: str) -> None:
        """Take the layout for a screen of this size; `details` is one of DETAILS."""
        narrow = size.width < MEDIUM
        medium, wide = MEDIUM <= size.width < WIDE, size.width >= WIDE
        self.set_class(narrow and size.height < TINY and not details, "tiny")
        for part in DETAILS[1:]:
            self.set_class(narrow and part == details, part)
        self.set_class(medium, "medium")
        self.set_class(medium and size.height < LOW, "low")
        self.set_class(wide, "wide")
        self.set_class(wide and size.height >= DEEP, "deep")
        self.set_class(size.width >= HUGE and size.height >= DEEP, "huge")

    def show(self, run: str, epoch: int, names: Sequence[str], counts: Counts, known: Answers) -> None:
        """Draw the counts of a run after an epoch, with the digits that are known."""
        self._run, self._known = run, known
        matrix, bars, grid = self.query_one(ConfusionMatrix), self.query_one(ClassBars), self.query_one(MistakeGrid)
        matrix.names = bars.names = grid.names = tuple(names)
        if is_complete(counts, len(names)):
            matrix.counts = bars.counts = counts
            self._show_mistakes(epoch)
        self.show_digits()

    @property
    def _examples(self) -> dict[Pair, int]:
        """A digit of each mistake: after this epoch, or while that is on its way after the one before."""
        gallery = self._known.gallery
        return surest_examples(gallery) if gallery is not None and gallery.run == self._run else {}

    def _show_mistakes(self, epoch: int) -> None:
        grid, examples, known = self.query_one(MistakeGrid), self._examples, self._known.pixels
        grid.mistakes = tuple(top_mistakes(self.query_one(ConfusionMatrix).counts, MOST))
        found = {each.pair: (self._run, examples[each.pair]) for each in grid.mistakes if each.pair in examples}
        grid.pictures = {pair: known[key] for pair, key in found.items() if key in known}
        heading = "Most frequent mistakes" if grid.mistakes else "No mistakes on the test images."
        if grid.mistakes and grid.draws_digits:
            why, gallery = self._known.problem(AskGallery, self._run), self._known.gallery
            each = worded(", each with the digit that the run was surest of", grid.names)
            heading += f": {why}" if why and not examples else each
            if examples and gallery is not None and gallery.epoch != epoch:
                heading += f" after epoch {gallery.epoch}"
        grid.heading = heading

    def _cell_digits(self) -> list[tuple[int, float]]:
        """Return index and confidence of the digits of the cursor's cell that there is room for."""
        gallery = self._known.gallery
        room = self.query_one(CellDigits).room if self.has_class("deep") else 0
        if not room or gallery is None or gallery.run != self._run:
            return []
        return digits_of(gallery, self.query_one(ConfusionMatrix).cursor, room)

    def show_digits(self) -> None:
        """Draw the digits of the cursor's cell."""
        strip, found = self.query_one(CellDigits), self._cell_digits()
        strip.thumbnails = tuple(
            Thumbnail(self._known.pixels.get((self._run, index)), f"#{index:,} {100 * sure:.0f} %")
            for index, sure in found
        )
        actual, predicted = self.query_one(ConfusionMatrix).cursor
        how = "right, the least sure first" if actual == predicted else "wrong, the surest first"
        heading = f"Digits of the cell under the cursor: {how}" if found else "No digit is in this cell."
        strip.heading = worded(heading, self.query_one(ConfusionMatrix).names)

    def questions(self, epoch: int) -> Iterator[Question]:
        """Yield what is to be asked for the digits that are on the screen."""
        grid, gallery = self.query_one(MistakeGrid), self._known.gallery
        if not grid.draws_digits or not (grid.mistakes or self.has_class("deep")):
            return
        if gallery is None or (gallery.run, gallery.epoch) != (self._run, epoch):
            yield AskGallery(run=self._run, epoch=epoch)
        examples = self._examples
        wanted = [examples[each.pair] for each in grid.mistakes if each.pair in examples]
        wanted += [index for index, _ in self._cell_digits()]
        if missing := [index for index in dict.fromkeys(wanted) if (self._run, index) not in self._known.pixels]:
            yield AskPixels(indices=missing, run=self._run)
