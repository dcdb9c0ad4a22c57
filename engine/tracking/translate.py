"""Events of a run's log as points, notes and confusion matrices of a tracker.

The log has few times: between them, the clock goes on by what steps and tests took. So it says the same each time that
the log is read, and a tracker that gets something twice can tell that it is the same.
"""

from collections.abc import Iterator

from engine.tracking.batch import Batch, Confusion, Note, Point
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    CheckpointSaved,
    Continued,
    EpochDone,
    MachineMeasured,
    Paused,
    RunEnded,
    RunEvent,
    RunStarted,
    Steered,
    StepsDone,
)
from engine.vocabulary.messages.base import DIGITS

EACH = 16  # epochs of which each has pictures; of later ones every second, fourth, ...
LONGEST = 3600.0  # seconds that steps of one event can take
EPOCH_FIGURES = (
    *("train_loss", "train_accuracy", "validation_loss", "validation_accuracy", "test_loss", "test_accuracy"),
    *("lr", "seconds", "test_seconds", "dead", "input_share", "temperature"),
)


class Translator:
    """Takes the events of one run in order. Unless it `takes_back`, a tracker is not told again of steps that a run
    that was interrupted has trained once more: on the CPU they are the same, bit for bit."""

    def __init__(self, takes_back: bool) -> None:
        self.takes_back = takes_back
        self.config = RunConfig()
        self.classes: tuple[str, ...] = DIGITS
        self.step = 0
        self.clock = 0.0
        self._told: dict[str, int] = {}  # the last step of each scalar
        self._tested: list[Confusion] = []  # pictures of them come once the run has saved what it thinks of each digit
        self._last: Confusion | None = None  # of the last epoch, if it has no pictures yet
        self._pictured = 0  # the last epoch that has

    def batch(self, event: RunEvent | None, offset: int) -> Batch:
        """Return what an event says, None being no event; `offset` is the place behind it."""
        before = self.step
        if event is not None:
            self.step = event.step
        batch = Batch(offset=offset, step=self.step, time=self.clock)
        match event:
            case RunStarted():
                self._start(event, batch, before)
            case StepsDone():
                batch.points += self._new(self._steps(event))
            case EpochDone():
                batch.points += self._new(self._epoch(event))
            case MachineMeasured():
                batch.points += self._new(self._machine(event))
            case Steered():
                self._steer(event, batch)
            case Paused() | Continued():
                batch.notes.append(self._note("paused" if isinstance(event, Paused) else "continued"))
            case CheckpointSaved():
                batch.confusions += self._pictures()
            case RunEnded():
                self.clock = max(self.clock, event.time)
                batch.confusions += self._pictures(end=True)
                batch.notes.append(self._note(event.state + (f": {event.reason}" if event.reason else "")))
                batch.ended = event.state
        batch.time = self.clock
        return batch

    def _start(self, event: RunStarted, batch: Batch, before: int) -> None:
        self.clock = max(self.clock, event.time)
        self.classes = event.classes
        self._tested, self._last = [], None
        if event.resumes:
            batch.rewinds = event.step
            again = f", {before - event.step} steps are trained again" if before > event.step else ""
            batch.notes.append(self._note(f"resumed{again}"))
            if self.takes_back:
                self._told = {name: min(step, event.step) for name, step in self._told.items()}
            self._tell_changes(self.config, event.config, batch)
        self.config = event.config

    def _steer(self, event: Steered, batch: Batch) -> None:
        self._tell_changes(self.config, event.config, batch)
        self.config = event.config

    def _tell_changes(self, before: RunConfig, after: RunConfig, batch: Batch) -> None:
        points = []
        for name in RunConfig.__struct_fields__:
            old, new = getattr(before, name), getattr(after, name)
            if old == new or name in ("log_to", "data", "processes"):
                continue
            batch.notes.append(self._note(f"{name}: {old} -> {new}"))
            if not isinstance(new, str):
                points.append(Point(f"steering/{name}", self.step, float(new), self.clock))
        batch.points += self._new(points)

    def _steps(self, event: StepsDone) -> Iterator[Point]:
        before, total = event.before, event.step - event.before
        taken = min(total * self.config.batch_size / event.images_per_s, LONGEST) if event.images_per_s else 0.0
        began, self.clock = self.clock, self.clock + taken
        for name, values in (("loss", event.losses), ("accuracy", event.accuracies)):
            for step, value in zip(event.ends, values, strict=False):
                yield Point(f"train/{name}", max(0, step), value, began + taken * (step - before) / max(1, total))
        for step, norm in event.grad_norms:
            share = min(1.0, max(0.0, (step - before) / max(1, total)))
            yield Point("train/grad_norm", step, norm, began + taken * share)
        yield Point("train/images_per_s", event.step, event.images_per_s, self.clock)

    def _epoch(self, event: EpochDone) -> Iterator[Point]:
        self.clock += event.test_seconds
        if event.confusion:
            self._last = Confusion(self.step, self.clock, event.epoch, self.classes, event.confusion)
            if has_pictures(event.epoch):
                self._tested.append(self._last)
        yield Point("epoch/epoch", event.step, float(event.epoch), self.clock)
        for name in EPOCH_FIGURES:
            value = getattr(event, name)
            if value is not None:
                yield Point(f"epoch/{name}", event.step, value, self.clock)

    def _machine(self, event: MachineMeasured) -> Iterator[Point]:
        self.clock = max(self.clock, event.time)
        values: dict[str, float | None] = {
            "cpu": event.cpu,
            "engine_cpu": event.engine,
            "memory": event.memory / 1e9,
            "engine_memory": event.engine_memory / 1e9,
        }
        for i, gpu in enumerate(event.gpus):
            values |= {
                f"gpu{i}_use": gpu.use,
                f"gpu{i}_memory": gpu.memory / 1e9,
                f"gpu{i}_temperature": gpu.temperature,
                f"gpu{i}_power": gpu.power,
            }
        for name, value in values.items():
            if value is not None:
                yield Point(f"machine/{name}", event.step, value, self.clock)

    def _pictures(self, end: bool = False) -> list[Confusion]:
        """Return the confusion matrices that are due; at the end that of the last epoch, too."""
        due, self._tested = self._tested, []
        if end and self._last is not None and self._last.epoch != self._pictured and self._last not in due:
            due.append(self._last)
        if due:
            self._pictured = due[-1].epoch
        return due

    def _new(self, points: Iterator[Point] | list[Point]) -> list[Point]:
        """Return the points of steps that the tracker was not told of."""
        new = []
        for point in points:
            if point.step > self._told.get(point.name, -1):
                self._told[point.name] = point.step
                new.append(point)
        return new

    def _note(self, text: str) -> Note:
        return Note(self.step, self.clock, text)


def has_pictures(epoch: int) -> bool:
    """Tell whether an epoch has pictures: each of the first, then every second, fourth, ..., as many of each."""
    stride = 1
    while epoch > EACH * stride:
        stride *= 2
    return epoch % stride == 0


def joined(batches: Iterator[Batch], most: int) -> Iterator[Batch]:
    """Join neighbours, up to so many points: a tracker is sent them at once. What begins or ends a run ends a batch."""
    whole: Batch | None = None
    for batch in batches:
        cut = batch.rewinds is not None or batch.confusions  # points do not wait for pictures to be drawn
        if whole is not None and (cut or whole.ended or len(whole.points) >= most):
            yield whole
            whole = None
        if whole is None:
            whole = batch
            continue
        for name in ("points", "notes", "confusions"):
            getattr(whole, name).extend(getattr(batch, name))
        whole.offset, whole.step, whole.time, whole.ended = batch.offset, batch.step, batch.time, batch.ended
    if whole is not None:
        yield whole
