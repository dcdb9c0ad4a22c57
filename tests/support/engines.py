"""The engine processes of a test, ended whatever became of it."""

import contextlib
import os
import signal
from pathlib import Path

import psutil

from engine.server.single_instance import is_held


def kill_engines(state_home: Path) -> None:
    """Kill the engines that serve from this XDG_STATE_HOME, and those that are about to.

    While a lock is held, the number in it is its holder's; one that starts has none yet, but the environment.
    """
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            is_engine = process.cmdline()[1:3] == ["-m", "engine"]
            if is_engine and process.environ().get("XDG_STATE_HOME") == str(state_home):
                process.kill()
    for lock in (state_home / "mnist-tui").glob("*.lock"):
        if is_held(lock):
            with contextlib.suppress(ProcessLookupError, ValueError):
                os.kill(int(lock.read_text().split()[0]), signal.SIGKILL)
