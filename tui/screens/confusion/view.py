"""What the views of the confusion screen share."""

from collections.abc import Iterator
from dataclasses import dataclass

from textual.containers import Vertical
from textual.message import Message

from tui.state.confusion.answers import Question
from tui.state.state import State


class View(Vertical):
    """Draws a state, and says what is to be asked for what is on the screen."""

    DEFAULT_CSS = "View { height: 1fr; }"

    @dataclass
    class Opened(Message):
        """The digits of one class that were taken for another after an epoch are wanted; 0: the last."""

        actual: int
        predicted: int
        epoch: int

    class Changed(Message):
        """What is to be shown is something else."""

    def show(self, state: State) -> None:
        """Draw a state."""
        raise NotImplementedError

    def questions(self, state: State) -> Iterator[Question]:
        """Yield what is wanted and not there; it is asked once."""
        raise NotImplementedError

    def take_focus(self) -> None:
        """Have the keys of lists act here."""
        raise NotImplementedError

    @property
    def can_inspect(self) -> bool:
        """Whether the screen is too small for all parts at once."""
        return False

    def next_details(self) -> None:
        """Show another part of what the screen is too small for."""

    def measured_anew(self, state: State) -> Question | None:
        """Return what the key that measures again asks; None where there is nothing to measure."""
        return None
