"""What the views of Inside share: a subject, questions about it, and how answers are shown."""

from collections.abc import Iterator

import msgspec
from textual.containers import Horizontal
from textual.message import Message
from textual.widget import Widget

from engine.vocabulary.messages import Picture
from engine.vocabulary.messages.base import DIGITS, class_name
from tui.state.class_words import one_of, thing
from tui.state.inside import Inside, Question, Weights
from tui.terminal.sanitize import sanitize


class Subject(msgspec.Struct, frozen=True):
    """What is looked at: a network, and a test digit; `images` is how many of these there are."""

    weights: Weights
    index: int = 0
    images: int = 0
    classes: tuple[str, ...] = DIGITS

    @property
    def run(self) -> str:
        return self.weights.run

    @property
    def picture(self) -> Picture:
        return Picture(index=self.index)

    def name(self, label: int) -> str:
        return sanitize(class_name(self.classes, label), 40)

    def one(self, label: int) -> str:
        """Return `a 7` of digits, else the name of the class."""
        return one_of(self.classes, label)

    @property
    def thing(self) -> str:
        """What is looked at: a digit, or an image."""
        return thing(self.classes)


class InsideView(Horizontal):
    """A view. It says what it wants to know, and shows what is known."""

    class Changed(Message):
        """Something else is looked at, so something else may have to be asked."""

    def wanted(self, subject: Subject) -> Iterator[Question]:
        """Yield what this view shows, the most urgent first."""
        raise NotImplementedError

    def show(self, inside: Inside, subject: Subject) -> str:
        """Show what is known; return a line about it."""
        raise NotImplementedError

    def clear(self) -> None:
        """Forget what is drawn: it is of another run."""

    @property
    def is_within(self) -> bool:
        """Whether Escape leads out of something here."""
        return False

    def close(self) -> None:
        """Leave what Escape leads out of."""

    @property
    def first(self) -> Widget:
        """What the keys go to."""
        raise NotImplementedError

    @property
    def asks_for(self) -> str:
        """What is asked for while nothing is known, in words."""
        return "Asking the engine ..."


def digit_words(index: int, actual: int, predicted: int, subject: Subject) -> str:
    """Return `test #62: predicted 9, actual 4, wrong`."""
    words = f"test #{index:,}: predicted {subject.name(predicted)}"
    if actual < 0:
        return words
    return f"{words}, actual {subject.name(actual)}, {'right' if actual == predicted else 'wrong'}"


def digit_lines(index: int, actual: int, predicted: int, subject: Subject) -> tuple[str, ...]:
    """Return the same on two lines."""
    first, second = digit_words(index, actual, predicted, subject).split(": ", 1)
    second, _, verdict = second.rpartition(", ") if actual >= 0 else (second, "", "")
    return f"{first}, {verdict}" if verdict else first, second


def weights_words(run: str, step: int) -> str:
    return f"{sanitize(run)}, step {step:,}"
