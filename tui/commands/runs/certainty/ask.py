"""A question that takes a while: how far its answer is, and what Ctrl-C does meanwhile."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TypeVar

from engine.storage.runs.folders import RunError
from engine.vocabulary.messages import AnyEvent, Command, RobustnessMeasured, StopMeasuring
from engine.vocabulary.messages.certainty_messages import MOST_TOGETHER
from tui.link.attach import attached
from tui.link.session import Session
from tui.state.run_numbers import RANGE, runs_of

E = TypeVar("E", bound=AnyEvent)


def is_several(words: str) -> bool:
    """Tell `1-5,8` from the name of one run."""
    return "," in words or RANGE.fullmatch(words.strip()) is not None


def names_of(checkpoints: Path, words: str) -> list[str]:
    """Return the names of the runs `1-5,8`, the latest for "". Raises RunError, also for more than can be asked."""
    names = [folder.name for folder in runs_of(checkpoints, words)] if words else [""]
    if len(names) > MOST_TOGETHER:
        raise RunError(f"{words} are {len(names)} runs; give at most {MOST_TOGETHER}")
    return names


async def ask(checkpoints: Path, command: Command, kind: type[E]) -> E:
    """Return the answer to a question that takes a while; who does not wait for it ends it."""
    async with attached(checkpoints) as session, told_how_far(session):
        try:
            return await session.ask(command, kind)
        except asyncio.CancelledError:
            session.client.send(StopMeasuring())
            raise


@contextlib.asynccontextmanager
async def told_how_far(session: Session) -> AsyncIterator[None]:
    """Show in a terminal how far it is."""
    task = asyncio.create_task(_tell(session)) if sys.stderr.isatty() else None
    try:
        yield
    finally:
        if task is not None:
            task.cancel()


async def _tell(session: Session) -> None:
    while (item := await session.events.get()) is not None:
        event, _ = item
        if isinstance(event, RobustnessMeasured):
            end = "\r" if len(event.rows) < event.of else "\n"
            print(f"{len(event.rows)} of {event.of} tests", end=end, file=sys.stderr, flush=True)
