"""Textual's driver of the terminal, with what it leaves undone."""

import asyncio
import os
import select
import signal
import sys
import threading
from typing import Any

from textual.drivers.linux_driver import LinuxDriver


class TerminalDriver(LinuxDriver):
    """Draws on stdout, gives all of the terminal back, can be stopped at any moment, and notices a terminal's end."""

    _begun = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        assert sys.__stdout__ is not None
        self._file = sys.__stdout__  # Textual's own choice is stderr, which somebody may want in a file

    def start_application_mode(self) -> None:
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if not self._begun:
            self._begun = True
            # Textual writes to the terminal in its handlers of these, which may interrupt it in the middle of a write,
            # and then wait for themselves. Within the loop they do not.
            loop = asyncio.get_running_loop()
            loop.add_signal_handler(signal.SIGTSTP, self._sigtstp_application)
            loop.add_signal_handler(signal.SIGCONT, self._continue)
            threading.Thread(target=tell_hang_up, args=(self.fileno,), daemon=True, name="hang-up").start()

    def _continue(self) -> None:
        if self._must_signal_resume:  # it was stopped: whoever was not, needs no second start
            self._sigcont_application()

    def stop_application_mode(self) -> None:
        if self._mouse_pixels:
            self.write("\x1b[?1016l")  # mouse positions in pixels, which Textual switches on where it can, never off
        super().stop_application_mode()


def tell_hang_up(file: int) -> None:
    """Wait until the terminal is gone, and send this process SIGHUP.

    The system sends it only to the terminal's own session, and once; whoever misses it would be told for ever that
    there is something to read, which is nothing.
    """
    if is_gone(file, wait=True):
        os.kill(os.getpid(), signal.SIGHUP)


def is_gone(file: int, *, wait: bool = False) -> bool:
    """Tell whether a terminal has hung up; `wait` until it does."""
    poll = select.poll()
    poll.register(file, 0)
    return any(events & select.POLLHUP for _, events in poll.poll(None if wait else 0))
