"""The socket of the engine: clients come and go, the worker never waits for one.

An asyncio thread. A new client, and one that lagged too far behind, is up to date with one Snapshot.
"""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from engine.machine.torchrun import agent, world_size
from engine.machine.unix_socket import peer_uid
from engine.server.broadcast import Broadcast
from engine.server.command_router import CommandRouter
from engine.server.connection import Connection
from engine.storage.engine_log import EngineLog
from engine.storage.growing_file import GrowingFile
from engine.vocabulary.messages import (
    MAX_LINE,
    PROTOCOL,
    STABLE_COMMANDS,
    CommandFailed,
    Hello,
    ProtocolError,
    Shutdown,
    Welcome,
    decode_command,
    encode,
)

LOG_EVERY = 0.5  # seconds between two looks at the engine's output
HELLO_PATIENCE = 10.0  # seconds for a client to say who it is
MOST_SILENT = 64  # clients that have not said so; of more, the first is dropped
MOST_CLIENTS = 256  # attached at once: files that the run needs must stay within the system's limit
BACKLOG = 1024  # connections that wait to be accepted
# From Python 3.13 on asyncio looks for the socket by its address, which a long path has had only while it was bound.
KEEPS_SOCKET: dict[str, Any] = {"cleanup_socket": False} if sys.version_info >= (3, 13) else {}


class Server:
    """Attends to clients; the rest of the server's thread."""

    def __init__(self, checkpoints: Path, version: str, idle_exit: float, loop: asyncio.AbstractEventLoop) -> None:
        self.checkpoints = checkpoints
        self.version = version
        self.idle_exit = idle_exit
        self.loop = loop
        self.silent: dict[Connection, None] = {}  # those that have not said who they are, in the order they came
        self.broadcast = Broadcast(loop)
        self.router = CommandRouter(checkpoints, self.broadcast)

    # ----------------------------------------------------------------- clients

    async def serve(self, listener: socket.socket) -> None:
        server = await asyncio.start_unix_server(
            self._attend, sock=listener, limit=MAX_LINE, backlog=BACKLOG, **KEEPS_SOCKET
        )
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
            client.several = hello.several
            if len(self.broadcast.clients) >= MOST_CLIENTS:
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
            self.broadcast.send_snapshot(client)
            self.broadcast.clients.add(client)
            await first_to_end(client.drain(), self._listen(reader, client, hello))
        except ProtocolError as error:
            writer.write(encode(CommandFailed(reason=f"this is not the engine's protocol: {error}"[:500])))
        except (ConnectionError, TimeoutError, ValueError):
            pass  # ValueError: a line over the limit
        finally:
            self.silent.pop(client, None)
            self.broadcast.clients.discard(client)
            writer.close()

    async def _listen(self, reader: asyncio.StreamReader, client: Connection, hello: Hello) -> None:
        while line := await reader.readline():
            await client.questions.acquire()
            if hello.protocol == PROTOCOL:
                await self.router.receive(decode_command(line), client)
            else:
                await self._receive_from_other_version(line, client, hello)

    async def _receive_from_other_version(self, line: bytes, client: Connection, hello: Hello) -> None:
        """Another version may look, ask, and end the engine; what else its commands mean here, nobody knows."""
        try:
            command = decode_command(line)
        except ProtocolError:
            command = None
        if isinstance(command, STABLE_COMMANDS):
            await self.router.receive(command, client)
        else:
            reason = f"the engine has version {self.version}, this screen {hello.version}: it can only watch or stop it"
            client.answer(CommandFailed(reason=reason, reply_to=command.id if command else 0))

    # ------------------------------------------------------------- background

    async def watch_output(self, log: Path) -> None:
        """Show every screen what the engine process prints, warnings of torch among it."""
        self.broadcast.output = GrowingFile(log)
        kept = EngineLog(log)
        while True:
            await asyncio.sleep(LOG_EVERY)
            await asyncio.to_thread(self.broadcast.tell_output)
            with contextlib.suppress(OSError):
                await asyncio.to_thread(kept.rotate)

    async def watch_idleness(self) -> None:
        """End an engine that has had nobody and nothing to do for a while."""
        idle_since = time.monotonic()
        while True:
            await asyncio.sleep(min(1.0, self.idle_exit))
            worker = self.router.worker
            if self.broadcast.clients or worker is None or worker.busy:
                idle_since = time.monotonic()
            elif time.monotonic() - idle_since >= self.idle_exit:
                worker.submit(Shutdown(), lambda event: None)
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
    """Run the server's loop in a thread of its own. Should it fail, the engine saves its run and ends: nobody could
    reach it any more, and no other can take its place while it is there."""

    async def main() -> None:
        await asyncio.gather(
            server.serve(listener), server.watch_output(log), server.watch_idleness(), server.router.hang_watch.watch()
        )

    def run() -> None:
        asyncio.set_event_loop(server.loop)
        try:
            server.loop.run_until_complete(main())
        except Exception:
            traceback.print_exc()
            os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=run, name="server", daemon=True).start()
