"""What is wanted on the screen of drawing; `tui/app/handlers/drawing.py` says what becomes of it."""

from dataclasses import dataclass

from textual.message import Message

from engine.vocabulary.messages import ClassifyDrawing, Drawing, Explain
from engine.vocabulary.messages.base import DIGITS


class DrawMessages:
    """The messages of the screen of drawing."""

    @dataclass(eq=False, repr=False)
    class Wanted(Message):
        """Ask this; the answer comes with the state. A newer question of the kind takes the place of one that waits."""

        command: ClassifyDrawing | Explain

    @dataclass(eq=False, repr=False)
    class OwnTested(Message):
        """Ask how many of the user's own digits a run has right."""

        run: str

    @dataclass(eq=False, repr=False)
    class Kept(Message):
        """Keep a drawing among the user's own digits, or images, once it is known of which of the `classes` it is."""

        drawing: Drawing
        likely: int
        classes: tuple[str, ...] = DIGITS

    @dataclass(eq=False, repr=False)
    class Opening(Message):
        """Ask for an image file, or open the one of a pasted path."""

        path: str = ""
