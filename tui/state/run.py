"""A run as a screen shows it: what its events add up to. Pure; no Textual here."""

import itertools

import msgspec
from msgspec.structs import replace

from engine.vocabulary.config import RunConfig, Value
from engine.vocabulary.log_summary import LogSummary, figures_of, is_better
from engine.vocabulary.messages import (
    CheckpointSaved,
    Continued,
    DataCheck,
    EpochDone,
    EpochFigures,
    GraphsRefused,
    MachineMeasured,
    NetworkCompiled,
    Paused,
    RunEnded,
    RunEvent,
    RunOpened,
    RunStarted,
    SavingFailed,
    Steered,
    StepsDone,
    ThreadsChanged,
    thin_machine,
)
from engine.vocabulary.messages.base import DIGITS
from engine.vocabulary.schedule import learning_rate
from tui.state.words.values import format_values
from tui.terminal.sanitize import sanitize

MOST_MACHINE = 512  # measurements of the machine
MOST_POINTS = 4096  # losses kept for the chart; beyond, neighbours are averaged

Point = tuple[float, float]


class RunView(msgspec.Struct, frozen=True):
    """One run as a screen shows it. `losses`, `accuracies` and `grad_norms` are (step, value), of the training batches;
    `marks` (step, what was steered). `machine` is what was measured of it, from old to new."""

    run: str
    config: RunConfig
    state: str
    device: str = ""
    parameters: int = 0
    train_images: int = 0
    test_images: int = 0
    sample: bool = False
    steps_per_epoch: int = 1
    step: int = 0
    images_per_s: float = 0.0
    losses: tuple[Point, ...] = ()
    accuracies: tuple[Point, ...] = ()
    grad_norms: tuple[Point, ...] = ()
    machine: tuple[MachineMeasured, ...] = ()
    epochs: tuple[EpochDone, ...] = ()
    marks: tuple[tuple[int, str], ...] = ()
    resumed: tuple[int, ...] = ()  # the steps from which it was resumed
    course: LogSummary | None = None  # what it began with, and its best epoch
    changed: int = 0  # the step since which it trains with this config
    confusion: tuple[tuple[int, ...], ...] = ()
    reason: str = ""
    problem: str = ""  # why it cannot be saved, and so waits
    threads: int = 0  # that compute, 0: not known, or on a GPU
    most_threads: int = 0  # that the machine has
    uncaptured: str = ""  # why its steps are no CUDA graphs, on a device that has them
    compiled: NetworkCompiled | None = None  # what came of compiling its network, where that was asked for
    parent: str = ""  # the run that this is a fork of
    parent_epoch: int = 0
    parent_step: int = 0  # of the parent, whose curve this one's goes on with
    branch: int = 0  # the step from which this one's curve goes on with it: another one with another batch size
    check: DataCheck | None = None  # what was seen of its data set; None for a run of an older version
    classes: tuple[str, ...] = DIGITS  # the names of its labels

    @property
    def live(self) -> bool:
        return self.state in ("running", "paused")

    @property
    def epoch(self) -> int:
        """Finished epochs."""
        return self.epochs[-1].epoch if self.epochs else self.parent_epoch

    @property
    def began(self) -> dict[str, Value]:
        """The values at the start of what was steered on the way."""
        return self.course.began if self.course is not None else {}

    @property
    def last(self) -> EpochFigures | None:
        return figures_of(self.epochs[-1]) if self.epochs else None

    @property
    def best(self) -> EpochFigures | None:
        """The best epoch by validation accuracy, the earliest of equals; None where no images are held out."""
        best: EpochDone | None = None
        for epoch in self.epochs:
            best = epoch if is_better(epoch, best) else best
        return figures_of(best) if best is not None else None

    @property
    def reported(self) -> EpochFigures | None:
        """The epoch that speaks for the run: the best one by validation, the last where no images are held out."""
        return self.best or self.last

    @property
    def run_fraction(self) -> float:
        return min(1.0, self.step / max(1, self.steps_per_epoch * self.config.epochs))

    @property
    def lr(self) -> float | None:
        """The learning rate of the next step; None for a config that no run of this version has."""
        if not self.config.valid:
            return None
        rate = learning_rate(self.config, self.step, self.steps_per_epoch)
        return rate * self.epochs[-1].lr_share if self.config.schedule == "plateau" and self.epochs else rate

    @property
    def seconds_left(self) -> float | None:
        """Estimated time to the end of the run: the steps at the present speed, and a test for each epoch."""
        if not self.live or not self.images_per_s:
            return None
        images_left = (self.steps_per_epoch * self.config.epochs - self.step) * self.config.batch_size
        test = self.epochs[-1].test_seconds if self.epochs else 0.0
        return max(0.0, images_left / self.images_per_s) + test * (self.config.epochs - self.epoch)


def open_run(opened: RunView | None, event: RunOpened) -> RunView | None:
    """Return the view of a run from its history, one part after the other."""
    for part in event.history:
        opened = apply_to_run(opened, part)
    if opened is None or not event.last:
        return opened
    return replace(opened, state=sanitize(event.summary.state), reason=sanitize(event.summary.problem))


def apply_to_run(view: RunView | None, event: RunEvent) -> RunView | None:
    """Return the run after one of its events; events of a run that was never seen to start are passed over."""
    if isinstance(event, RunStarted):
        return start_run(view, event)
    if view is None or view.run != event.run:
        return view
    if isinstance(event, SavingFailed):
        return replace(view, problem=sanitize(event.reason))
    if view.problem:
        view = replace(view, problem="")  # what happens on a run, happens on record: it can be saved again
    match event:
        case StepsDone():
            at = [float(step) for step in event.ends]
            return replace(
                view,
                step=event.step,
                images_per_s=event.images_per_s,
                losses=bounded((*view.losses, *zip(at, event.losses, strict=True))),
                accuracies=bounded((*view.accuracies, *zip(at, event.accuracies, strict=False))),
                grad_norms=bounded((*view.grad_norms, *((float(step), norm) for step, norm in event.grad_norms))),
            )
        case MachineMeasured():
            return replace(view, machine=tuple(thin_machine((*view.machine, event), MOST_MACHINE)))
        case EpochDone():
            confusion = tuple(tuple(row) for row in event.confusion) or view.confusion
            return replace(view, step=event.step, epochs=(*view.epochs, event), confusion=confusion)
        case Steered():
            marks = (*view.marks, (event.step, format_values(event.changes)))
            course = (view.course or LogSummary(view.config)).after(event)
            return replace(view, config=event.config, marks=marks, course=course, changed=event.step)
        case ThreadsChanged():
            return replace(view, threads=event.threads, most_threads=event.most_threads)
        case Paused() | Continued():
            return replace(view, state="paused" if isinstance(event, Paused) else "running")
        case GraphsRefused():
            return replace(view, uncaptured=sanitize(event.reason))
        case NetworkCompiled():
            return replace(view, compiled=event)
        case RunEnded():
            return replace(view, state=event.state, reason=sanitize(event.reason))
        case CheckpointSaved():
            return view


def start_run(view: RunView | None, event: RunStarted) -> RunView:
    """Return a new run's view; a resumed one keeps what came before the step it resumed from."""
    fresh = RunView(
        run=event.run,
        config=event.config,
        state="running",
        device=event.device,
        parameters=event.parameters,
        train_images=event.train_images,
        test_images=event.test_images,
        sample=event.sample,
        steps_per_epoch=event.steps_per_epoch,
        step=event.step,
        threads=event.threads,
        most_threads=event.most_threads,
        check=event.check,
        classes=event.classes,
        parent=event.parent,
        parent_epoch=event.parent_epoch,
        parent_step=event.parent_step,
        branch=event.parent_step if event.resumes else event.step,
        changed=event.step if event.parent else 0,
        course=LogSummary(event.config),
    )
    if view is None or view.run != event.run or not event.resumes:
        return fresh
    return replace(
        fresh,
        branch=view.branch,
        losses=tuple(point for point in view.losses if point[0] <= event.step),
        accuracies=tuple(point for point in view.accuracies if point[0] <= event.step),
        grad_norms=tuple(point for point in view.grad_norms if point[0] <= event.step),
        machine=view.machine,
        epochs=tuple(epoch for epoch in view.epochs if epoch.epoch <= event.epoch),
        marks=tuple(mark for mark in view.marks if mark[0] <= event.step),
        resumed=(*(step for step in view.resumed if step <= event.step), event.step),
        course=(view.course or LogSummary(view.config)).after(event),
        changed=view.changed if event.config == view.config else event.step,
        confusion=view.confusion,
    )


def bounded(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """Return the points, neighbours averaged when there are too many; the newest stay as they are. The stretches that
    the older half is averaged over double, and never shift: an average is only ever joined with its neighbour."""
    if len(points) <= MOST_POINTS:
        return points
    half, stretch = len(points) // 2, 1
    while points[half][0] > stretch * (MOST_POINTS // 4):
        stretch *= 2
    merged = []
    for _, group in itertools.groupby(points[:half], key=lambda point: point[0] // stretch):
        steps, losses = zip(*group, strict=True)
        merged.append((sum(steps) / len(steps), sum(losses) / len(losses)))
    return (*merged, *points[half:])
