"""Ctrl-C while something trains without a screen."""

import asyncio
import signal
import sys

from engine.messages import Stop
from tui.session import Session


class Interrupts:
    """Ctrl-C and SIGTERM: the first stops the run after its present step and saves it, a second does not wait."""

    def __init__(self) -> None:
        self.came = False
        self._session: Session | None = None

    def guard(self, session: Session | None) -> None:
        """Take them for the run of a session from now on; for None, between two runs, remember that one came."""
        self._session = session
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._take)

    def _take(self) -> None:
        first, self.came = not self.came, True
        if self._session is None:
            if not first:
                raise KeyboardInterrupt
            print("stopping before the next run", file=sys.stderr)
        elif first:
            print("stopping after this step and saving; Ctrl-C again does not wait for it", file=sys.stderr)
            self._session.client.send(Stop())
        else:
            self._session.events.put_nowait(None)
