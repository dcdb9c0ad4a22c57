"""The real engine process, attached to as a screen is."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from limits import LIMIT

from engine.vocabulary.messages import AnyEvent, Event, RunEvent
from tui.link.client import EngineClient
from tui.link.session import Session
from tui.link.start import connect_or_start
from tui.link.waiting import engine_is_running

E = TypeVar("E", bound=Event)


class Attached:
    """A screen's connection, with everything it heard."""

    def __init__(self, client: EngineClient) -> None:
        self.client = client
        self.session = Session(client)
        self.heard: list[tuple[AnyEvent, bool]] = []
        self.pump = asyncio.create_task(self.session.pump())

    @classmethod
    async def to(cls, checkpoints: Path, idle_exit: float = 900) -> "Attached":
        return cls(await connect_or_start(checkpoints, idle_exit=idle_exit))

    async def until(self, kind: type[E], fits: Callable[[E], bool] = lambda event: True, *, news: bool = True) -> E:
        """Return the next event of a kind that fits; of those after the snapshot, unless told otherwise."""
        async with asyncio.timeout(LIMIT):
            while True:
                item = await self.session.events.get()
                assert item is not None, "the engine ended"
                self.heard.append(item)
                event, is_news = item
                if isinstance(event, kind) and (is_news or not news) and fits(event):
                    return event

    async def ended(self) -> None:
        """Wait until the engine closes the connection."""
        async with asyncio.timeout(LIMIT):
            while (item := await self.session.events.get()) is not None:
                self.heard.append(item)

    def run_events(self) -> list[AnyEvent]:
        return [event for event, _ in self.heard if isinstance(event, RunEvent)]

    async def leave(self) -> None:
        self.pump.cancel()
        await self.client.close()


async def gone(checkpoints: Path) -> None:
    """Wait until no engine serves a folder any more."""
    async with asyncio.timeout(LIMIT):
        while engine_is_running(checkpoints):  # noqa: ASYNC110  (another process: no event tells)
            await asyncio.sleep(0.01)
