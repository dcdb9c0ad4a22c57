"""The way to the engine: find it or start it, then a stream of events and a way to send commands."""

import asyncio
import contextlib
import itertools
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Self, TypeVar

import msgspec

from engine.messages import (
    ALREADY_SERVED,
    MAX_LINE,
    PROTOCOL,
    AnyEvent,
    AskStatus,
    Command,
    CommandDone,
    CommandFailed,
    Hello,
    ProtocolError,
    Shutdown,
    StatusTold,
    Welcome,
    decode_event,
    decode_known,
    encode,
    program_version,
)
from engine.paths import PathError, engine_lock, engine_log, engine_socket
from engine.seat import is_held
from engine.sockets import address, peer_uid
from engine.tail import Tail
from tui.logout import precaution
from tui.torchrun import launcher

# Seconds for an engine to open its socket and greet. It does so before it imports torch, but while the libraries of
# torch are read, from a cold disk or over a network, no thread of it can answer.
START_LIMIT = 120.0
RETRY = 0.03
REJOINING = 90.0  # seconds for them to be there again: each imports torch

E = TypeVar("E", bound=AnyEvent)


class EngineUnreachable(Exception):
    """No engine answers and none could be started; the message says why and where its output is."""


class CommandRefused(Exception):
    """The engine's reason for not carrying out a command."""


class EngineStale(CommandRefused):
    """A new engine would carry it out: this one was changed by a user's own network."""


def refusal(event: CommandFailed) -> CommandRefused:
    return EngineStale(event.reason) if event.renew else CommandRefused(event.reason)


class EngineClient:
    """A connection to an engine. `events()` yields everything that is not the answer to a `request`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, welcome: Welcome) -> None:
        self.welcome = welcome
        self._reader = reader
        self._writer = writer
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Queue[AnyEvent]] = {}

    @property
    def foreign(self) -> bool:
        """Whether the engine is of another version: it can be watched, asked for its status, and shut down."""
        return self.welcome.protocol != PROTOCOL

    @classmethod
    async def connect(cls, checkpoints: Path, *, any_version: bool = False) -> Self:
        """Attach to the engine that serves a folder of runs. Raises OSError when there is none.

        Raises ProtocolError when what answers is no engine, or one of another protocol and `any_version` does not
        allow that (see `foreign`), and PathError for an unsafe state folder.
        """
        path = engine_socket(checkpoints)
        with address(path) as way:
            reader, writer = await asyncio.open_unix_connection(way, limit=2 * MAX_LINE)
        try:
            return await cls._greet(path, reader, writer, any_version)
        except BaseException:
            writer.close()
            raise

    @classmethod
    async def _greet(
        cls, path: Path, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, any_version: bool
    ) -> Self:
        user = peer_uid(writer.get_extra_info("socket"))
        if user not in (None, os.getuid()):
            raise PathError(f"{path}: user {user} answers there, not you; remove it, or set XDG_STATE_HOME")
        writer.write(encode(Hello(protocol=PROTOCOL, version=program_version())))
        line = await asyncio.wait_for(reader.readline(), START_LIMIT)
        if not line:
            raise ConnectionResetError("the engine closed the connection")
        welcome = decode_event(line)
        if not isinstance(welcome, Welcome):
            raise ProtocolError(f"the engine began with {type(welcome).__name__}")
        client = cls(reader, writer, welcome)
        if client.foreign and not any_version:
            raise ProtocolError(
                f"the engine (pid {welcome.pid}) has version {welcome.version}, this program {program_version()}, and"
                " they do not understand each other; `mnist-tui engine stop` saves its run and ends it"
            )
        return client

    @classmethod
    async def connect_or_start(
        cls,
        checkpoints: Path,
        *,
        data: str = "",
        idle_exit: float = 900,
        any_version: bool = False,
        processes: int | None = None,
    ) -> Self:
        """Attach to the engine of a folder of runs, starting one if there is none. Raises EngineUnreachable.

        With `processes` it is an engine of so many; one that has another number and nothing to do makes way for it.
        """
        process: subprocess.Popen[bytes] | None = None
        output = Tail(engine_log(checkpoints))
        deadline = asyncio.get_running_loop().time() + START_LIMIT
        while asyncio.get_running_loop().time() < deadline:
            with contextlib.suppress(OSError):
                client = await cls.connect(checkpoints, any_version=any_version)
                if processes not in (None, client.welcome.processes) and not client.foreign:
                    await client.make_way(processes)
                    while engine_is_running(checkpoints):  # noqa: ASYNC110  (another process; it has no event to await)
                        await asyncio.sleep(RETRY)
                    continue
                if process is not None and process.pid != client.welcome.pid and client.welcome.processes == 1:
                    process.terminate()  # it came second; later it might find the seat free, and wait there for nobody
                return client
            # An engine that found another one at work has ended rightly. That other one will answer, unless it
            # is just ending: then it is our turn again.
            if process is None or process.poll() == ALREADY_SERVED:
                await asyncio.to_thread(precaution)  # asks systemd, and remembers the answer
                process = start_engine(checkpoints, data, idle_exit, processes or 1)
            elif process.returncode is not None:
                break
            await asyncio.sleep(RETRY)
        raise EngineUnreachable(
            f"{failure(process, output.read())}; the engine's output is in {engine_log(checkpoints)}"
        )

    async def rejoin(self, patience: float = 0.0) -> Self:
        """Attach again to an engine of several processes that torchrun starts anew, once one of them was lost; or,
        for `patience` seconds, to whichever takes the place of this one.

        Raises EngineUnreachable when it is not there again within REJOINING seconds, or has only one process.
        """
        if not patience and self.welcome.processes > 1:
            patience = REJOINING
        deadline = asyncio.get_running_loop().time() + patience
        while patience and asyncio.get_running_loop().time() < deadline:
            with contextlib.suppress(OSError):
                return await self.connect(Path(self.welcome.checkpoints))
            await asyncio.sleep(RETRY)
        raise EngineUnreachable("the engine ended; `mnist-tui engine log` shows its last words")

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
                    yield event
        except (ConnectionError, ValueError):
            return
        finally:
            for answers in self._waiting.values():
                answers.put_nowait(CommandFailed(reason="the connection to the engine was lost"))

    def send(self, command: Command) -> None:
        """Send a command whose answer, if any, comes with the events."""
        self._writer.write(encode(command))

    async def request(self, command: Command, kind: type[E]) -> E:
        """Send a command and return its answer. Raises CommandRefused. Needs `events()` to be read meanwhile."""
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
            raise ProtocolError(f"{type(event).__name__} is no answer to {type(command).__name__}")
        return event

    async def make_way(self, processes: int | None) -> None:
        """End an engine that has another number of processes and nothing to do. Raises EngineUnreachable."""

        async def read() -> None:
            async for _ in self.events():
                pass

        reading = asyncio.create_task(read())
        status = await self.request(AskStatus(), StatusTold)
        if status.state not in ("idle", "starting"):
            await self.close()
            raise EngineUnreachable(
                f"the engine has {self.welcome.processes} processes, not {processes}, and is {status.state}"
                f" {status.run}; stop that run first, or leave out --processes"
            )
        await self.request(Shutdown(), CommandDone)
        await reading

    async def close(self) -> None:
        self._writer.close()
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            await self._writer.wait_closed()


def start_engine(checkpoints: Path, data: str, idle_exit: float, processes: int = 1) -> "subprocess.Popen[bytes]":
    """Start an engine in a session of its own, so that no hang-up of this terminal reaches it, nor a logout.

    Several processes are started by torchrun, which starts all of them again when one is lost.
    Raises EngineUnreachable.
    """
    command = ["-m", "engine", "--checkpoints", str(checkpoints), "--idle-exit", str(idle_exit)]
    if data:
        command += ["--data", data]
    try:
        checkpoints.mkdir(parents=True, exist_ok=True)
        torchrun, variables = launcher(processes, checkpoints)
        with open(engine_log(checkpoints), "ab") as log:
            return subprocess.Popen(
                [*precaution().prefix, sys.executable, *torchrun, *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={**engine_environment(), **variables},
            )
    except OSError as error:
        raise EngineUnreachable(
            f"{error.filename or checkpoints}: cannot be used ({error.strerror}), so that no engine can be started;"
            " name another folder of runs with --checkpoints"
        ) from error


def failure(process: "subprocess.Popen[bytes] | None", output: list[str]) -> str:
    """Say why an engine that was started does not answer."""
    status = process.poll() if process is not None else None
    if status is None or status == ALREADY_SERVED:
        return f"an engine is there, but has not answered for {START_LIMIT:.0f} s"
    words = next((line.strip() for line in reversed(output) if line.strip()), "")
    return f"the engine did not start (exit status {status}): {words.removeprefix('mnist-tui engine: ')}"


def engine_environment() -> dict[str, str]:
    """Return the environment in which `python -m engine` finds the same engine as this program."""
    root = str(Path(__file__).resolve().parent.parent)
    path = os.environ.get("PYTHONPATH")
    # Threads of OpenMP that wait for each other spin by default; where somebody else needs a core as well, that
    # slows training down by a factor of up to 25. Short spinning costs nothing where nobody does.
    spinning = {} if "OMP_WAIT_POLICY" in os.environ else {"GOMP_SPINCOUNT": "10000"}
    search = f"{root}{os.pathsep}{path}" if path else root
    # `python -m` would look into the present folder before all others: a numpy.py there is nobody's wish.
    return {**spinning, **os.environ, "PYTHONPATH": search, "PYTHONSAFEPATH": "1", "PYTHONUNBUFFERED": "1"}


def engine_is_running(checkpoints: Path) -> bool:
    """Tell, without talking to it, whether an engine serves a folder of runs. Raises PathError."""
    return is_held(engine_lock(checkpoints)) or is_held(checkpoints)
