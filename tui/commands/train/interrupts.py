"""Ctrl-C while something trains without a screen."""

import asyncio
import os
import select
import signal
import sys
from collections.abc import Callable
from typing import Protocol

from engine.vocabulary.messages import CommandFailed, RemoveQueued, Stop
from tui.link.session import Session
from tui.terminal.sanitize import sanitize

STOP = 3  # the id of the command, by which its refusal is known
TERMINATED = 10.0  # seconds after SIGTERM to hear that the run is stopped: who sends it waits for this program to end
HELD_UP = 5.0  # seconds for the event loop to take a signal: then it waits for somebody to read what it prints


def listen(take: Callable[[int], None]) -> None:
    """Have SIGINT and SIGTERM taken by the event loop, as it can; while it is held up in writing, by nobody who reads
    a pipe, they are taken all the same, and what is still printed is dropped."""
    loop = asyncio.get_running_loop()
    waiting: list[int] = []

    def come(number: int, _: object) -> None:
        if loop.is_closed():  # there is nothing left to stop
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
            return
        if not waiting:
            signal.setitimer(signal.ITIMER_REAL, HELD_UP)
        waiting.append(number)
        loop.call_soon_threadsafe(take_next)

    def take_next() -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        take(waiting.pop(0))

    def give_up(*_: object) -> None:
        if waiting:
            drop_output()
            take(waiting[0])
            raise KeyboardInterrupt

    signal.signal(signal.SIGALRM, give_up)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, come)


def drop_output() -> None:
    """Let what is printed from now on lead nowhere, where it is not taken."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for output in (1, 2):
        if not select.select([], [output], [], 0)[1]:
            os.dup2(nowhere, output)
    os.close(nowhere)


class Waiting(Protocol):
    """A run in the queue: its number, 0 until that is told, and whether its turn has come."""

    number: int
    came: bool


class Interrupts:
    """Ctrl-C and SIGTERM: the first stops what trains and saves it, a second does not wait.

    Nobody can send a second SIGTERM, as a rule: it waits only a while by itself.
    """

    def __init__(self, words: str = "stopping after this step and saving") -> None:
        self.came = False
        self._words = words  # at the first
        self.queued = 0  # the number of our run in the queue while it waits; below 0: not told yet
        self._terminated = False
        self._session: Session | None = None

    def guard(self, session: Session | None) -> None:
        """Take them for the run of a session from now on; for None, between two runs, remember that one came."""
        self._session = session
        listen(self._take)

    def repeat(self) -> None:
        """Ask again: an engine that has started anew, or one that had not told our place in the queue."""
        if self.came and self._session is not None:
            self._ask(self._session)

    def follow(self, waiting: Waiting) -> None:
        """Know whether our run still waits in the queue."""
        before, self.queued = self.queued, 0 if waiting.came else waiting.number or -1
        if self.queued != before:
            self.repeat()

    def _ask(self, session: Session) -> None:
        """Have our run ended, or taken from the queue: what trains while it waits is somebody else's."""
        if self.queued >= 0:
            session.client.send(RemoveQueued(queued=self.queued, id=STOP) if self.queued else Stop(id=STOP))

    def refused(self, event: CommandFailed) -> None:
        """Say why the run cannot be stopped."""
        print(f"not stopped: {sanitize(event.reason)}", file=sys.stderr)
        if self._terminated:
            self._leave()

    def _take(self, number: int = signal.SIGINT) -> None:
        first, self.came = not self.came, True
        if self._session is None:
            if not first:
                raise KeyboardInterrupt
            print("stopping before the next run", file=sys.stderr)
        elif first:
            words = "leaving the queue" if self.queued else self._words
            print(f"{words}; press Ctrl-C again to leave at once", file=sys.stderr)
            self._ask(self._session)
            if number == signal.SIGTERM:
                self._terminated = True
                asyncio.get_running_loop().call_later(TERMINATED, self._leave)
        else:
            self._leave()

    def _leave(self) -> None:
        if self._session is not None:
            self._session.events.put_nowait(None)
