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

from engine.machine.process_identity import start_of
from engine.machine.torchrun import without_job
from engine.machine.unix_socket import NOBODY, address, peer_uid
from engine.storage.engine_log import open_log
from engine.storage.file_lock import is_held
from engine.storage.growing_file import GrowingFile
from engine.storage.paths import PathError, engine_lock, engine_log, engine_socket
from engine.vocabulary.messages import (
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
from tui.link.logout import precaution
from tui.link.torchrun import launcher
from tui.link.waiting import (
    NOTICE,
    START_LIMIT,
    STARTING,
    Notice,
    Waited,
    holder,
    is_given_up,
    is_there,
    keep_silent,
    patiently,
    silence,
)

RETRY = 0.03
RETRY_LATER = 0.25  # once it is clear that it takes longer
CROWDED = 20.0  # seconds for an engine to accept a connection while many others ask for one
REJOINING = 90.0  # seconds for them to be there again: each imports torch
CLOSING = 1.0  # seconds for what was sent last to be taken
LOST = "the connection to the engine was lost"

E = TypeVar("E", bound=AnyEvent)


class EngineUnreachable(Exception):
    """No engine answers and none could be started; the message says why and where its output is."""


class EngineSilent(EngineUnreachable):
    """An engine is there, and does not answer: none is started in its place."""


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
        notice: Notice = keep_silent,
        after: float | None = None,
    ) -> Self:
        """Attach to the engine that serves a folder of runs. Raises OSError when there is none.

        Raises ProtocolError when what answers is no engine, or one of another protocol and `any_version` does not
        allow that (see `foreign`), PathError for an unsafe state folder, and EngineSilent when there is no answer
        for `limit` seconds; `notice` is told before that what is waited for.
        """
        path = engine_socket(checkpoints)
        reader, writer = await open_connection(path)

        def late(seconds: float) -> None:
            who = holder(checkpoints)
            if is_given_up(who, seconds, limit):
                raise EngineSilent(silence(checkpoints, who, seconds))
            if who.halted or seconds >= (NOTICE if after is None else after):
                notice(f"waiting for the engine ({who}), which does not answer")

        try:
            return await patiently(cls._greet(path, reader, writer, any_version), late)
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
        writer.write(encode(Hello(protocol=PROTOCOL, version=program_version())))
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

    @classmethod
    async def connect_or_start(
        cls,
        checkpoints: Path,
        *,
        data: str = "",
        idle_exit: float = 900,
        any_version: bool = False,
        processes: int | None = None,
        notice: Notice = keep_silent,
    ) -> Self:
        """Attach to the engine of a folder of runs, starting one if there is none. Raises EngineUnreachable.

        With `processes` it is an engine of so many; one that has another number and nothing to do makes way for it.
        None is started while another one holds the folder of runs, whether that one answers or not: `notice` is told
        what is waited for.
        """
        process: subprocess.Popen[bytes] | None = None
        output = GrowingFile(engine_log(checkpoints))
        waited = Waited()
        while waited.look() < START_LIMIT:
            with contextlib.suppress(OSError):
                client = await cls.connect(
                    checkpoints,
                    any_version=any_version,
                    limit=START_LIMIT - waited.seconds,
                    notice=notice,
                    after=NOTICE if process is None else STARTING,
                )
                if processes not in (None, client.welcome.processes) and not client.foreign:
                    await client.make_way(processes, notice)
                    await until_gone(checkpoints, notice)
                    continue
                if process is not None and process.pid != client.welcome.pid and client.welcome.processes == 1:
                    process.terminate()  # it came second; later it might find the seat free, and wait there for nobody
                return client
            # An engine that found another one at work has ended rightly. That other one will answer, unless it
            # is just ending: then it is our turn again.
            if process is None or process.poll() == ALREADY_SERVED:
                if not is_there(checkpoints):
                    await asyncio.to_thread(precaution)  # asks systemd, and remembers the answer
                    process = start_engine(checkpoints, data, idle_exit, processes or 1)
                elif waited.seconds >= NOTICE:
                    who = holder(checkpoints)
                    if is_given_up(who, waited.seconds, START_LIMIT):
                        raise EngineSilent(silence(checkpoints, who, waited.seconds))
                    notice(f"waiting for the engine ({who}), which holds {checkpoints} and does not answer")
            elif process.returncode is not None:
                break
            elif waited.seconds >= STARTING:
                notice(f"waiting for the engine (pid {process.pid}), which is starting")
            await asyncio.sleep(RETRY if waited.seconds < NOTICE else RETRY_LATER)
        if is_there(checkpoints) and (process is None or process.poll() in (None, ALREADY_SERVED)):
            raise EngineSilent(silence(checkpoints, holder(checkpoints), waited.seconds))
        raise EngineUnreachable(
            f"{failure(process, output.new_lines())}; the engine's output is in {engine_log(checkpoints)}"
        )

    async def rejoin(self, notice: Notice = keep_silent, patience: float = 0.0) -> Self:
        """Attach again to an engine of several processes that torchrun starts anew, once one of them was lost; or,
        for `patience` seconds, to whichever takes the place of this one.

        Raises EngineUnreachable when it is not there again within REJOINING seconds, when the torchrun that would
        start it is gone, or when it has only one process.
        """
        if not patience and self.welcome.processes > 1:
            patience = REJOINING
        waited = Waited()
        while waited.look() < patience:
            with contextlib.suppress(OSError):
                return await self.connect(Path(self.welcome.checkpoints), notice=notice)
            if waited.seconds >= NOTICE and self.welcome.processes > 1:
                notice(f"waiting for the engine's {self.welcome.processes} processes to start again")
                if await asyncio.to_thread(self._agent_is_gone):
                    break
            await asyncio.sleep(RETRY if waited.seconds < NOTICE else RETRY_LATER)
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

    async def make_way(self, processes: int | None, notice: Notice = keep_silent) -> None:
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

        async def end() -> None:
            await self.request(Shutdown(), CommandDone)
            await reading

        await patiently(end(), lambda seconds: notice(f"waiting for the engine (pid {self.welcome.pid}) to end"))

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
        with open_log(engine_log(checkpoints)) as log:
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
            f"{error.filename or checkpoints}: cannot be used ({error.strerror}), so no engine can start;"
            " use another folder of runs with --checkpoints"
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
    root = str(Path(__file__).resolve().parents[2])
    path = os.environ.get("PYTHONPATH")
    # Threads of OpenMP that wait for each other spin by default; where somebody else needs a core as well, that
    # slows training down by a factor of up to 25. Short spinning costs nothing where nobody does.
    spinning = {} if "OMP_WAIT_POLICY" in os.environ else {"GOMP_SPINCOUNT": "10000"}
    search = f"{root}{os.pathsep}{path}" if path else root
    # `python -m` would look into the present folder before all others: a numpy.py there is nobody's wish.
    return {**spinning, **without_job(os.environ), "PYTHONPATH": search, "PYTHONSAFEPATH": "1", "PYTHONUNBUFFERED": "1"}


async def until_gone(checkpoints: Path, notice: Notice = keep_silent) -> None:
    """Wait until no engine serves a folder of runs any more. Raises EngineSilent when that does not come."""
    waited = Waited()
    while engine_is_running(checkpoints):
        await asyncio.sleep(RETRY)  # another process: it has no event to await
        who = holder(checkpoints)
        if is_given_up(who, waited.look(), START_LIMIT):
            raise EngineSilent(silence(checkpoints, who, waited.seconds))
        if waited.seconds >= NOTICE:
            notice(f"waiting for the engine ({who}) to end")


def engine_is_running(checkpoints: Path) -> bool:
    """Tell, without talking to it, whether an engine serves a folder of runs. Raises PathError."""
    return is_held(engine_lock(checkpoints)) or is_held(checkpoints)
