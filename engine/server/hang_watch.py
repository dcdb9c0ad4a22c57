"""Makes sure that an engine ends when asked to, whatever its training thread does.

A step that never returns (an endless loop in a user's network, another process that was stopped, a debugger) cannot be
interrupted: nothing but the end of the process helps. It is watched from the thread that serves.
"""

import asyncio
import contextlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.machine.activity import ACTIVITY, STEP
from engine.machine.torchrun import end_group
from engine.server.broadcast import Broadcast
from engine.storage.printing import say
from engine.storage.runs.folders import RunError
from engine.storage.runs.record import mark
from engine.vocabulary.messages import EngineFailed, RunEnded

LOOK = 0.5  # seconds between two looks
NO_STEP = 10.0  # seconds without a step from which it is told; or SLOW times the usual step, where that is longer
SLOW = 5.0
FORCED = 5.0  # seconds to end in order, where the end was forced
AT_WORK = 3.0  # times as long where the training thread still begins one thing after the other
TERMINATED = 20.0  # after SIGTERM; service managers wait as long, and longer
GRACE = 60.0  # else, for a step; or HANGING times the usual step
HANGING = 10.0
OTHER = 600.0  # for all that may rightly take long: to load data, to test, to save
LEAVING = 15.0  # from the answer to the end of the process
RECORDING = 2.0  # for the record of the run, which a disk may not take


@dataclass
class Ending:
    """An end, of the run or of the engine, that was asked for; `waited` in seconds."""

    limit: float | None  # None: as long as it takes what is being done
    waited: float = 0.0


class HangWatch:
    """`quiet` is how long the training thread has begun nothing, in seconds; those in which the whole process was
    suspended do not count."""

    def __init__(self, checkpoints: Path, broadcast: Broadcast, live: Callable[[], tuple[str, int, int]]) -> None:
        """`live` returns the run in progress ("" for none), its step, and how many of its steps no checkpoint has."""
        self.checkpoints = checkpoints
        self.broadcast = broadcast
        self.live = live
        self.quiet = 0.0
        self.endings: list[Ending] = []
        self._count = ACTIVITY.count

    @property
    def stalled(self) -> float:
        """Seconds without a step where steps should be made, 0 where they come as usual."""
        return self.quiet if ACTIVITY.doing == STEP and self.quiet >= max(NO_STEP, SLOW * ACTIVITY.usual_step) else 0.0

    def expect(self, limit: float | None) -> Ending:
        """Have the process ended unless `fulfil` is called in time."""
        ending = Ending(limit)
        self.endings.append(ending)
        return ending

    def fulfil(self, ending: Ending, *, leaving: bool) -> None:
        """Take note that it was carried out, or refused; a process that is `leaving` has to be gone soon."""
        if leaving:
            ending.limit, ending.waited = LEAVING, 0.0
        elif ending in self.endings:
            self.endings.remove(ending)

    async def watch(self) -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(LOOK)
            self.pass_time(min(time.monotonic() - before, 2 * LOOK))
            if self.overdue:
                await self.end()

    def pass_time(self, seconds: float) -> None:
        self.quiet += seconds
        if ACTIVITY.count != self._count:
            self._count, self.quiet = ACTIVITY.count, 0.0
        for ending in self.endings:
            ending.waited += seconds

    @property
    def overdue(self) -> bool:
        return any(self._is_overdue(ending) for ending in self.endings)

    def _is_overdue(self, ending: Ending) -> bool:
        if ending.limit is None:
            grace = max(GRACE, HANGING * ACTIVITY.usual_step) if ACTIVITY.doing == STEP else OTHER
            return ending.waited >= FORCED and self.quiet >= grace
        at_work = self.quiet < FORCED  # it is on its way: it saves, say
        return ending.waited >= (AT_WORK * ending.limit if at_work else ending.limit)

    async def end(self) -> None:
        """End the process, and say what that costs."""
        self.endings.clear()
        run, step, unsaved = self.live()
        slow = f"{ACTIVITY.doing or 'leaving'} takes too long"
        what = f"no step for {self.quiet:.0f} s" if ACTIVITY.doing == STEP else slow
        reason = f"{what}: the engine was ended"
        if run:
            steps = f"{unsaved:,} steps since the last checkpoint are lost" if unsaved else "all its steps are saved"
            reason = f"{reason}; {steps}"
            with contextlib.suppress(RunError, OSError, TimeoutError):
                marking = asyncio.to_thread(mark, self.checkpoints / run, "interrupted", reason, step)
                await asyncio.wait_for(marking, RECORDING)
            self.broadcast.tell(RunEnded(run=run, step=step, time=time.time(), state="interrupted", reason=reason))
        self.broadcast.tell(EngineFailed(reason=reason))
        say(f"{run or 'engine'} ended: {reason}")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.broadcast.emptied(), RECORDING)
        exit_now(1)


def exit_now(status: int) -> None:
    """End this process, and all that train along with it, at once."""
    end_group()
    os._exit(status)
