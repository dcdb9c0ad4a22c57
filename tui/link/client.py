"""A connection to an engine: a stream of its events, and a way to send commands."""

import asyncio
import contextlib
import itertools
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Self, TypeVar

import msgspec

from engine.machine.process_identity import start_of
from engine.machine.unix_socket import NOBODY, address, peer_uid
from engine.storage.paths import PathError, engine_socket
from engine.vocabulary.messages import (
    MAX_LINE,
    PROTOCOL,
    AnyEvent,
    Command,
    CommandFailed,
    Hello,
    ProtocolError,
    Welcome,
    decode_event,
    decode_known,
    encode,
    program_version,
)
from tui.link.errors import CommandRefused, EngineUnreachable, refusal
from tui.link.waiting import (
    RETRY,
    RETRY_LATER,
    START_LIMIT,
    TELL_AFTER,
    OnWait,
    Stopwatch,
    keep_silent,
    keep_waiting,
    wait_with_progress,
)

CROWDED = 20.0  # seconds for an engine to accept a connection while many others ask for one
REJOINING = 90.0  # seconds for them to be there again: each imports torch
CLOSING = 1.0  # seconds for what was sent last to be taken
LOST = "the connection to the engine was lost"

E = TypeVar("E", bound=AnyEvent)


class EngineClient:
    """A connection to an engine. `events()` yields everything that is not the answer to a `request`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, welcome: Welcome) -> None:
        self.welcome = welcome
        self._reader = reader
        self._writer = writer
        self._ids = itertools.count(1001)  # those below are of commands whose answers come with the events
        self._waiting: dict[int, asyncio.Queue[AnyEvent]] = {}
        self.heard = 0  # events so far that answer no request
        self.ended = False
        self._agent_start = start_of(welcome.agent) if welcome.agent else None

    @property
    def foreign(self) -> bool:
        """Whether the engine is of another version: it can be watched, asked for its status, and shut down."""
        return self.welcome.protocol != PROTOCOL

    @classmethod
    async def connect(
        cls,
        checkpoints: Path,
        *,
        any_version: bool = False,
        limit: float = START_LIMIT,
        on_wait: OnWait = keep_silent,
        after: float = 0.0,
    ) -> Self:
        """Attach to the engine that serves a folder of runs. Raises OSError when there is none.

        Raises ProtocolError when what answers is no engine, or one of another protocol and `any_version` does not
        allow that (see `foreign`), PathError for an unsafe state folder, and EngineSilent when there is no answer
        for `limit` seconds; `on_wait` is told before that what is waited for, from `after` seconds on.
        """
        path = engine_socket(checkpoints)
        reader, writer = await open_connection(path)

        def late(seconds: float) -> None:
            keep_waiting(checkpoints, seconds, limit, on_wait, ", which does not answer", after)

        try:
            return await wait_with_progress(cls._greet(path, reader, writer, any_version), late)
        except BaseException:
            writer.close()
            raise

    @classmethod
    async def _greet(
        cls, path: Path, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, any_version: bool
    ) -> Self:
        user = peer_uid(writer.get_extra_info("socket"))
        if user not in (None, os.getuid()):
            raise PathError(
                f"{path}: the engine there belongs to user {user}, not to you; remove it, or set XDG_STATE_HOME"
            )
        writer.write(encode(Hello(protocol=PROTOCOL, version=program_version(), several=True)))
        line = await reader.readline()
        if not line:
            raise ConnectionResetError("the engine closed the connection")
        welcome = decode_event(line)
        if isinstance(welcome, CommandFailed):
            raise EngineUnreachable(f"the engine refuses: {welcome.reason}")
        if not isinstance(welcome, Welcome):
            raise ProtocolError(f"the engine's first message was {type(welcome).__name__}")
        client = cls(reader, writer, welcome)
        if client.foreign and not any_version:
            raise ProtocolError(
                f"the engine (pid {welcome.pid}) has version {welcome.version}, this program {program_version()}, so"
                " they cannot work together; `mnist-tui engine stop` saves its run and ends it"
            )
        return client

    async def rejoin(self, on_wait: OnWait = keep_silent, limit: float = 0.0) -> Self:
        """Attach again to an engine of several processes that torchrun starts anew, once one of them was lost; or,
        for `limit` seconds, to whichever takes the place of this one.

        Raises EngineUnreachable when it is not there again within REJOINING seconds, when the torchrun that would
        start it is gone, or when it has only one process.
        """
        if not limit and self.welcome.processes > 1:
            limit = REJOINING
        waited = Stopwatch()
        while waited.read() < limit:
            with contextlib.suppress(OSError):
                return await self.connect(Path(self.welcome.checkpoints), on_wait=on_wait)
            if waited.seconds >= TELL_AFTER and self.welcome.processes > 1:
                on_wait(f"waiting for the engine's {self.welcome.processes} processes to start again")
                if await asyncio.to_thread(self._agent_is_gone):
                    break
            await asyncio.sleep(RETRY if waited.seconds < TELL_AFTER else RETRY_LATER)
        raise EngineUnreachable("the engine ended; `mnist-tui engine log` shows its last output")

    def _agent_is_gone(self) -> bool:
        """Tell whether the torchrun of this engine was seen to be there, and is there no more."""
        return self._agent_start is not None and start_of(self.welcome.agent) != self._agent_start

    async def events(self) -> AsyncIterator[AnyEvent]:
        """Yield events until the engine closes the connection. Answers to requests go to their requesters."""
        try:
            while line := await self._reader.readline():
                event = decode_known(line) if self.foreign else decode_event(line)
                if event is None:
                    continue
                if answers := self._waiting.get(event.reply_to):
                    answers.put_nowait(event)
                else:
                    self.heard += 1
                    yield event
        except (ConnectionError, ValueError):
            return
        finally:
            self.ended = True
            for answers in self._waiting.values():
                answers.put_nowait(CommandFailed(reason=LOST))

    def send(self, command: Command) -> None:
        """Send a command whose answer, if any, comes with the events."""
        self._writer.write(encode(command))

    async def request(self, command: Command, kind: type[E]) -> E:
        """Send a command and return its answer. Raises CommandRefused. Needs `events()` to be read meanwhile."""
        if self.ended:
            raise CommandRefused(LOST)
        number = next(self._ids)
        answers = self._waiting[number] = asyncio.Queue()
        self.send(msgspec.structs.replace(command, id=number))
        try:
            event = await answers.get()
        finally:
            del self._waiting[number]
        if isinstance(event, CommandFailed):
            raise refusal(event)
        if not isinstance(event, kind):
            raise ProtocolError(f"{type(event).__name__} does not answer {type(command).__name__}")
        return event

    async def close(self) -> None:
        self._writer.close()
        with contextlib.suppress(ConnectionError, asyncio.CancelledError, TimeoutError):
            await asyncio.wait_for(self._writer.wait_closed(), CLOSING)
        self._writer.transport.abort()


async def open_connection(path: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect to a socket, also where so many connect at once that it takes a while. Raises OSError.

    Asyncio then takes the connection for made: Linux says "try again", which it reads as "soon".
    """
    deadline = asyncio.get_running_loop().time() + CROWDED
    while True:
        with address(path) as way:
            reader, writer = await asyncio.open_unix_connection(way, limit=2 * MAX_LINE)
        if peer_uid(writer.get_extra_info("socket")) != NOBODY:
            return reader, writer
        writer.transport.abort()
        if asyncio.get_running_loop().time() > deadline:
            raise EngineUnreachable(
                f"{path}: too many programs connect to the engine at once; end some of them, and try again"
            )
        await asyncio.sleep(RETRY)
