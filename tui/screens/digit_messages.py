"""What is wanted on the screens of digits, of confusion and inside; `tui/app/handlers/` says what becomes of it."""

from dataclasses import dataclass

from textual.message import Message

from engine.vocabulary.messages import AskPixels, Command
from tui.state.confusion.answers import Question
from tui.state.gallery.answers import Kind
from tui.state.inside import Question as InsideQuestion
from tui.state.inside import Weights


class DigitMessages:
    """The messages of the digits screen."""

    @dataclass(eq=False, repr=False)
    class Wanted(Message):
        """Ask about digits; the answer comes with the state, by its kind."""

        kind: Kind
        command: Command
        mark: object = None

    @dataclass(eq=False, repr=False)
    class SheetWanted(Message):
        """Write these digits as a contact sheet: their indices, captions, and which are wrong; under a title."""

        pixels: AskPixels
        captions: list[str]
        wrong: list[bool]
        title: str

    @dataclass(eq=False, repr=False)
    class WhyWanted(Message):
        """Show why the network takes this test digit for what it does."""

        index: int


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
        """Show the digits of one kind that were taken for another after an epoch, 0: after the last one."""

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
