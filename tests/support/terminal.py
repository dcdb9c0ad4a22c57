"""A real pseudo-terminal with a program in it, driven by keys and read as a screen."""

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence

import pyte
from limits import LIMIT


class Terminal:
    """Starts a command in a pty. Use as a context manager: what still runs at the end is killed."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str], cols: int = 100, rows: int = 30) -> None:
        self.screen = pyte.Screen(cols, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = bytearray()
        self.status: int | None = None
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
            os.execvpe(command[0], list(command), {**env, "TERM": "xterm-256color", "LANG": "C.UTF-8"})
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        if self.status is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        self.hang_up()

    @property
    def text(self) -> str:
        return "\n".join(self.screen.display)

    def press(self, keys: str) -> None:
        os.write(self.fd, keys.encode())

    def read(self, seconds: float) -> None:
        """Take in what the program writes within this time at most."""
        ready, _, _ = select.select([self.fd], [], [], seconds)
        if ready:
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                time.sleep(0.01)  # the program is gone; its exit status will tell
                return
            self.raw += data
            self.stream.feed(data)

    def until(self, words: str) -> None:
        """Read until the words are on the screen; fail with the screen when they do not come."""
        self.until_match(re.escape(words))

    def until_match(self, pattern: str) -> None:
        """Read until the screen has a match; for figures that may pass between two frames."""
        end = time.monotonic() + LIMIT
        while not re.search(pattern, self.text):
            assert time.monotonic() < end, f"{pattern!r} did not appear on:\n{self.text}"
            self.read(0.1)

    def until_gone(self, words: str) -> None:
        """Read until the words are no longer on the screen: what a key takes away may be there for a while after it."""
        end = time.monotonic() + LIMIT
        while words in self.text:
            assert time.monotonic() < end, f"{words!r} stayed on:\n{self.text}"
            self.read(0.1)

    def hang_up(self) -> None:
        """Close the terminal, as a dropped connection does: the program gets SIGHUP."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def wait(self) -> int:
        """Return the exit status of the program, read from its terminal until then."""
        end = time.monotonic() + LIMIT
        while self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
            else:
                assert time.monotonic() < end, "the program does not end"
                if self.fd >= 0:
                    self.read(0.05)
                else:
                    time.sleep(0.02)
        return self.status
