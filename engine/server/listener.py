"""The socket of the engine: clients come and go, the worker never waits for one.

An asyncio thread. A new client, and one that lagged too far behind, is up to date with one Snapshot.
"""

import asyncio
import contextlib
import os
import socket
import threading
import time
from collections.abc import Coroutine
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from engine.machine.activity import PULSE
from engine.machine.torchrun import agent, end_group, world_size
from engine.machine.unix_socket import peer_uid
from engine.server.connection import Connection
from engine.server.hang_watch import FORCED, GRACE, HANGING, TERMINATED, HangWatch
from engine.server.protocols import Reply, WorkerPort
from engine.server.snapshot import PRINTED, EngineState
from engine.storage.engine_log import EngineLog
from engine.storage.files import in_words
from engine.storage.growing_file import GrowingFile
from engine.storage.runs.bounded_history import History, parts
from engine.storage.runs.event_log import EventReader
from engine.storage.runs.folders import RunError, find_run
from engine.storage.runs.listing import list_runs, summarize
from engine.vocabulary.messages import (
    MAX_LINE,
    PROTOCOL,
    STABLE_COMMANDS,
    AnyCommand,
    AnyEvent,
    AskStatus,
    CommandDone,
    CommandFailed,
    Hello,
    ListRuns,
    OpenRun,
    Printed,
    ProtocolError,
    RunEnded,
    RunEvent,
    RunOpened,
    RunsListed,
    Shutdown,
    Snapshot,
    StatusTold,
    Stop,
    StudyEnded,
    Welcome,
    decode_command,
    encode,
)

LOG_EVERY = 0.5  # seconds between two looks at the engine's output
HELLO_PATIENCE = 10.0  # seconds for a client to say who it is
MOST_SILENT = 64  # clients that have not said so; of more, the first is dropped
MOST_CLIENTS = 256  # attached at once: files that the run needs must stay within the system's limit
BACKLOG = 1024  # connections that wait to be accepted


class Server:
    """Clients, and the state of the engine as events."""

    def __init__(self, checkpoints: Path, version: str, idle_exit: float) -> None:
        self.checkpoints = checkpoints
        self.version = version
        self.idle_exit = idle_exit
        self.clients: set[Connection] = set()
        self.silent: dict[Connection, None] = {}  # those that have not said who they are, in the order they came
        self.state = EngineState()
        self.output: GrowingFile | None = None  # what the engine prints
        self.loop = asyncio.new_event_loop()
        self.worker: WorkerPort | None = None
        self.early: list[tuple[AnyCommand, Reply]] = []  # commands that came before torch was imported
        self.hang_watch = HangWatch(self)

    # --------------------------------------------------- called by the worker

    def employ(self, worker: WorkerPort) -> None:
        """Pass commands to this worker from now on, those that came early first."""

        def employ() -> None:
            self.worker = worker
            for command, reply in self.early:
                worker.submit(command, reply)
            self.early.clear()

        self.loop.call_soon_threadsafe(employ)

    def publish(self, event: AnyEvent) -> None:
        """Take an event from the worker's thread; returns at once."""
        if isinstance(event, RunEnded | StudyEnded):  # what was printed belongs to it, and comes before it
            self.tell_output()
        self.loop.call_soon_threadsafe(self._publish, event)

    def tell_output(self) -> None:
        """Publish what the engine has printed since the last time; called from any thread."""
        if self.output is not None and (lines := self.output.new_lines()):
            self.loop.call_soon_threadsafe(self._publish, Printed(lines=lines[-PRINTED:]))

    def replace_history(self, events: list[RunEvent]) -> None:
        """Begin with the history of a resumed run; every screen gets a new snapshot."""

        def replace() -> None:
            self.state.history = History(events)
            for client in self.clients:
                self._send_snapshot(client)

        self.loop.call_soon_threadsafe(replace)

    def _publish(self, event: AnyEvent) -> None:
        self.state.apply(event)
        for client in self.clients:
            if not client.send(event):
                client.forget_news()
                self._send_snapshot(client)

    def flush(self, patience: float = 1.0) -> None:
        """Give clients a moment to take what is left for them; called by the worker's thread at the end."""

        with contextlib.suppress(TimeoutError):
            emptied = asyncio.wait_for(self.emptied(), patience)
            asyncio.run_coroutine_threadsafe(emptied, self.loop).result(patience + 1)

    async def emptied(self) -> None:
        """Wait until clients have been sent all that was for them."""
        while any(client.outbox for client in self.clients):  # noqa: ASYNC110  (ends the process, once)
            await asyncio.sleep(0.01)

    # ----------------------------------------------------------------- clients

    async def serve(self, listener: socket.socket) -> None:
        server = await asyncio.start_unix_server(self._attend, sock=listener, limit=MAX_LINE, backlog=BACKLOG)
        async with server:
            await server.serve_forever()

    async def _attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client until it leaves or breaks the protocol; neither disturbs anybody else."""
        client = Connection(writer)
        self.silent[client] = None
        if len(self.silent) > MOST_SILENT:
            oldest = next(iter(self.silent))
            del self.silent[oldest]
            oldest.writer.transport.abort()
        try:
            if peer_uid(writer.get_extra_info("socket")) not in (None, os.getuid()):
                return
            hello = decode_command(await asyncio.wait_for(reader.readline(), HELLO_PATIENCE))
            self.silent.pop(client, None)
            if not isinstance(hello, Hello):
                raise ProtocolError("the first line was not a Hello")
            if len(self.clients) >= MOST_CLIENTS:
                writer.write(encode(CommandFailed(reason=f"{MOST_CLIENTS} programs are attached to it; close some")))
                return
            client.send(
                Welcome(
                    protocol=PROTOCOL,
                    version=self.version,
                    pid=os.getpid(),
                    checkpoints=str(self.checkpoints),
                    processes=world_size(),
                    agent=agent(),
                )
            )
            self._send_snapshot(client)
            self.clients.add(client)
            await first_to_end(client.drain(), self._listen(reader, client, hello))
        except ProtocolError as error:
            writer.write(encode(CommandFailed(reason=f"this is not the engine's protocol: {error}"[:500])))
        except (ConnectionError, TimeoutError, ValueError):
            pass  # ValueError: a line over the limit
        finally:
            self.silent.pop(client, None)
            self.clients.discard(client)
            writer.close()

    async def _listen(self, reader: asyncio.StreamReader, client: Connection, hello: Hello) -> None:
        while line := await reader.readline():
            await client.questions.acquire()
            if hello.protocol == PROTOCOL:
                await self._receive(decode_command(line), client)
            else:
                await self._receive_from_other_version(line, client, hello)

    async def _receive_from_other_version(self, line: bytes, client: Connection, hello: Hello) -> None:
        """Another version may look, ask, and end the engine; what else its commands mean here, nobody knows."""
        try:
            command = decode_command(line)
        except ProtocolError:
            command = None
        if isinstance(command, STABLE_COMMANDS):
            await self._receive(command, client)
        else:
            reason = f"the engine has version {self.version}, this screen {hello.version}: it can only watch or stop it"
            client.answer(CommandFailed(reason=reason, reply_to=command.id if command else 0))

    async def _receive(self, command: AnyCommand, client: Connection) -> None:
        """Answer what needs no torch here, and pass the rest to the worker."""
        match command:
            case AskStatus():
                client.answer(msgspec.structs.replace(self._status(), reply_to=command.id))
            case ListRuns():
                runs = await asyncio.to_thread(list_runs, self.checkpoints, live=self._live_run())
                lists = list(parts(runs))
                for i, some in enumerate(lists):
                    last = i == len(lists) - 1
                    client.answer(RunsListed(runs=some, first=i == 0, last=last, reply_to=command.id), last=last)
            case OpenRun():
                try:
                    opened = await asyncio.to_thread(self._open_run, command.run)
                except (RunError, OSError) as error:
                    client.answer(CommandFailed(reason=in_words(error), reply_to=command.id))
                else:
                    for part in opened:
                        client.answer(msgspec.structs.replace(part, reply_to=command.id), last=part.last)
            case Shutdown() if self.worker is None:
                client.answer(CommandDone(reply_to=command.id))
                await asyncio.to_thread(self.flush)
                end_group()
                os._exit(0)  # torch is still being imported: nothing to save yet
            case _:
                ending = None
                if isinstance(command, Stop | Shutdown):
                    ending = self.hang_watch.expect(FORCED if command.force else None)

                def reply(event: AnyEvent) -> None:
                    if isinstance(event, CommandFailed):
                        self.tell_output()
                    if ending is not None:
                        leaving = isinstance(command, Shutdown) and not isinstance(event, CommandFailed)
                        self.loop.call_soon_threadsafe(partial(self.hang_watch.fulfil, ending, leaving=leaving))
                    self.loop.call_soon_threadsafe(client.answer, event)

                if self.worker is not None:
                    self.worker.submit(command, reply)
                else:
                    self.early.append((command, reply))

    def _status(self) -> StatusTold:
        told = self.state.status(len(self.clients), busy=self.worker is not None and self.worker.busy)
        run, step, unsaved = self.live
        return msgspec.structs.replace(
            told,
            step=step if run and run == told.run else told.step,
            doing=PULSE.doing or (self.worker.waits_for if self.worker is not None else ""),
            stalled=round(self.hang_watch.stalled, 1),
            unsaved=unsaved,
        )

    @property
    def live(self) -> tuple[str, int, int]:
        """The run in progress ("" for none), its step, and how many of its steps no checkpoint has."""
        return self.worker.live_steps if self.worker is not None else ("", 0, 0)

    def terminate(self) -> None:
        """See that the engine ends after a SIGTERM; a second one hurries. The training thread takes it as well."""
        again = bool(self.hang_watch.endings)
        self.hang_watch.expect(FORCED if again else min(GRACE, max(TERMINATED, HANGING * PULSE.usual)))

    def tell(self, event: AnyEvent) -> None:
        """Take an event from this thread."""
        self._publish(event)

    def _live_run(self) -> str:
        return self.worker.live_run if self.worker is not None else ""

    def _open_run(self, name: str) -> list[RunOpened]:
        folder = find_run(self.checkpoints, name)
        reader = EventReader(folder)
        lists = list(parts(History(reader).events))
        summary = summarize(folder, live=self._live_run())
        return [
            RunOpened(summary=summary, history=part, skipped=reader.skipped, first=i == 0, last=i == len(lists) - 1)
            for i, part in enumerate(lists)
        ]

    def _send_snapshot(self, client: Connection) -> None:
        lists = list(parts(self.state.events))
        for i, part in enumerate(lists):
            client.send(Snapshot(events=part, first=i == 0, last=i == len(lists) - 1))

    # ------------------------------------------------------------- background

    async def watch_output(self, log: Path) -> None:
        """Show every screen what the engine process prints, warnings of torch among it."""
        self.output = GrowingFile(log)
        kept = EngineLog(log)
        while True:
            await asyncio.sleep(LOG_EVERY)
            await asyncio.to_thread(self.tell_output)
            with contextlib.suppress(OSError):
                await asyncio.to_thread(kept.rotate)

    async def watch_idleness(self) -> None:
        """End an engine that has had nobody and nothing to do for a while."""
        idle_since = time.monotonic()
        while True:
            await asyncio.sleep(min(1.0, self.idle_exit))
            if self.clients or self.worker is None or self.worker.busy:
                idle_since = time.monotonic()
            elif time.monotonic() - idle_since >= self.idle_exit:
                self.worker.submit(Shutdown(), lambda event: None)
                return


async def first_to_end(*coroutines: Coroutine[Any, Any, None]) -> None:
    """Run coroutines until one ends, and end the others. Raises what that one raised."""
    tasks = [asyncio.create_task(coroutine) for coroutine in coroutines]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
    for task in done:
        task.result()


def start_in_thread(server: Server, listener: socket.socket, log: Path) -> None:
    """Run the server's loop in a thread of its own."""

    async def main() -> None:
        await asyncio.gather(
            server.serve(listener), server.watch_output(log), server.watch_idleness(), server.hang_watch.watch()
        )

    def run() -> None:
        asyncio.set_event_loop(server.loop)
        server.loop.run_until_complete(main())

    threading.Thread(target=run, name="server", daemon=True).start()
