"""How many CPU threads a run uses: as many as the machine has, fewer while other programs need its cores.

A training step of a small network has some hundred parallel regions, and each waits for its slowest thread. A thread
that shares its core with another process keeps all others waiting for a turn of the scheduler, some milliseconds, a
hundred times a step: one busy process on a machine with two cores made training sixty times slower. Fewer threads, each
with a core of its own, lose nothing but their share.

Sums of floating-point numbers depend on how many threads add them up. So the number changes only where others are
busy, each change is on record with its step, and `threads` of the configuration fixes it.
"""

import math
import os
import time
from collections.abc import Callable
from types import TracebackType

import torch

from engine.machine.usage.cpu_load import CpuLoad, quota, usable_cores

LOOK_EVERY = 0.25  # seconds between two looks at the other processes
TWICE = 2  # looks in a row that ask for fewer threads: a burst of a moment is no reason
CALM = 2.0  # seconds of room for more threads before there are more
TOLERANCE = 0.5  # of a core that others may use beside as many threads as there are cores: a screen, a shell
MOST_CORES = 1 << 16
ROOM = 0.2  # less of it, on the way up: the number must not go up and down


def limit_threads() -> None:
    """Let torch have no more threads than this process gets cores, once, as the engine starts.

    In a container with a limit torch counts the cores of the host. OMP_NUM_THREADS is the user's word, and stands.
    """
    limit = quota()
    if limit is not None and "OMP_NUM_THREADS" not in os.environ:
        torch.set_num_threads(max(1, min(limit, torch.get_num_threads())))


def cores_for_runs() -> int:
    """Return how many threads find a core of their own: as many as torch takes, which is one for each, or, where
    OMP_NUM_THREADS says how many one run may have, as many as this process may use."""
    if "OMP_NUM_THREADS" not in os.environ:
        return torch.get_num_threads()
    return max(1, min(quota() or MOST_CORES, len(usable_cores())))


class Threads:
    """The number of threads of a run. A context manager: what the number was outside of it comes back after it."""

    def __init__(
        self,
        *,
        adapts: bool = True,
        load: Callable[[], float] | None = None,
        cores: int = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`adapts` is false where the number of threads does not matter, on a GPU. `load` returns how many cores others
        kept busy since its last call."""
        self.most = torch.get_num_threads()
        self.count = self.most
        self._adapts = adapts
        self._cores = cores or len(usable_cores())
        self._load = load
        self._clock = clock
        self._outside = self.most
        self._fewer = 0
        self._room: tuple[float, int] | None = None  # since when there is room, and for how many threads

    def __enter__(self) -> "Threads":
        torch.set_num_threads(self.count)
        if self._load is None:
            self._load = CpuLoad().others
        self._looked = self._clock()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        torch.set_num_threads(self._outside)

    def begin_with(self, count: int) -> None:
        """Begin with so many threads: those that are asked for, or those that a checkpoint was computed with."""
        self.count = max(1, count)

    def adapt(self, fixed: int = 0) -> bool:
        """Look at what else the machine does, at most every LOOK_EVERY seconds; tell whether `count` is another now.

        With `fixed` that is the number, whatever others do.
        """
        if fixed:
            return self._set(fixed)
        if not self._adapts or self.most == 1 or self._load is None:
            return self._set(self.most)
        now = self._clock()
        if now - self._looked < LOOK_EVERY:
            return False
        self._looked = now
        others = self._load()
        if self.affordable(others, TOLERANCE) < self.count:
            self._fewer, self._room = self._fewer + 1, None
            return self._fewer >= TWICE and self._set(self.affordable(others, TOLERANCE))
        self._fewer = 0
        more = self.affordable(others, TOLERANCE - ROOM)
        if more <= self.count:
            self._room = None
            return False
        since, least = self._room or (now, more)
        self._room = since, min(least, more)
        return now - since >= CALM and self._set(self._room[1])

    def affordable(self, others: float, tolerance: float) -> int:
        """Return how many threads find a core of their own beside others that keep so many busy."""
        return max(1, min(self.most, math.floor(self._cores - others + tolerance)))

    def _set(self, count: int) -> bool:
        changed = count != self.count
        self.count = count
        self._fewer, self._room = 0, None
        if changed:
            torch.set_num_threads(count)
        return changed
