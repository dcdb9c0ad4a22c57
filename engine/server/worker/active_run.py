"""The run in progress: trains it, records it, and waits while the disk cannot be written.

A screen hears of nothing that is not in the log. Where log or checkpoint cannot be written (no space, no permission,
a broken disk), training stands still with everything in memory, and goes on as soon as writing works again.
"""

import time
from collections import deque
from collections.abc import Callable, Generator

from engine.machine.device import gpu_uuids
from engine.machine.process_group import GroupBroken
from engine.machine.usage.monitor import MachineMonitor
from engine.machine.usage.nvidia import Gpus
from engine.networks.own.isolation import OwnCodeFailed
from engine.storage.printing import say, say_traceback
from engine.storage.runs.checkpoint import brief
from engine.storage.runs.log_writer import RunLog
from engine.training.loop import train
from engine.training.run import Run
from engine.training.step import TrainingFailed
from engine.vocabulary.fields import counted
from engine.vocabulary.messages import Continued, Paused, RunEnded, RunEvent, SavingFailed, StepsDone

DISK_PATIENCE = 2.0  # seconds between two attempts to write what a full disk did not take


class ActiveRun:
    """`problem` says what it waits for, "" when it does not; `ended` is set when its end is on record."""

    def __init__(self, run: Run, log: RunLog, publish: Callable[[RunEvent], None]) -> None:
        self.run = run
        self.log = log
        self.paused = False
        self.problem = ""
        self.ended: RunEnded | None = None
        self.monitor = MachineMonitor(Gpus(gpu_uuids(run.device)))
        self._publish = publish
        self._events: Generator[RunEvent, None, None] = train(run)
        self._unsaved = False
        self._unwritten: deque[RunEvent] = deque()

    @property
    def idle(self) -> bool:
        """Whether it only waits for commands."""
        return self.paused and not self.problem

    @property
    def patience(self) -> float | None:
        """Seconds that the worker may wait for a command before it calls `advance` again; None: for ever."""
        return None if self.idle else DISK_PATIENCE if self.problem else 0.0

    def advance(self) -> None:
        """Train until the next event; where something could not be written, try that again instead."""
        if self.problem or self._unwritten:
            self.settle()
            return
        try:
            event = next(self._events)
        except OSError as error:
            self._unsaved = True
            self._wait(error)
            self._events = continued(self.run)
        except TrainingFailed as error:
            self.record(self._end("failed", str(error)))
        except GroupBroken:
            raise
        except (Exception, SystemExit) as error:  # a user's own network may raise whatever it likes
            if self.run.group.size > 1:  # the others wait for this process, or this one lost another
                raise GroupBroken(f"a process of {self.run.group.size} is lost, or failed: {brief(error)}") from error
            say_traceback()
            named = isinstance(error, OwnCodeFailed)
            self.record(self._end("failed", str(error) if named else f"{type(error).__name__}: {error}"))
        else:
            self.record(event)
            if isinstance(event, StepsDone) and (measured := self.monitor.poll(self.run.name, self.run.step)):
                self.record(measured)

    def record(self, event: RunEvent) -> None:
        """Log an event, then tell every screen: what a screen has seen is on record."""
        self._unwritten.append(event)
        self.settle()

    def save(self) -> None:
        self._unsaved = True
        self.settle()

    def pause(self, paused: bool) -> None:
        if self.paused == paused:
            return
        self.paused = paused
        if paused:
            self.save()  # a pause may last: a machine that restarts loses nothing
            self.record(Paused(run=self.run.name, step=self.run.step))
        else:
            self.record(Continued(run=self.run.name, step=self.run.step))

    def stop(self) -> None:
        """Save and end it; where that cannot be written, it waits, and goes on training afterwards."""
        self.save()
        if not self.problem and self.ended is None:
            self.record(self._end("stopped"))

    @property
    def unsaved(self) -> str:
        """Why it cannot end now, and what to do."""
        there = self.log.folder.is_dir()
        remedy = "Make room" if there else "Bring its folder back, or put a link in its place"
        return (
            f"run {self.run.name} cannot be saved: {self.problem}. It waits, and nothing is lost yet."
            f" {remedy}, or end it without its last {counted(self.run.step - self.run.saved_step, 'step')}"
        )

    def give_up(self) -> None:
        """End it although it cannot be saved; it can be resumed from its last checkpoint."""
        lost = self.run.step - self.run.saved_step
        self.ended = self._end(
            "stopped", f"{self.problem}; its last {counted(lost, 'step')} {'is' if lost == 1 else 'are'} not saved"
        )
        say(f"{self.run.name} ended: {self.ended.reason}")
        self._publish(self.ended)

    def settle(self) -> None:
        """Write and publish what waits, in order."""
        try:
            if self._unsaved:
                saved = self.run.save()
                self._unsaved = False
                self._unwritten.append(saved)
            while self._unwritten:
                event = self._unwritten[0]
                self.log.write(event)
                if isinstance(event, RunEnded):
                    self.log.close(event.state, event.step, event.reason)
                    self.ended = event
                self._unwritten.popleft()
                self._publish(event)
        except OSError as error:
            self._wait(error)
        else:
            self.problem = ""

    def _wait(self, error: OSError) -> None:
        problem = f"{error.filename or self.log.folder}: {error.strerror or error}"
        if problem != self.problem:
            self.problem = problem
            say(f"{self.run.name} cannot be saved at step {self.run.step}: {problem}; it waits and tries again")
            self._publish(SavingFailed(run=self.run.name, step=self.run.step, reason=problem))

    def _end(self, state: str, reason: str = "") -> RunEnded:
        return RunEnded(run=self.run.name, step=self.run.step, time=time.time(), state=state, reason=reason)


def continued(run: Run) -> Generator[RunEvent, None, None]:
    """Return the rest of a run's events, without saying again that it began."""
    events = train(run)
    next(events)
    return events
