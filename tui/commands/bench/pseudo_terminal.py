"""A screen in its own pseudo-terminal, for the measurements."""

import contextlib
import fcntl
import os
import pty
import signal
import struct
import sys
import termios
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from tui.commands.bench.picture import Picture
from tui.link.errors import CommandRefused
from tui.link.start import engine_environment

COLUMNS, LINES = 120, 36
FRAME_TIMEOUT = 60.0  # seconds
STARTED = "from tui.__main__ import main; main()"  # as the command does
HEAD = 65536  # bytes of what a screen draws first that are kept


class Screen:
    """`mnist-tui`, or another program, in a pseudo-terminal; a thread takes what it draws."""

    def __init__(self, checkpoints: Path | None, *, program: str = STARTED) -> None:
        self.bytes = 0
        self.head = b""
        self.picture = Picture(COLUMNS, LINES)
        self.answered = threading.Event()  # set whenever it draws
        self.began = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
            options = ["--checkpoints", str(checkpoints), "--no-notify"] if checkpoints is not None else []
            command = [sys.executable, "-c", program, *options]
            os.execvpe(command[0], command, {**engine_environment(), "TERM": "xterm-256color"})
        self._taking = threading.Thread(target=self._take, daemon=True)
        self._taking.start()

    def _take(self) -> None:
        with contextlib.suppress(OSError):
            while data := os.read(self.fd, 65536):
                self.bytes += len(data)
                self.picture.take(data)
                if len(self.head) < HEAD:
                    self.head += data
                self.answered.set()

    def wait_for(self, words: bytes) -> float:
        """Return the seconds from its start until it has drawn these words. Raises CommandRefused after a while."""
        self._wait(lambda: words in self.head, words.decode())
        return time.perf_counter() - self.began

    def wait_to_show(self, *words: str) -> float:
        """Return the present time once all these words stand on it. Raises CommandRefused after a while."""
        self._wait(lambda: all(each in self.picture.text for each in words), " ".join(words))
        return time.perf_counter()

    def _wait(self, has_come: Callable[[], bool], what: str) -> None:
        end = time.perf_counter() + FRAME_TIMEOUT
        while not has_come():
            self.answered.clear()
            if not has_come() and not self.answered.wait(max(0.0, end - time.perf_counter())):
                raise CommandRefused(f"the screen has not drawn {what!r} within {FRAME_TIMEOUT:.0f} s")

    def type(self, keys: bytes) -> float:
        """Press keys; return the time at which they were."""
        now = time.perf_counter()
        os.write(self.fd, keys)
        return now

    @property
    def memory(self) -> int:
        """Bytes of memory that its process has in use now: its resident set."""
        return int(psutil.Process(self.pid).memory_info().rss)

    def settle(self) -> None:
        """Wait until it has drawn its first screen, and nothing more for a while."""
        end = time.monotonic() + FRAME_TIMEOUT
        seen = -1
        while time.monotonic() < end and (self.bytes < 1000 or seen != self.bytes):
            seen = self.bytes
            time.sleep(0.5)

    def close(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        self._taking.join()  # its next read would take what the next screen draws: that one may get this descriptor
        os.close(self.fd)
