"""What somebody at the screen of runs wants; `tui/app/handlers/` says what becomes of it.

The app knows these messages before the first frame, so they are made without what nobody needs of a dataclass.
"""

from dataclasses import dataclass

from textual.message import Message

from engine.vocabulary.config import Value
from engine.vocabulary.messages import RunSummary


class RunMessages:
    """The messages of the screen of runs."""

    @dataclass(eq=False, repr=False)
    class Opened(Message):
        run: str

    @dataclass(eq=False, repr=False)
    class Resumed(Message):
        """Continue a run, with these changes of its hyperparameters."""

        summary: RunSummary
        changes: dict[str, Value]

    class Refreshed(Message):
        """Ask for the list again."""

    @dataclass(eq=False, repr=False)
    class Marked(Message):
        """Mark a run, or take its mark away; "" takes all away."""

        run: str

    @dataclass(eq=False, repr=False)
    class Looked(Message):
        """The cursor rests on a run, whose curves are to be drawn; "" for none."""

        run: str

    @dataclass(eq=False, repr=False)
    class Edited(Message):
        """Change one of `title`, `note` and `star` of a run; without a value, ask for it."""

        summary: RunSummary
        field: str

    @dataclass(eq=False, repr=False)
    class Deleted(Message):
        summary: RunSummary

    @dataclass(eq=False, repr=False)
    class ExportWanted(Message):
        """Write the marked runs to a file for other programs, or where none is, this one; asks for the format."""

        run: str

    @dataclass(eq=False, repr=False)
    class Reported(Message):
        """Write a report of the marked runs, or of this one where none is marked."""

        run: str

    class Restored(Message):
        """Bring back the run that was deleted last."""

    @dataclass(eq=False, repr=False)
    class Cloned(Message):
        """Fill in the form with the configuration of a run."""

        summary: RunSummary
