"""What the engine tells of the run or study that a command has asked for, out of all that it tells."""

from collections.abc import AsyncIterator

from engine.vocabulary.messages import (
    AnyEvent,
    CommandFailed,
    DataFailed,
    DataReady,
    EngineFailed,
    RunStarted,
    StudyStarted,
)
from tui.commands.train.interrupts import STOP, Interrupts
from tui.link.errors import CommandRefused, refusal
from tui.link.session import CaughtUp, Rejoined, Session

COMMAND = 1  # the id of the command that begins it


async def own_events(
    session: Session, begins: type[RunStarted] | type[StudyStarted], interrupts: Interrupts | None = None
) -> AsyncIterator[tuple[AnyEvent | Rejoined | CaughtUp, bool]]:
    """Yield events, each with whether it is news, until the session ends.

    Data that was loaded before comes only once something begins on it, and what became of data that others asked for
    not at all. Raises CommandRefused when the command is refused or the engine fails for good.
    """
    loaded: DataReady | None = None  # before we asked
    while (item := await session.events.get()) is not None:
        event, news = item
        match event:
            case CommandFailed(reply_to=reply_to) if reply_to == COMMAND:
                raise refusal(event)
            case CommandFailed(reply_to=reply_to) if reply_to == STOP and interrupts is not None:
                interrupts.refused(event)
            case EngineFailed() if not session.rejoins:
                raise CommandRefused(f"the engine failed: {event.reason}")
            case DataFailed():
                continue  # an old one, or the refusal of our command tells it
            case DataReady() if event.reply_to:
                continue  # what is loaded is told to all
            case DataReady():
                loaded = None if news else event
                if not news:
                    continue
        if loaded is not None and news and isinstance(event, begins):
            yield loaded, False
            loaded = None
        yield event, news
