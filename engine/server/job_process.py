"""What a process does that trains beside others: a whole worker, with a pipe to the engine in the place of clients.

When the pipe ends, so does the engine, however that came: what is trained is then saved, and the process ends.
"""

import contextlib
import os
import signal
import sys
import threading
from multiprocessing.connection import Connection
from pathlib import Path

from engine.machine.threads import limit_threads
from engine.server.worker.command_loop import Worker
from engine.storage.printing import say_traceback
from engine.vocabulary.messages import AnyEvent, QueuedRun, RunEvent, Shutdown, decode_command, encode

ALONE = 30.0  # seconds to save and end once the engine is gone


class Pipe:
    """Where events go, and answers: to the engine, in order, from whatever thread they come."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._guard = threading.Lock()

    def publish(self, event: AnyEvent) -> None:
        with self._guard, contextlib.suppress(OSError):  # the engine is gone, and `listen` ends this process
            self._connection.send_bytes(encode(event))

    def replace_history(self, events: list[RunEvent]) -> None: ...


class JobWorker(Worker):
    """A worker to which the waiting runs are no matter: the engine begins them."""

    @property
    def next_queued(self) -> QueuedRun | None:
        return None

    def tell_traces(self) -> None:
        """The engine hears of it when the next run is refused, and starts another process."""


def train_beside(checkpoints: str, connection: Connection) -> None:
    """Do what the engine asks for, until it says that this is all."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    pipe = Pipe(connection)
    status = 0
    try:
        limit_threads()
        worker = JobWorker(Path(checkpoints), pipe)
        signal.signal(signal.SIGTERM, lambda *_: worker.terminate())
        threading.Thread(target=listen, args=(connection, worker, pipe), name="engine", daemon=True).start()
        worker.serve()
    except BaseException:
        say_traceback()
        status = 1
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(status)  # threads and exit handlers of a user's own network hold nothing up


def listen(connection: Connection, worker: Worker, pipe: Pipe) -> None:
    """Take commands until the pipe ends, and see that this process then ends too."""
    try:
        while True:
            worker.submit(decode_command(connection.recv_bytes()), pipe.publish)
    except (EOFError, OSError):
        pass
    worker.submit(Shutdown(force=True), lambda event: None)
    timer = threading.Timer(ALONE, os._exit, [1])
    timer.daemon = True
    timer.start()
