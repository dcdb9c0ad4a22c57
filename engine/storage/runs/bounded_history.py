"""The history of a run in bounded size, for a screen that attaches late or opens an old run."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

import msgspec

from engine.vocabulary.messages import (
    CheckpointSaved,
    EpochDone,
    MachineMeasured,
    RunEvent,
    RunStarted,
    SavingFailed,
    StepsDone,
    encode,
    merge_steps,
    thin_machine,
)

STEP_EVENTS = 128  # with STEP_POINTS losses in each: some 8,000 points however long the run
EPOCHS = 4096  # beyond, there are gaps between those of the older half
MACHINE = 512  # measurements of the machine; beyond, there are gaps between those of the older half
OTHERS = 2048  # pauses, changes and the like; beyond, the older half is left out
PART_BYTES = 512 * 1024
T = TypeVar("T", bound=msgspec.Struct)


class History:
    """Events of one run, in order. Steps are merged, never dropped; of all else there is room for a very long run."""

    def __init__(self, events: Iterable[RunEvent] = ()) -> None:
        self.events: list[RunEvent] = []
        self._steps = 0
        self._epochs = 0
        self._others = 0
        self._machine = 0
        for event in events:
            self.add(event)

    def add(self, event: RunEvent) -> None:
        if self.events and isinstance(self.events[-1], SavingFailed):
            self.events.pop()  # whatever comes after it says that it is over
        if isinstance(event, CheckpointSaved):
            return  # nobody draws it
        last = self.events[-1] if self.events else None
        if isinstance(event, StepsDone):
            if isinstance(last, StepsDone) and len(last.losses) + len(event.losses) <= 32:
                self.events[-1] = merge_steps(last, event)
                return
            self._steps += 1
        elif isinstance(event, EpochDone):
            self._forget_confusion()
            self._epochs += 1
        elif isinstance(event, MachineMeasured):
            self._machine += 1
        else:
            self._others += 1
        self.events.append(event)
        if self._steps > STEP_EVENTS:
            self._halve()
        if self._epochs > EPOCHS:
            self._thin_epochs()
        if self._machine > MACHINE:
            self._thin_machine()
        if self._others > OTHERS:
            self._forget_others()

    def _forget_confusion(self) -> None:
        """Keep only the newest confusion matrix: 100 numbers an epoch would outweigh all the rest."""
        for i in range(len(self.events) - 1, -1, -1):
            event = self.events[i]
            if isinstance(event, EpochDone):
                self.events[i] = msgspec.structs.replace(event, confusion=[])
                return

    def _thin_epochs(self) -> None:
        """Keep every second, fourth, ... epoch of the older half: the curve keeps its shape, the newest stay."""
        epochs = {i: event.epoch for i, event in enumerate(self.events) if isinstance(event, EpochDone)}
        older = list(epochs)[: EPOCHS // 2]
        kept, stretch = older, 1
        while len(kept) > EPOCHS // 4 and stretch < 2**53:
            stretch *= 2
            kept = [i for i in older if epochs[i] % stretch == 1]
        self._leave_out(set(older).difference(kept[: EPOCHS // 4]))
        self._epochs = len(epochs) - len(older) + len(kept[: EPOCHS // 4])

    def _thin_machine(self) -> None:
        places = {id(event): i for i, event in enumerate(self.events) if isinstance(event, MachineMeasured)}
        measured = [event for event in self.events if isinstance(event, MachineMeasured)]
        kept = thin_machine(measured, MACHINE)
        self._machine = len(kept)
        self._leave_out(set(places.values()).difference(places[id(event)] for event in kept))

    def _forget_others(self) -> None:
        """Leave out the older half of what is neither a step nor an epoch, but for the beginning of the run."""
        places = [
            i for i, event in enumerate(self.events) if not isinstance(event, StepsDone | EpochDone | MachineMeasured)
        ]
        older = places[1 : len(places) // 2]
        self._leave_out(set(older))
        self._others = len(places) - len(older)

    def _leave_out(self, places: set[int]) -> None:
        self.events = [event for i, event in enumerate(self.events) if i not in places]

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
