"""A server on a real socket, with a worker that only records."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TypeVar

import pytest
from limits import LIMIT

from engine.server.listener import Server
from engine.server.protocols import Reply
from engine.vocabulary.messages import (
    MAX_LINE,
    PROTOCOL,
    AnyCommand,
    AnyEvent,
    Command,
    Hello,
    Snapshot,
    Welcome,
    decode_event,
    encode,
)

E = TypeVar("E", bound=AnyEvent)


class FakeWorker:
    busy = True
    live_run = ("", 0, 0)
    live_runs: frozenset[str] = frozenset()
    waits_for = ""

    def __init__(self) -> None:
        self.received: list[tuple[AnyCommand, Reply]] = []
        self.news = asyncio.Event()

    def submit(self, command: AnyCommand, reply: Reply) -> None:
        self.received.append((command, reply))
        self.news.set()

    @property
    def commands(self) -> list[AnyCommand]:
        return [command for command, _ in self.received]

    async def until(self, count: int) -> None:
        async with asyncio.timeout(LIMIT):
            while len(self.received) < count:
                self.news.clear()
                await self.news.wait()


class Screen:
    """A client that speaks the protocol line by line."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, *commands: Command) -> None:
        for command in commands:
            self.writer.write(encode(command))

    async def next(self, kind: type[E]) -> E:
        """Return the next event, which must be of this kind."""
        async with asyncio.timeout(LIMIT):
            event = decode_event(await self.reader.readline())
        assert isinstance(event, kind), event
        return event

    async def ended(self) -> bool:
        """Wait until the server closes the connection."""
        async with asyncio.timeout(LIMIT):
            with contextlib.suppress(ConnectionError):
                while await self.reader.readline():
                    pass
        return True

    async def ask(self, command: Command, kind: type[E]) -> E:
        self.send(command)
        return await self.next(kind)


class RunningServer:
    """A server of a temporary folder, and the way to it."""

    def __init__(self, checkpoints: Path, address: Path) -> None:
        self.server = Server(checkpoints, "1.2", 900, asyncio.get_running_loop())
        self.address = address
        self.screens: list[Screen] = []

    async def connect(self) -> Screen:
        screen = Screen(*await asyncio.open_unix_connection(str(self.address), limit=2 * MAX_LINE))
        self.screens.append(screen)
        return screen

    async def attach(self) -> tuple[Screen, Snapshot]:
        screen = await self.connect()
        screen.send(Hello(protocol=PROTOCOL, version="1.2"))
        await screen.next(Welcome)
        return screen, await screen.next(Snapshot)

    async def say(self, *events: AnyEvent) -> None:
        for event in events:
            self.server.broadcast.publish(event)
        await asyncio.sleep(0)

    def employ(self) -> FakeWorker:
        worker = FakeWorker()
        self.server.router.employ(worker)
        return worker


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[RunningServer]:
    running = RunningServer(tmp_path / "checkpoints", tmp_path / "engine.sock")
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(running.address))
    serving = asyncio.create_task(running.server.serve(listener))
    yield running
    for screen in running.screens:
        screen.writer.close()
    serving.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await serving
