"""Textual's driver of the terminal, with what is missing there."""

import asyncio
import os
import select
import signal
import sys
import threading
import time
from typing import Any

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

from tui.terminal.input import TerminalInput, terminal_encoding

LOOK_EVERY = 0.1  # seconds between two looks whether the rest of a sequence still comes


class TerminalDriver(LinuxDriver):
    """Draws on stdout, gives all of the terminal back, can be stopped at any moment, and notices a terminal's end."""

    _begun = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        assert sys.__stdout__ is not None
        self._file = sys.__stdout__  # Textual's own choice is stderr, which somebody may want in a file

    @property
    def can_suspend(self) -> bool:
        """Whether a shell is there to continue this process: it is not the first one of its session.

        That one it is in a browser, with `ssh HOST mnist-tui`, and in a tmux window of its own.
        """
        return os.getsid(0) != os.getpid()

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

    def run_input_thread(self) -> None:
        """Send on what the terminal sends. Nothing of it ends the screen, unlike in Textual's own."""
        source = TerminalInput(terminal_encoding())
        parser = XTermParser(self._debug)
        poll = select.poll()
        poll.register(self.fileno, select.POLLIN)
        heard = time.monotonic()
        while not self.exit_event.is_set():
            if poll.poll(LOOK_EVERY * 1000):
                if not (data := read(self.fileno)):
                    self.exit_event.wait(LOOK_EVERY)  # it is gone, which `tell_hang_up` tells
                    continue
                heard = time.monotonic()
                pieces = source.feed(data)
            else:
                pieces = source.expire(time.monotonic() - heard)
            for piece in pieces:
                if not isinstance(piece, str):
                    self.process_message(piece)
                    continue
                try:
                    for message in parser.feed(piece):
                        self.process_message(message)
                except (ValueError, ArithmeticError):  # a key or a size whose numbers are out of any range
                    parser = XTermParser(self._debug)
            for message in parser.tick():
                self.process_message(message)

    def _continue(self) -> None:
        if self._must_signal_resume:  # it was stopped: whoever was not, needs no second start
            self._sigcont_application()

    def stop_application_mode(self) -> None:
        if self._mouse_pixels:
            self.write("\x1b[?1016l")  # mouse positions in pixels, which Textual switches on where it can, never off
        super().stop_application_mode()


def read(file: int) -> bytes:
    """Return what can be read from a terminal now, nothing from one that is gone."""
    try:
        return os.read(file, 1 << 16)
    except OSError:
        return b""


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
