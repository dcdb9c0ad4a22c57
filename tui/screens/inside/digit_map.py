"""All test digits in two dimensions: principal components of the features that the last layer sees."""

from collections.abc import Iterator

from textual import on
from textual.app import ComposeResult
from textual.widget import Widget

from engine.vocabulary.messages import AskPixels, DigitsMapped, MapDigits, PixelsTold
from tui.screens.inside.view import InsideView, Subject, weights_words
from tui.state.inside import Inside, Question
from tui.terminal.sanitize import sanitize
from tui.widgets.inside.digit_map import DigitMap, MapAside
from tui.widgets.inside.placed_digits import wrong_of

PIXELS = 28 * 28


class MapView(InsideView):
    """The map, and the digit that is nearest to the cursor."""

    def __init__(self) -> None:
        super().__init__(id="map")
        self._known: set[int] = set()  # digits whose pictures are there

    def compose(self) -> ComposeResult:
        yield DigitMap()
        yield MapAside()

    @property
    def first(self) -> Widget:
        return self.query_one(DigitMap)

    @property
    def asks_for(self) -> str:
        return "Mapping the test images ..."

    def wanted(self, subject: Subject) -> Iterator[Question]:
        yield MapDigits(run=subject.run)
        digits = self.query_one(DigitMap)
        picked = self._picked
        if picked is not None and picked not in self._known:
            yield AskPixels(indices=digits.around, run=subject.run)

    @property
    def _picked(self) -> int | None:
        """The index of the digit nearest to the cursor."""
        digits = self.query_one(DigitMap)
        place = digits.picked
        return digits.digits.indices[place] if digits.digits is not None and place is not None else None

    def show(self, inside: Inside, subject: Subject) -> str:
        answer = inside.answer_to(MapDigits(run=subject.run), subject.run)
        if not isinstance(answer, DigitsMapped):
            return ""
        self.query_one(DigitMap).classes_of = self.query_one(MapAside).classes_of = subject.classes
        self.query_one(DigitMap).told = answer
        self.query_one(MapAside).facts = self._facts(answer, inside, subject)
        more = f", of {answer.images:,}" if len(answer.actual) < answer.images else ""
        first, second = (100 * share for share in answer.shares)
        of = f"the {answer.features:,} inputs of {sanitize(answer.layer, 40)}"
        what = f"{len(answer.actual):,} test {subject.thing}s{more} by {of}"
        turned = f", turned to the map of step {answer.aligned:,}" if answer.aligned >= 0 else ""
        shares = f"two components with {first:.0f} and {second:.0f} % of the variance{turned}"
        return f"{weights_words(subject.run, answer.step)}: {what}, {shares}"

    def _facts(
        self, answer: DigitsMapped, inside: Inside, subject: Subject
    ) -> tuple[tuple[tuple[str, int, int], ...], bytes, tuple[str, ...], str]:
        wrong = wrong_of(answer.actual, answer.predicted, len(subject.classes))
        classes = tuple(
            (subject.name(label), answer.actual.count(label), wrong[label]) for label in range(len(subject.classes))
        )
        pixels = self._pixels(inside, subject.run)
        picked, digits = self._picked, self.query_one(DigitMap)
        place = digits.picked
        if picked is None or place is None or digits.digits is None:
            return classes, b"", (), ""
        actual, predicted = digits.digits.actual[place], digits.digits.predicted[place]
        is_right = "right" if actual == predicted else "wrong"
        words = (f"test #{picked:,}, {is_right}", f"predicted {subject.name(predicted)}, actual {subject.name(actual)}")
        marks = "reversed: wrong" if digits.digits.each else "reversed: 1/3 wrong"
        return classes, pixels.get(picked, b""), words, marks

    def _pixels(self, inside: Inside, run: str) -> dict[int, bytes]:
        """Return the pictures that are known."""
        found: dict[int, bytes] = {}
        for exchange in inside.answers(PixelsTold, run):
            if isinstance(exchange.answer, PixelsTold):
                for place, index in enumerate(exchange.answer.indices):
                    found[index] = exchange.answer.pixels[PIXELS * place : PIXELS * place + PIXELS]
        self._known = set(found)
        return found

    def clear(self) -> None:
        self._known = set()
        self.query_one(DigitMap).told = None
        self.query_one(MapAside).facts = (), b"", (), ""

    @on(DigitMap.Moved)
    def look(self) -> None:
        self.post_message(self.Changed())
