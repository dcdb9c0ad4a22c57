"""Ctrl-C while something trains without a screen."""

import asyncio
import signal
import sys

from engine.messages import CommandFailed, Stop
from tui.inert import inert
from tui.session import Session

STOP = 3  # the id of the command, by which its refusal is known
TERMINATED = 10.0  # seconds after SIGTERM to hear that the run is stopped: who sends it waits for this program to end


class Interrupts:
    """Ctrl-C and SIGTERM: the first stops the run after its present step and saves it, a second does not wait.

    Nobody can send a second SIGTERM, as a rule: it waits only a while by itself.
    """

    def __init__(self) -> None:
        self.came = False
        self._terminated = False
        self._session: Session | None = None

    def guard(self, session: Session | None) -> None:
        """Take them for the run of a session from now on; for None, between two runs, remember that one came."""
        self._session = session
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._take, number)

    def repeat(self) -> None:
        """Ask again, an engine that has started anew."""
        if self.came and self._session is not None:
            self._session.client.send(Stop(id=STOP))

    def refused(self, event: CommandFailed) -> None:
        """Say why the run cannot be stopped."""
        print(f"not stopped: {inert(event.reason)}", file=sys.stderr)
        if self._terminated:
            self._leave()

    def _take(self, number: int = signal.SIGINT) -> None:
        first, self.came = not self.came, True
        if self._session is None:
            if not first:
                raise KeyboardInterrupt
            print("stopping before the next run", file=sys.stderr)
        elif first:
            print("stopping after this step and saving; press Ctrl-C again to leave at once", file=sys.stderr)
            self._session.client.send(Stop(id=STOP))
            if number == signal.SIGTERM:
                self._terminated = True
                asyncio.get_running_loop().call_later(TERMINATED, self._leave)
        else:
            self._leave()

    def _leave(self) -> None:
        if self._session is not None:
            self._session.events.put_nowait(None)
