"""What is wanted on the screen of studies: messages to the app."""

from dataclasses import dataclass

from textual.message import Message

from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import StartStudy


class StudyWishes:
    """The messages of TuneScreen."""

    @dataclass(eq=False, repr=False)
    class Chosen(Message):
        """Begin or continue a study; the base is the app's, with these epochs."""

        command: StartStudy
        epochs: int

    @dataclass(eq=False, repr=False)
    class FullRunWanted(Message):
        """Offer the configuration of a trial in the form of Setup."""

        config: RunConfig

    @dataclass(eq=False, repr=False)
    class PresetWanted(Message):
        """Save the configuration of a trial under a name that is asked for."""

        config: RunConfig

    class Refreshed(Message):
        """Ask for the studies that are kept."""

    @dataclass(eq=False, repr=False)
    class Opened(Message):
        """Show a study that is kept."""

        study: str

    class Closed(Message):
        """Show no past study any more."""
