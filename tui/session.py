"""One command's conversation with the engine, for everything that runs without a screen."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TypeVar

from engine.messages import AnyEvent, Command, CommandDone, EngineFailed, Shutdown, Snapshot
from tui.client import CommandRefused, EngineClient, EngineUnreachable

IDLE_EXIT = 30.0  # a command's engine leaves soon: memory of a shared machine is not ours to keep

E = TypeVar("E", bound=AnyEvent)


class Session:
    """A client, and the queue its events arrive in, each with whether it is news or part of a snapshot.

    None in the queue means that there will be no more.
    """

    def __init__(self, client: EngineClient) -> None:
        self.client = client
        self.rejoins = False  # whether to go on with an engine of several processes that had to start again
        self.events: asyncio.Queue[tuple[AnyEvent, bool] | None] = asyncio.Queue()

    async def pump(self) -> None:
        try:
            while True:
                async for event in self.client.events():
                    if isinstance(event, Snapshot):
                        for part in event.events:
                            self.events.put_nowait((part, False))
                    else:
                        self.events.put_nowait((event, True))
                if not self.rejoins:
                    return
                await self.client.close()
                self.client = await self.client.rejoin()
        except EngineUnreachable:
            pass
        finally:  # whatever ended it: nobody waits for more
            self.events.put_nowait(None)

    async def until(self, *kinds: type[AnyEvent]) -> AnyEvent:
        """Return the next event of these kinds, passing over others. Raises CommandRefused when the engine fails."""
        while True:
            item = await self.events.get()
            if item is None:
                raise CommandRefused("the engine ended; `mnist-tui engine log` shows its last words")
            event, _ = item
            if isinstance(event, EngineFailed):
                raise CommandRefused(event.reason)
            if isinstance(event, kinds):
                return event

    async def ask(self, command: Command, kind: type[E]) -> E:
        """Send a command and return its answer. Raises CommandRefused."""
        return await self.client.request(command, kind)


@contextlib.asynccontextmanager
async def attached(
    checkpoints: Path, *, data: str = "", start: bool = True, processes: int | None = None
) -> AsyncIterator[Session]:
    """Attach to the engine, starting one unless told not to. Raises EngineUnreachable, or OSError without one.

    Who does not start one only asks what all versions understand, and so gets an engine of any version.
    """
    if start:
        client = await EngineClient.connect_or_start(checkpoints, data=data, idle_exit=IDLE_EXIT, processes=processes)
    else:
        client = await EngineClient.connect(checkpoints, any_version=True)
    session = Session(client)
    pump = asyncio.create_task(session.pump())
    try:
        yield session
    finally:
        pump.cancel()
        await session.client.close()


async def renew(checkpoints: Path) -> None:
    """End an engine that has nothing to do, so that a new one can be started."""
    with contextlib.suppress(EngineUnreachable, CommandRefused):  # it is gone already
        await ask_engine(checkpoints, Shutdown(), CommandDone, then_wait=True)


async def ask_engine(checkpoints: Path, command: Command, kind: type[E], *, then_wait: bool = False) -> E:
    """Ask the engine of a folder of runs, and wait for its end if it is to end. Raises EngineUnreachable."""
    try:
        async with attached(checkpoints, start=False) as session:
            answer = await session.ask(command, kind)
            while then_wait and await session.events.get() is not None:
                pass
            return answer
    except OSError:
        raise EngineUnreachable(f"no engine runs for {checkpoints}") from None
