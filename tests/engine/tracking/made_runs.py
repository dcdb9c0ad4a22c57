"""Folders of runs with a log, and a tracker that keeps what it is sent in memory."""

from collections.abc import Sequence
from pathlib import Path

from fake_engine import RUN, epoch_done, started, steps

from engine.storage.runs.event_log import EVENTS, seal
from engine.storage.runs.record import write_record
from engine.tracking.batch import Batch, Point, RunFacts
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import CheckpointSaved, RunEnded, RunEvent, Steered
from tests.engine.storage.runs.records import record


def saved(step: int) -> CheckpointSaved:
    return CheckpointSaved(run=RUN, step=step, file="last.pt")


def ended(step: int, state: str = "finished") -> RunEnded:
    return RunEnded(run=RUN, step=step, time=90.0, state=state)


def steered(step: int, lr: float) -> Steered:
    return Steered(run=RUN, step=step, changes={"lr": lr}, config=RunConfig(lr=lr))


def epoch(number: int) -> list[RunEvent]:
    """Return the events of an epoch of 40 steps, the loss of each of which is a tenth of its number."""
    begin = 40 * (number - 1)
    return [
        steps(begin + 20, [step / 10 for step in range(begin + 1, begin + 21)]),
        steps(begin + 40, [step / 10 for step in range(begin + 21, begin + 41)]),
        epoch_done(number),
        saved(begin + 40),
    ]


TWO_EPOCHS: list[RunEvent] = [started(), *epoch(1), steered(40, 0.5), *epoch(2), ended(80)]
# killed in the second epoch, after step 60, and resumed from the checkpoint of the first
KILLED: list[RunEvent] = [started(), *epoch(1), steps(60, [step / 10 for step in range(41, 61)])]
RESUMED: list[RunEvent] = [started(step=40, epoch=1), *epoch(2), ended(80)]


def make_run(checkpoints: Path, events: Sequence[RunEvent], state: str = "finished") -> Path:
    """Make the folder of a run whose log has these events."""
    folder = checkpoints / RUN
    folder.mkdir(parents=True, exist_ok=True)
    write_record(folder, record(state))
    log(folder, events)
    return folder


def log(folder: Path, events: Sequence[RunEvent]) -> None:
    with open(folder / EVENTS, "ab") as file:
        for event in events:
            file.write(seal(event))


class MemoryTracker:
    """`fails` counts the sends that fail; `half` has them fail once all is taken, so that nothing is confirmed."""

    takes_back = False

    def __init__(self, fails: int = 0, half: bool = False) -> None:
        self.fails, self.half = fails, half
        self.batches: list[Batch] = []
        self.opened: list[RunFacts] = []

    def open(self, facts: RunFacts, target: str) -> "MemoryTracker":
        self.opened.append(facts)
        return self

    @property
    def where(self) -> str:
        return "http://user:secret@tracker/run?token=secret"

    def confirmed(self) -> int | None:
        return None

    def send(self, batch: Batch) -> None:
        if self.fails:
            self.fails -= 1
            if self.half:
                self.batches.append(batch)
            raise ConnectionError("Connection refused by http://user:secret@tracker")
        self.batches.append(batch)

    def close(self) -> None: ...

    def points(self, name: str) -> list[Point]:
        return [point for batch in self.batches for point in batch.points if point.name == name]

    def steps(self, name: str) -> list[int]:
        return [point.step for point in self.points(name)]

    @property
    def notes(self) -> list[str]:
        return [note.text for batch in self.batches for note in batch.notes]
