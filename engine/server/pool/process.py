"""A process that trains beside others, and the pipe to it.

They come from one process that has imported torch and done nothing else: the next one is there at once, and they share
the memory of libraries. The engine itself is not forked: its threads, those of OpenMP and CUDA would not survive it
(https://docs.python.org/3/library/multiprocessing.html#contexts-and-start-methods).
"""

import multiprocessing
import signal
import threading
from collections.abc import Callable
from functools import partial
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Protocol

from engine.vocabulary.messages import AnyCommand, AnyEvent, decode_event, encode

Main = Callable[[str, Connection], None]  # what such a process does, with the folder of runs and its end of the pipe
JOB_PROCESS = "engine.server.job_process"
LEAVING = 2.0  # seconds from the end of a pipe to that of its process


class JobProcess(Protocol):
    """A process to which commands go; `end_reason` says how it ended."""

    @property
    def pid(self) -> int: ...

    @property
    def end_reason(self) -> str: ...

    def send(self, command: AnyCommand) -> None: ...

    def kill(self) -> None: ...

    def wait(self, seconds: float) -> bool: ...


Hear = Callable[[AnyEvent], None]
Start = Callable[[Hear, Callable[[], None]], JobProcess]  # what hears its events, and what is called at its end


def prepare(main: str = JOB_PROCESS) -> None:
    """Begin to import what such a process needs, the module `main` first of all, while something else is done."""
    forkserver.set_forkserver_preload([main])
    forkserver.ensure_running()


class ForkedProcess:
    """`hear` is called with each event, `gone` once it has ended, both in a thread of this process's own."""

    def __init__(self, main: Main, checkpoints: Path, hear: Hear, gone: Callable[[], None]) -> None:
        prepare(main.__module__)
        context = multiprocessing.get_context("forkserver")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=main, args=(str(checkpoints), theirs), daemon=True)
        self._process.start()
        theirs.close()  # the end of the process is then the end of the pipe
        self._hear = hear
        self._gone = gone
        threading.Thread(target=self._listen, name=f"job {self.pid}", daemon=True).start()

    @classmethod
    def starter(cls, main: Main, checkpoints: Path) -> Start:
        return partial(cls, main, checkpoints)

    @property
    def pid(self) -> int:
        return self._process.pid or 0

    @property
    def end_reason(self) -> str:
        status = self._process.exitcode
        if status is None:
            return "it no longer answered"
        try:
            return f"it was ended by {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
        except ValueError:
            return f"it was ended by signal {-status}"

    def send(self, command: AnyCommand) -> None:
        """Raises OSError when it is gone; `gone` is then called, too."""
        self._pipe.send_bytes(encode(command))

    def kill(self) -> None:
        self._process.kill()

    def wait(self, seconds: float) -> bool:
        """Tell whether it has ended within so many seconds."""
        self._process.join(seconds)
        return self._process.exitcode is not None

    def _listen(self) -> None:
        try:
            while True:
                self._hear(decode_event(self._pipe.recv_bytes()))
        except (EOFError, OSError):
            self._process.join(LEAVING)
        finally:
            self._gone()
