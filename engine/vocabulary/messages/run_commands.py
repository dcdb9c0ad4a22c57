"""Commands about the runs of a folder: list, open, edit, delete and restore them."""

from engine.vocabulary.messages.base import Command


class ListRuns(Command, frozen=True):
    pass


class OpenRun(Command, frozen=True):
    """Ask for the whole history of a run of this folder."""

    run: str


class ReadHistory(Command, frozen=True):
    """Ask for the history of a run that is to be drawn beside others; HistoryRead answers."""

    run: str


class CloseRun(Command, frozen=True):
    """This screen shows no past run any more; until then, the one it opened last cannot be deleted by others."""


class EditRun(Command, frozen=True):
    """Give a run a title, a note or a star; None leaves what is there, an empty text removes it."""

    run: str
    title: str | None = None
    note: str | None = None
    star: bool | None = None


class DeleteRun(Command, frozen=True):
    """Move a run into the trash, unless it is in use."""

    run: str


class RestoreRun(Command, frozen=True):
    """Bring a run back from the trash; of several of this name, the one deleted last."""

    run: str


class EmptyTrash(Command, frozen=True):
    """Remove for ever what is in the trash."""
