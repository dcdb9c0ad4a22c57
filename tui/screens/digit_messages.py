"""What is wanted on the screens of digits, of confusion and inside; `tui/app/handlers/` says what becomes of it."""

from dataclasses import dataclass

from textual.message import Message

from engine.vocabulary.messages import Predict
from tui.state.confusion.answers import Question
from tui.state.inside import Question as InsideQuestion
from tui.state.inside import Weights


class DigitMessages:
    """The messages of the digits screen."""

    @dataclass(eq=False, repr=False)
    class Wanted(Message):
        """Ask for digits; the answer comes with the state."""

        command: Predict


class ConfusionMessages:
    """The messages of the confusion screen."""

    @dataclass(eq=False, repr=False)
    class Asked(Message):
        """Ask about mistakes, certainty or robustness; the answer comes with the state."""

        question: Question

    class MeasuringStopped(Message):
        """End what is being measured."""

    @dataclass(eq=False, repr=False)
    class PairChosen(Message):
        """Show the digits of one kind that were taken for another after an epoch, 0: by the weights of now."""

        actual: int
        predicted: int
        epoch: int = 0


class InsideMessages:
    """The messages of the screen Inside."""

    @dataclass(eq=False, repr=False)
    class Asked(Message):
        """Ask this about a network; the answer comes with the state."""

        question: InsideQuestion
        weights: Weights
