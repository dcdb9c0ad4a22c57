"""One visitor's program in a pseudo-terminal. When that is closed it hangs up, as a dropped SSH connection does.

The system closes it as well when the server is killed: no program stays behind.
"""

import asyncio
import contextlib
import fcntl
import os
import signal
import struct
import sys
import termios
from asyncio.subprocess import Process
from collections.abc import Callable, Mapping, Sequence

from tui.commands.web.page_messages import Size
from tui.link.start import engine_environment

CHUNK = 1 << 16  # bytes
LEAVING = 5.0  # seconds for a program to end after its terminal is gone; then it is killed
FOREIGN = ("TMUX", "STY", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "COLUMNS", "LINES", "LC_ALL", "PYTHONIOENCODING")


class Screen:
    """A process in a session of its own, with a pseudo-terminal of which this is the other end."""

    def __init__(self, process: Process, terminal: int) -> None:
        self.process = process
        self._terminal = terminal

    @classmethod
    async def start(cls, command: Sequence[str], size: Size) -> "Screen":
        """Raises OSError where there is no process, or no pseudo-terminal, to be had."""
        terminal, inner = os.openpty()
        try:
            set_size(terminal, size)
            os.set_blocking(terminal, False)
            process = await asyncio.create_subprocess_exec(
                *command, stdin=inner, stdout=inner, stderr=inner, env=environment(), start_new_session=True
            )
        except BaseException:
            os.close(terminal)
            raise
        finally:
            os.close(inner)
        return cls(process, terminal)

    async def read(self) -> bytes:
        """Return what the program has drawn, as soon as there is something; b"" when it has left its terminal."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                return os.read(self._terminal, CHUNK)
            except BlockingIOError:
                await ready(self._terminal, loop.add_reader, loop.remove_reader)
            except OSError:
                return b""

    async def write(self, typed: bytes) -> None:
        """Have the program read this. A program that reads nothing is waited for; for one that is gone it is lost."""
        loop = asyncio.get_running_loop()
        while typed:
            try:
                typed = typed[os.write(self._terminal, typed) :]
            except BlockingIOError:
                await ready(self._terminal, loop.add_writer, loop.remove_writer)
            except OSError:
                return

    def resize(self, size: Size) -> None:
        with contextlib.suppress(OSError):  # it has ended
            set_size(self._terminal, size)

    async def end(self) -> int:
        """Hang up and wait for the end of the program, which is killed if it does not come; return its exit status.

        Nobody may be reading or writing any more.
        """
        os.close(self._terminal)
        try:
            return await asyncio.wait_for(self.process.wait(), LEAVING)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            return await self.process.wait()


async def ready(file: int, add: Callable[[int, Callable[[], None]], None], remove: Callable[[int], bool]) -> None:
    """Wait until a file can be read, or written."""
    told = asyncio.Event()
    add(file, told.set)
    try:
        await told.wait()
    finally:
        remove(file)


def set_size(terminal: int, size: Size) -> None:
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", size.lines, size.columns, 0, 0))


def environment() -> dict[str, str]:
    """Return the environment of a program whose terminal is a page: xterm.js, in all colours and in Unicode.

    What is said of the terminal in which the server runs does not hold for it.
    """
    kept: Mapping[str, str] = {name: value for name, value in engine_environment().items() if name not in FOREIGN}
    unicode = "UTF-8" if sys.platform == "darwin" else "C.UTF-8"
    return {**kept, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_CTYPE": unicode}
