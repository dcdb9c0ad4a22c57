"""The history of a run in bounded size: what a screen that attaches late, or opens an old run, is sent."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

import msgspec

from engine.messages import EpochDone, Event, RunEvent, RunStarted, StepsDone, encode, merge_steps

STEP_EVENTS = 128  # with STEP_POINTS losses in each: some 8,000 points however long the run
PART_BYTES = 512 * 1024
T = TypeVar("T", bound=Event)


class History:
    """Events of one run, in order. Steps are merged, never dropped; all else is kept as it came."""

    def __init__(self, events: Iterable[RunEvent] = ()) -> None:
        self.events: list[RunEvent] = []
        self._steps = 0
        for event in events:
            self.add(event)

    def add(self, event: RunEvent) -> None:
        last = self.events[-1] if self.events else None
        if isinstance(event, StepsDone):
            if isinstance(last, StepsDone) and len(last.losses) + len(event.losses) <= 32:
                self.events[-1] = merge_steps(last, event)
                return
            self._steps += 1
        elif isinstance(event, EpochDone):
            self._forget_confusion()
        self.events.append(event)
        if self._steps > STEP_EVENTS:
            self._halve()

    def _forget_confusion(self) -> None:
        """Keep only the newest confusion matrix: 100 numbers an epoch would outweigh all the rest."""
        for i in range(len(self.events) - 1, -1, -1):
            event = self.events[i]
            if isinstance(event, EpochDone):
                self.events[i] = msgspec.structs.replace(event, confusion=[])
                return

    def _halve(self) -> None:
        """Merge the steps two by two. Where other events stand between, the steps join the later side."""
        kept: list[RunEvent] = []
        waiting: StepsDone | None = None
        steps = 0
        for event in self.events:
            if isinstance(event, RunStarted) and waiting is not None:
                kept.append(waiting)  # what follows a resume may repeat steps that came before it
                waiting, steps = None, steps + 1
            if not isinstance(event, StepsDone):
                kept.append(event)
            elif waiting is None:
                waiting = event
            else:
                kept.append(merge_steps(waiting, event))
                waiting, steps = None, steps + 1
        if waiting is not None:
            kept.append(waiting)
            steps += 1
        self.events, self._steps = kept, steps


def parts(events: Sequence[T], size: int = PART_BYTES) -> Iterator[list[T]]:
    """Split events into lists whose encoding stays under `size` bytes, at least one list."""
    part: list[T] = []
    room = size
    for event in events:
        need = len(encode(event))
        if part and need > room:
            yield part
            part, room = [], size
        part.append(event)
        room -= need
    yield part
