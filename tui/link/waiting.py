"""Waiting for an engine: whether one is there, what to say meanwhile, and when to give up."""

import asyncio
import math
import socket
import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from engine.machine.lock_holder import Holder, holder_of, locked_by
from engine.storage.file_lock import is_held
from engine.storage.paths import engine_lock, engine_socket
from tui.link.errors import EngineSilent
from tui.terminal.sanitize import sanitize

TICK = 1.0  # seconds between two looks
RETRY = 0.03  # seconds between two attempts
RETRY_LATER = 0.25  # once it is clear that it takes longer
TELL_AFTER = 2.0  # seconds of waiting until it is said what for
STARTING = 10.0  # and where an engine is just starting, which it may be told is slow only then
ANSWER_TIMEOUT = 10.0  # seconds that an engine has to answer who only asks, or when it is known not to run
# Seconds for an engine to open its socket and greet. It does so before it imports torch, but while the libraries of
# torch are read, from a cold disk or over a network, no thread of it can answer.
START_LIMIT = 120.0

T = TypeVar("T")
OnWait = Callable[[str], None]


class Stopwatch:
    """Seconds that were waited. Those in which this program was itself suspended do not count."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._last = time.monotonic()

    def read(self) -> float:
        now = time.monotonic()
        self.seconds += min(now - self._last, 2 * TICK)
        self._last = now
        return self.seconds


async def wait_with_progress(work: Coroutine[Any, Any, T], late: Callable[[float], None], limit: float = math.inf) -> T:
    """Return what `work` does; call `late` with the seconds waited at each tick from TELL_AFTER on, which may raise.

    Raises TimeoutError after `limit` seconds.
    """
    task = asyncio.ensure_future(work)
    waited = Stopwatch()
    try:
        while not (await asyncio.wait({task}, timeout=min(TICK, limit)))[0]:
            if waited.read() >= limit:
                raise TimeoutError
            if waited.seconds >= TELL_AFTER:
                late(waited.seconds)
        return task.result()
    finally:
        task.cancel()


def keep_silent(_: str) -> None:
    """Where nobody is to be told."""


class WaitPrinter:
    """Says on stderr what is waited for, each time that it changes."""

    def __init__(self) -> None:
        self._said = ""

    def __call__(self, line: str) -> None:
        if line != self._said:
            self._said = line
            print(sanitize(line), file=sys.stderr, flush=True)


def holder(checkpoints: Path) -> Holder:
    """Return who holds the lock of a folder of runs, or, with another state folder, the folder. Raises PathError."""
    lock = engine_lock(checkpoints)
    if not is_held(lock) and (pid := locked_by(checkpoints)):
        return Holder(pid, socket.gethostname(), True)
    return holder_of(lock)


def is_there(checkpoints: Path) -> bool:
    """Tell whether an engine that is to be found from here holds a folder of runs. Raises PathError."""
    return is_held(engine_lock(checkpoints))


def engine_is_running(checkpoints: Path) -> bool:
    """Tell, without talking to it, whether an engine serves a folder of runs. Raises PathError."""
    return is_held(engine_lock(checkpoints)) or is_held(checkpoints)


def keep_waiting(
    checkpoints: Path, seconds: float, limit: float, on_wait: OnWait, words: str, after: float = 0.0
) -> None:
    """Tell which engine is waited for: from `after` seconds on, one that cannot answer at once.

    Raises EngineSilent when it is given up.
    """
    who = holder(checkpoints)
    if is_given_up(who, seconds, limit):
        raise EngineSilent(silence(checkpoints, who, seconds))
    if who.halted or seconds >= after:
        on_wait(f"waiting for the engine ({who}){words}")


async def until_gone(checkpoints: Path, on_wait: OnWait = keep_silent) -> None:
    """Wait until no engine serves a folder of runs any more. Raises EngineSilent when that does not come."""
    waited = Stopwatch()
    while engine_is_running(checkpoints):
        await asyncio.sleep(RETRY)  # another process: it has no event to await
        if waited.read() >= TELL_AFTER:
            keep_waiting(checkpoints, waited.seconds, START_LIMIT, on_wait, " to end")


def is_given_up(who: Holder, seconds: float, limit: float) -> bool:
    """Tell whether to wait no longer for an engine: at the limit, or sooner for one that cannot answer."""
    return seconds >= (min(limit, ANSWER_TIMEOUT) if who.halted or not who.is_here else limit)


def silence(checkpoints: Path, who: Holder, seconds: float) -> str:
    """Say that an engine is there and does not answer, and what helps."""
    said = f"the engine of {checkpoints} ({who}) is there, but has not answered for {seconds:.0f} s"
    if not who.is_here:
        return f"{said}. It runs on {who.host}: use it there, or stop it there"
    if who.halted == "suspended":
        return f"{said}. `kill -CONT {who.pid}` lets it go on, `mnist-tui engine stop --force` kills it"
    if who.halted:
        return f"{said}. Let the debugger continue it; `mnist-tui engine stop --force` kills it"
    if not is_there(checkpoints):
        return f"{said} through {engine_socket(checkpoints)}: it has another XDG_STATE_HOME; use it from there"
    return f"{said}. It may be starting, on a slow disk; `mnist-tui engine stop --force` kills it"
