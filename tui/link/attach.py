"""A session with the engine for as long as a command needs it, or the answer to one question."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from engine.vocabulary.messages import AnyEvent, AskStatus, Command, CommandDone, Shutdown, StatusTold
from tui.link.client import EngineClient
from tui.link.errors import CommandRefused, EngineStale, EngineUnreachable
from tui.link.session import Session
from tui.link.start import connect_or_start
from tui.link.waiting import (
    ANSWER_TIMEOUT,
    RETRY_LATER,
    START_LIMIT,
    TELL_AFTER,
    OnWait,
    Stopwatch,
    WaitPrinter,
    engine_is_running,
    keep_waiting,
)

IDLE_EXIT = 30.0  # a command's engine leaves soon: memory of a shared machine is not ours to keep

E = TypeVar("E", bound=AnyEvent)
T = TypeVar("T")


@contextlib.asynccontextmanager
async def attached(
    checkpoints: Path,
    *,
    data: str = "",
    start: bool = True,
    processes: int | None = None,
    jobs: int = 1,
    say: OnWait | None = None,
    limit: float | None = None,
) -> AsyncIterator[Session]:
    """Attach to the engine, starting one unless told not to. Raises EngineUnreachable, or OSError without one.

    Who does not start one only asks what all versions understand, and so gets an engine of any version. What is waited
    for is said on stderr.
    """
    say = say or WaitPrinter()
    limit = limit or (START_LIMIT if start else ANSWER_TIMEOUT)
    if start:
        client = await connect_or_start(
            checkpoints, data=data, idle_exit=IDLE_EXIT, processes=processes, jobs=jobs, on_wait=say
        )
    else:
        client = await reach(checkpoints, say, limit)
    session = Session(client, limit=limit, say=say)
    pump = asyncio.create_task(session.pump())
    try:
        yield session
    finally:
        pump.cancel()
        await session.client.close()


async def with_new_engine(checkpoints: Path, ask: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Return what `ask` does; it is done again with a new engine where a user's own network has changed this one."""
    try:
        return await ask()
    except EngineStale:  # why is in its log, and was shown
        print("starting a new engine", file=sys.stderr)
        await renew(checkpoints)
        return await ask()


async def renew(checkpoints: Path) -> None:
    """End an engine that has nothing to do, so that a new one can be started."""
    with contextlib.suppress(OSError, EngineUnreachable, CommandRefused):  # it is gone already
        async with attached(checkpoints, start=False) as session:
            status = await session.ask(AskStatus(), StatusTold)
            if status.state == "idle":  # nobody has begun to train meanwhile
                await session.ask(Shutdown(), CommandDone)
                await session.until_end()


async def reach(checkpoints: Path, on_wait: OnWait, limit: float) -> EngineClient:
    """Attach to the engine that there is, of any version. Raises OSError when there is none, EngineSilent when there is
    one that does not answer."""
    waited = Stopwatch()
    while True:
        try:
            return await EngineClient.connect(checkpoints, any_version=True, limit=limit, on_wait=on_wait)
        except OSError:
            if not engine_is_running(checkpoints):
                raise
        if waited.read() >= TELL_AFTER:
            words = f", which holds {checkpoints} and does not answer"
            keep_waiting(checkpoints, waited.seconds, limit, on_wait, words)
        await asyncio.sleep(RETRY_LATER)


async def ask_engine(checkpoints: Path, command: Command, kind: type[E]) -> E:
    """Ask the engine of a folder of runs. Raises EngineUnreachable."""
    try:
        async with attached(checkpoints, start=False) as session:
            return await session.ask(command, kind)
    except OSError:
        raise EngineUnreachable(f"no engine runs for {checkpoints}") from None
