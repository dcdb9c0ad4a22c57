"""The state of the engine: as events for a client that attaches now, and in a few words."""

import os
import resource
import sys
import time
from collections import deque
from pathlib import Path

from engine.storage.runs.bounded_history import History
from engine.tuning.history import StudyHistory
from engine.vocabulary.messages import (
    AnyEvent,
    DataFailed,
    DataProgress,
    DataReady,
    EngineFailed,
    EngineReady,
    EpochDone,
    Paused,
    Printed,
    QueueChanged,
    RunEnded,
    RunEvent,
    RunsChanged,
    RunStarted,
    RunTold,
    SavingFailed,
    StateEvent,
    StatusTold,
    StudyEnded,
    StudyEvent,
    TrackerTold,
)

PRINTED = 200  # lines of the engine's output that a new client is shown


class EngineState:
    """What all events so far add up to; only the server's thread touches it."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.engine: EngineReady | EngineFailed | None = None
        self.data: DataReady | None = None
        self.data_news: DataFailed | DataProgress | None = None  # of a load or download after `data`
        self.history = History()
        self.several: dict[str, History] = {}  # of the runs that train beside each other
        self.study = StudyHistory()
        self.printed: deque[str] = deque(maxlen=PRINTED)
        self.queue: list[QueueChanged] = []  # the parts of the newest
        self.trackers: dict[tuple[str, str], TrackerTold] = {}  # what they lack, and of the newest run what they have
        self.last_error = ""

    def apply(self, event: AnyEvent) -> None:
        match event:
            case EngineReady() | EngineFailed():
                self.engine = event
            case DataReady():
                self.data, self.data_news = event, None
            case DataFailed() | DataProgress():
                self.data_news = event
            case QueueChanged():
                self.queue = [event] if event.first else [*self.queue, event]
            case Printed():
                self.printed.extend(event.lines)
            case TrackerTold():
                self.trackers[event.run, event.tracker] = event
            case RunTold():
                self._add(event.told)
            case RunsChanged() if event.deleted:
                self._forget(event.deleted)
            case RunStarted() if not event.resumes:
                self.history = History([event])
                self.trackers = {which: told for which, told in self.trackers.items() if not told.done}
            case _ if isinstance(event, RunEvent):
                self.history.add(event)
            case _ if isinstance(event, StudyEvent):
                self.study.add(event)
        if isinstance(event, RunEnded | StudyEnded | SavingFailed | DataFailed | EngineFailed) and event.reason:
            self.last_error = event.reason

    def _add(self, event: RunEvent) -> None:
        """Take over what is told of one of several runs; what has ended is read from its folder."""
        if isinstance(event, RunEnded):
            self.several.pop(event.run, None)
            self.last_error = event.reason or self.last_error
        else:
            self.several.setdefault(event.run, History()).add(event)

    def _forget(self, run: str) -> None:
        """A run was deleted."""
        if self.history.events and self.history.events[0].run == run:
            self.history = History()
        self.trackers = {which: told for which, told in self.trackers.items() if told.run != run}

    @property
    def events(self) -> list[StateEvent]:
        """The fewest events that tell it all."""
        events: list[StateEvent] = [event for event in (self.engine, self.data, self.data_news) if event is not None]
        if self.printed:
            events.append(Printed(lines=list(self.printed)))
        several = [RunTold(told=event) for history in self.several.values() for event in history.events]
        return [*events, *self.queue, *self.history.events, *several, *self.study.events, *self.trackers.values()]

    def status(self, clients: int, *, busy: bool) -> StatusTold:
        """Return it in a few words."""
        events = self.history.events
        last = events[-1] if events else None
        epochs = [event.epoch for event in events if isinstance(event, EpochDone)]
        run, step, epoch = (last.run, last.step, epochs[-1] if epochs else 0) if last is not None else ("", 0, 0)
        word = "starting" if self.engine is None else "idle"
        if busy and last is not None and not isinstance(last, RunEnded):
            word = {Paused: "paused", SavingFailed: "waiting"}.get(type(last), "training")
        if busy and self.several:
            word = "training"
            run = ", ".join(name.partition("-")[0] for name in self.several)
            step, epoch = 0, 0
        if self.study.live and self.study.started is not None:
            word = "tuning, paused" if self.study.paused else "tuning"
            run, step, epoch = f"study {self.study.started.study}", 0, 0
        return StatusTold(
            pid=os.getpid(),
            uptime=round(time.monotonic() - self.began, 1),
            memory=memory_in_use(),
            clients=clients,
            state=word,
            run=run,
            step=step,
            epoch=epoch,
            last_error=self.last_error,
        )


def memory_in_use() -> int:
    """Return the resident memory of this process in bytes (its peak, where the present is not to be had)."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
