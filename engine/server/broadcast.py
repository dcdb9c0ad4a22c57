"""Every event to every client, from whatever thread it comes; a client that lags too far behind gets a snapshot."""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import TypeVar

import msgspec

from engine.server.connection import Connection
from engine.server.snapshot import PRINTED, EngineState
from engine.storage.growing_file import GrowingFile
from engine.storage.runs.bounded_history import History, parts
from engine.vocabulary.messages import (
    AnyEvent,
    Printed,
    RunEnded,
    RunEvent,
    RunsChanged,
    RunStarted,
    RunTold,
    Snapshot,
    StudyEnded,
)

T = TypeVar("T", bound=msgspec.Struct)


class Broadcast:
    """The clients that are attached, and the state of the engine as the events so far add up to it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.clients: set[Connection] = set()
        self.state = EngineState()
        self.output: GrowingFile | None = None  # what the engine prints

    # --------------------------------------------------- called by other threads

    def publish(self, event: AnyEvent) -> None:
        """Take an event from the worker's thread; returns at once."""
        if isinstance(event, RunEnded | StudyEnded):  # what was printed belongs to it, and comes before it
            self.tell_output()
        self.loop.call_soon_threadsafe(self.tell, event)

    def tell_output(self) -> None:
        """Publish what the engine has printed since the last time; called from any thread."""
        if self.output is not None and (lines := self.output.new_lines()):
            self.loop.call_soon_threadsafe(self.tell, Printed(lines=lines[-PRINTED:]))

    def replace_history(self, events: list[RunEvent]) -> None:
        """Begin with the history of a resumed run; every screen gets a new snapshot."""

        def replace() -> None:
            self.state.history = History(events)
            for client in self.clients:
                self.send_snapshot(client)

        self.loop.call_soon_threadsafe(replace)

    def flush(self, patience: float = 1.0) -> None:
        """Give clients a moment to take what is left for them; called by the worker's thread at the end."""

        with contextlib.suppress(TimeoutError):
            emptied = asyncio.wait_for(self.emptied(), patience)
            asyncio.run_coroutine_threadsafe(emptied, self.loop).result(patience + 1)

    # ------------------------------------------------------ called by the server's

    def tell(self, event: AnyEvent) -> None:
        """Take an event from this thread."""
        self.state.apply(event)
        for client in self.clients:
            if isinstance(event, RunTold) and not client.several:
                continue
            if isinstance(event, RunStarted) or (isinstance(event, RunsChanged) and event.deleted == client.watching):
                client.watching = ""  # every screen shows the new run, and none a deleted one
            if not client.send(event):
                client.forget_news()
                self.send_snapshot(client)

    def send_snapshot(self, client: Connection) -> None:
        events = self.state.events
        if not client.several:
            events = [event for event in events if not isinstance(event, RunTold)]
        for part, first, last in marked_parts(events):
            client.send(Snapshot(events=part, first=first, last=last))

    async def emptied(self) -> None:
        """Wait until clients have been sent all that was for them."""
        while any(client.outbox for client in self.clients):  # noqa: ASYNC110  (ends the process, once)
            await asyncio.sleep(0.01)


def marked_parts(items: Sequence[T]) -> list[tuple[list[T], bool, bool]]:
    """Split what is too long for one message; with each part, whether it is the first and whether it is the last."""
    lists = list(parts(items))
    return [(part, i == 0, i == len(lists) - 1) for i, part in enumerate(lists)]
