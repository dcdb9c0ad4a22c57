"""Isolation of a user's own network: what its code changes does not affect anything else.

Whatever of it runs in the engine (loading, building, training, tests) runs `inside`. On the way out settings are put
back, and what was patched in other modules is undone; on the way in it is done again, for that network alone.
"""

import os
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import TypeVar

from engine.machine.process_settings import kept_settings
from engine.networks.own.code import Code
from engine.networks.own.monkey_patches import Patch, Snapshot
from engine.storage.printing import say
from engine.storage.runs.checkpoint import brief

MODULE = "mnist_tui_own_network"
LOOK_EVERY = 10.0  # seconds between two looks for patches during a run, of some 10 ms each
MOST_TOLD = 5  # patches by name
MOST_ISOLATIONS = 16

T = TypeVar("T")


class OwnCodeFailed(Exception):
    """A user's code raised what would have ended the engine; the message names it."""


class Isolation:
    """What the code of one network has changed so far."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self.say: Callable[[str], None] = say
        self._snapshot = Snapshot()
        self._patches: list[Patch] = []
        self._threads = set(threading.enumerate())
        self._looked = 0.0
        self._told: set[str] = set()

    def is_theirs(self, module: str) -> bool:
        root = self.code.name.place.partition(".")[0]
        return module == MODULE or (not self.code.name.is_file and module.partition(".")[0] == root)

    def renew(self) -> None:
        """Begin anew, before the code is loaded again."""
        self._snapshot = Snapshot()
        self._patches = []
        self._looked = 0.0

    def enter(self) -> None:
        for patch in self._patches:
            patch.redo()

    def leave(self, changed: list[str], *, look: bool) -> None:
        """Undo what was patched, and tell what is new."""
        self.tell_settings(changed)
        if look or time.monotonic() - self._looked > LOOK_EVERY:
            self._patches = self._snapshot.patches(self.is_theirs)
            self._looked = time.monotonic()
            self._look_for_the_rest()
        for patch in reversed(self._patches):
            patch.undo()
        if self._patches:
            titles = sorted({patch.title for patch in self._patches})
            more = f" and {len(titles) - MOST_TOLD} more" if len(titles) > MOST_TOLD else ""
            self._tell(f"replaces {', '.join(titles[:MOST_TOLD])}{more} in other modules", lasting=True)

    def tell_settings(self, changed: list[str]) -> None:
        if changed:
            self._tell(f"sets {', '.join(changed)}; this is undone, as it would affect other networks too")

    def _look_for_the_rest(self) -> None:
        """Tell of what cannot be undone."""
        threads = [
            thread.name for thread in threading.enumerate()
            if thread not in self._threads and self._started(thread)
        ]  # fmt: skip
        if threads:
            self._tell(f"started threads that keep running ({', '.join(sorted(threads)[:MOST_TOLD])})", lasting=True)

    def _started(self, thread: threading.Thread) -> bool:
        """Tell a thread of the user's code from those that the engine and its libraries start meanwhile."""
        home = getattr(getattr(thread, "_target", None), "__module__", None) or type(thread).__module__
        return home.partition(".")[0] not in ("engine", "torch", "asyncio", "concurrent", "multiprocessing")

    def _tell(self, what: str, *, lasting: bool = False) -> None:
        if what in self._told:
            return
        self._told.add(what)
        end = "; the next run gets a new engine" if lasting else ""
        self.say(f"{self.code.model}: {what}{end}")
        if lasting:
            traces[self.code.digest if self.code.name.is_file else self.code.model] = f"{self.code.model} {what}"


traces: dict[str, str] = {}  # what is left in this process, by the code that left it
isolations: dict[Code, Isolation] = {}
depth = 0  # of `inside`, of the thread that trains


def isolation_of(code: Code) -> Isolation:
    if code not in isolations:
        if len(isolations) >= MOST_ISOLATIONS:
            del isolations[next(iter(isolations))]
        isolations[code] = Isolation(code)
    return isolations[code]


def traces_of_others(*codes: Code | None) -> str:
    """Return what code other than this has left behind in this process, "" for nothing."""
    mine = {code.digest if code.name.is_file else code.model for code in codes if code is not None}
    return next((trace for origin, trace in traces.items() if origin not in mine), "")


@contextmanager
def inside(code: Code | None, *, loading: bool = False, look: bool = False) -> Iterator[None]:
    """Run a user's own code; None: nobody's, and nothing is done. Only the thread that trains may call it.

    Raises OwnCodeFailed for an exception that is meant to end the process, but SystemExit, which is passed on.
    """
    global depth
    if code is None:
        yield
        return
    isolation = isolation_of(code)
    if depth:
        changed: list[str] = []
        try:
            with only_exceptions(code), kept_settings() as changed:
                yield
        finally:
            isolation.tell_settings(changed)
        return
    if loading:
        isolation.renew()
    depth += 1
    changed = []
    process = os.getpid()
    try:
        with only_exceptions(code), kept_settings() as changed:
            isolation.enter()
            yield
    finally:
        if os.getpid() != process:  # a fork that came back out of the user's code must not be a second engine
            os._exit(0)
        depth -= 1
        isolation.leave(changed, look=look or loading)


@contextmanager
def only_exceptions(code: Code) -> Iterator[None]:
    try:
        yield
    except (Exception, SystemExit):
        raise
    except BaseException as error:
        raise OwnCodeFailed(f"{code.model}: raised {type(error).__name__}: {brief(error)}") from error


def isolated(code: Code | None, events: Generator[T, None, None]) -> Generator[T, None, None]:
    """Yield what a generator yields that runs a user's code; between two of its values nothing of that is in force."""
    while True:
        try:
            with inside(code):
                event = next(events)
        except StopIteration:
            return
        yield event
