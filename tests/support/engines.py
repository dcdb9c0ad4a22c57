"""The engine processes of a test, ended whatever became of it."""

import contextlib
import os
import signal
from pathlib import Path

from engine.server.single_instance import is_held


def kill_engines(state_home: Path) -> None:
    """Kill the engines that serve from this XDG_STATE_HOME: while a lock is held, the number in it is its holder's."""
    for lock in (state_home / "mnist-tui").glob("*.lock"):
        if is_held(lock):
            with contextlib.suppress(ProcessLookupError, ValueError):
                os.kill(int(lock.read_text().split()[0]), signal.SIGKILL)
