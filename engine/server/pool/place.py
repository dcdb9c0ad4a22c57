"""One of the places of a pool: a process, what it trains, and what it was asked and has not answered."""

import contextlib
import itertools
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from engine.server.pool.process import JobProcess
from engine.storage.printing import say
from engine.storage.runs.folders import RunError
from engine.storage.runs.record import mark
from engine.vocabulary.messages import AnyCommand, AnyEvent, CommandFailed, RunEnded, RunEvent

Answered = Callable[[AnyEvent], None]


def nothing(why: str) -> None: ...


class Place:
    """`run` is the run that it trains, "" for none yet; `busy` is true from the moment when it is asked for one.

    `step` and `saved_step` are written by the thread that hears its process, all else belongs to the worker's.
    """

    def __init__(self, number: int) -> None:
        self.number = number  # which of the GPUs it gets
        self.process: JobProcess | None = None
        self.run = ""
        self.last = ""  # the run that it has trained last, or trains
        self.parent = ""
        self.study = ""
        self.left: Callable[[str], None] = nothing  # called when it leaves the study, with why where that is trouble
        self.busy = False
        self.paused = False
        self.rests = 0  # how often it has had nothing to do
        self.step = self.saved_step = 0
        self._ids = itertools.count(1)
        self._asked: dict[int, Answered] = {}

    def ask(self, command: AnyCommand, answered: Answered) -> None:
        """Have its process do something; `answered` is called with what it says, or with why it says nothing."""
        number = next(self._ids)
        self._asked[number] = answered
        assert self.process is not None
        with contextlib.suppress(OSError):  # it is gone: that is told as well
            self.process.send(msgspec.structs.replace(command, id=number))

    def answer(self, event: AnyEvent) -> None:
        if (answered := self._asked.pop(event.reply_to, None)) is not None:
            answered(event)

    def lose(self, reason: str) -> None:
        """Refuse all that was asked."""
        asked, self._asked = self._asked, {}
        for answered in asked.values():
            answered(CommandFailed(reason=reason))

    def end_lost(self, checkpoints: Path, reason: str) -> RunEnded:
        """Put on record that its run was lost with its process, and return the end of it."""
        lost = self.step - self.saved_step
        reason += f"; {lost:,} steps since the last checkpoint are lost" if lost else "; all its steps are saved"
        say(f"{self.run} ended: {reason}")
        with contextlib.suppress(RunError, OSError):
            mark(checkpoints / self.run, "interrupted", reason, self.step)
        return RunEnded(run=self.run, step=self.step, time=time.time(), state="interrupted", reason=reason)

    def leave(self) -> None:
        """Note that it trains nothing any more."""
        self.run = self.parent = self.study = ""
        self.busy = self.paused = False

    def count(self, event: RunEvent) -> None:
        self.step = max(self.step, event.step)
