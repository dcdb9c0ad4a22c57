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
from pathlib import Path

from tui.link.errors import CommandRefused
from tui.link.start import engine_environment

COLUMNS, LINES = 120, 36
FRAME_TIMEOUT = 60.0  # seconds from its start
HEAD = 65536  # bytes of what a screen draws first that are kept


class Screen:
    """`mnist-tui` in a pseudo-terminal; a thread takes what it draws."""

    def __init__(self, checkpoints: Path) -> None:
        self.bytes = 0
        self.head = b""
        self.answered = threading.Event()  # set whenever it draws
        self.began = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
            command = [sys.executable, "-m", "tui", "--checkpoints", str(checkpoints), "--no-notify"]
            os.execvpe(command[0], command, {**engine_environment(), "TERM": "xterm-256color"})
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self) -> None:
        with contextlib.suppress(OSError):
            while data := os.read(self.fd, 65536):
                self.bytes += len(data)
                if len(self.head) < HEAD:
                    self.head += data
                self.answered.set()

    def wait_for(self, words: bytes) -> float:
        """Return the seconds from its start until it has drawn these words. Raises CommandRefused after a while."""
        end = self.began + FRAME_TIMEOUT
        while words not in self.head:
            self.answered.clear()
            if words not in self.head and not self.answered.wait(max(0.0, end - time.perf_counter())):
                raise CommandRefused(f"the screen has not drawn {words.decode()!r} within {FRAME_TIMEOUT:.0f} s")
        return time.perf_counter() - self.began

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
        os.close(self.fd)
