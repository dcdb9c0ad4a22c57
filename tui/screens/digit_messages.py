"""What is wanted on the screens of digits and of confusion; `tui/app/handlers/` says what becomes of it."""

from dataclasses import dataclass

from textual.message import Message

from engine.vocabulary.messages import Predict


class DigitMessages:
    """The messages of the digits screen."""

    @dataclass(eq=False, repr=False)
    class Wanted(Message):
        """Ask for digits; the answer comes with the state."""

        command: Predict


class ConfusionMessages:
    """The messages of the confusion screen."""

    @dataclass(eq=False, repr=False)
    class PairChosen(Message):
        """Show the digits of one kind that are taken for another."""

        actual: int
        predicted: int
