"""The lines of a run's charts, and the marks on them. Kept as long as the run and the view stay the same."""

import bisect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from engine.vocabulary.messages import EpochDone
from engine.vocabulary.schedule import learning_rate
from tui.state.run import RunView
from tui.state.words.runs import fork_word
from tui.widgets.charts.clock import place_of
from tui.widgets.plotting.plot import Line
from tui.widgets.plotting.series import Point, smooth

RATE_POINTS = 120  # of the learning rate since it was last changed

Place = Callable[[float], float]
Key = tuple[str, str, float, float, float]


@dataclass(frozen=True)
class Curves:
    """What is drawn of one run; x is in the units of the axis. `third` by the names of THIRDS. `branch` is where a fork
    leaves the curve of its parent, and what that is called; None for others."""

    loss: tuple[Line, ...]
    accuracy: tuple[Line, ...]
    third: dict[str, tuple[Line, ...]]
    marks: tuple[tuple[float, str], ...]
    reached: float
    changed: float
    branch: tuple[float, str] | None = None


class KeptCurves:
    """Computes curves, and keeps those of the runs that were asked for since the last `forget_unused`."""

    def __init__(self) -> None:
        self._kept: dict[Key, tuple[RunView, EpochDone | None, Curves]] = {}
        self._used: set[Key] = set()

    def of(
        self, view: RunView, x: str, unit: float, smoothing: float, stem: EpochDone | None = None, before: float = 0.0
    ) -> Curves:
        """Return the curves of a run on the axis `x`, time in units of so many seconds; of a fork as in `curves`."""
        key = (view.run, x, unit, smoothing, before if x == "time" else 0.0)
        self._used.add(key)
        kept = self._kept.get(key)
        if kept is None or kept[0] is not view or kept[1] is not stem:
            kept = self._kept[key] = view, stem, curves(view, x, unit, smoothing, stem, before)
        return kept[2]

    def forget_unused(self) -> None:
        self._kept = {key: kept for key, kept in self._kept.items() if key in self._used}
        self._used = set()


def stem_of(view: RunView, parents: Mapping[str, RunView]) -> EpochDone | None:
    """Return the epoch of a fork's parent after which the fork begins; None in the middle of one, and if unknown."""
    parent = parents.get(view.parent)
    if parent is None:
        return None
    at = bisect.bisect_left(parent.epochs, view.parent_step, key=lambda epoch: epoch.step)
    return next((epoch for epoch in parent.epochs[at : at + 1] if epoch.step == view.parent_step), None)


def curves(
    view: RunView, x: str, unit: float, smoothing: float, stem: EpochDone | None = None, before: float = 0.0
) -> Curves:
    """Return what is drawn of a run. Smoothing sees every loss, before any is left out for want of room.

    The epochs of a fork begin with the `stem`, and its time after the seconds of its parent `before`.
    """
    place = place_of(view, x, unit, before)
    branch = (place(view.branch), fork_word(view.parent, view.parent_epoch)) if view.parent else None
    reached = max(place(view.step), place(view.epochs[-1].step) if view.epochs else 0.0)
    loss, accuracy = loss_lines(view, place, smoothing), accuracy_lines(view, place, smoothing)
    if stem is not None and view.epochs and branch is not None:
        loss, accuracy = grown(loss, "loss", stem, branch[0]), grown(accuracy, "accuracy", stem, branch[0])
    marks = [(place(step), text) for step, text in view.marks]
    marks += [(place(step), "resumed") for step in view.resumed]
    if view.epochs and view.epochs[-1].epoch > 1:
        marks.append(best_mark(view, place))
    return Curves(
        loss=loss,
        accuracy=accuracy,
        third={
            "lr": (Line("learning rate", rates(view, place), "train"),),
            "speed": (Line("images/s", speeds(view, place), "train"),),
            "dead": (Line("dead units", at_epochs(view, place, "dead"), "test"),),
            "gradient": smoothed_lines(getattr(view, "grad_norms", ()), place, smoothing),
        },
        marks=tuple(marks),
        reached=reached,
        changed=place(view.changed),
        branch=branch,
    )


def grown(lines: tuple[Line, ...], metric: str, stem: EpochDone, x: float) -> tuple[Line, ...]:
    """Return the lines whose points are epochs with what the parent had when its fork began."""
    of_epochs = ("train", "test", "validation") if metric == "accuracy" else ("test", "validation")
    values = {name: getattr(stem, f"{name}_{metric}") for name in of_epochs}
    return tuple(
        replace(line, points=((x, value), *line.points)) if (value := values.get(line.name)) is not None else line
        for line in lines
    )


def best_mark(view: RunView, place: Place) -> tuple[float, str]:
    """Return the mark of the best epoch: by validation accuracy, by test accuracy where no images are held out."""
    best = view.best
    if best is not None and best.validation_accuracy is not None:
        epoch = next(each for each in view.epochs if each.epoch == best.epoch)
        return place(epoch.step), "best"
    return place(max(view.epochs, key=lambda each: each.test_accuracy).step), "best test"


def at_epochs(view: RunView, place: Place, name: str) -> tuple[Point, ...]:
    """Return a figure of the epochs; those that lack it are left out."""
    values = ((epoch.step, getattr(epoch, name)) for epoch in view.epochs)
    return tuple((place(step), value) for step, value in values if value is not None)


def smoothed_lines(points: tuple[Point, ...], place: Place, smoothing: float) -> tuple[Line, ...]:
    """Return a line for each step's figure, smoothed, and behind it the figures as they are; these alone without."""
    steps = [place(step) for step, _ in points]
    values = [value for _, value in points]
    raw = tuple(zip(steps, values, strict=True))
    if not smoothing:
        return (Line("train", raw, "train"),)
    smoothed = tuple(zip(steps, smooth(values, smoothing), strict=True))
    note = f"smoothed {smoothing:g}"
    return Line("raw", raw, "step", figure=False), Line("train", smoothed, "train", note=note)


def loss_lines(view: RunView, place: Place, smoothing: float) -> tuple[Line, ...]:
    lines = smoothed_lines(view.losses, place, smoothing)
    validation = at_epochs(view, place, "validation_loss")
    return (
        *lines,
        Line("test", at_epochs(view, place, "test_loss"), "test"),
        *([Line("validation", validation, "validation")] if validation else []),
    )


def accuracy_lines(view: RunView, place: Place, smoothing: float) -> tuple[Line, ...]:
    """Return the accuracies of the epochs, and those of the batches until two epochs make a line."""
    running: tuple[Point, ...] = getattr(view, "accuracies", ())
    if not view.epochs:
        return smoothed_lines(running, place, smoothing) if running else ()
    validation = at_epochs(view, place, "validation_accuracy")
    return (
        *(
            smoothed_lines(running, place, smoothing)
            if running and len(view.epochs) < 2
            else [Line("train", at_epochs(view, place, "train_accuracy"), "train")]
        ),
        Line("test", at_epochs(view, place, "test_accuracy"), "test"),
        *([Line("validation", validation, "validation")] if validation else []),
    )


def rates(view: RunView, place: Place) -> tuple[Point, ...]:
    """Return the learning rate: as the epochs tell up to the last change, and step by step since."""
    since = view.changed
    points = [(epoch.step, epoch.lr) for epoch in view.epochs if epoch.step <= since]
    steady = view.config.schedule == "constant" and not view.config.warmup
    if points and steady and view.marks and view.marks[0][0] >= points[0][0]:
        points.insert(0, (0, points[0][1]))
    if view.config.valid and view.config.schedule != "plateau":
        stretch = max(1, view.step - since)
        steps = sorted({since + round(i * stretch / RATE_POINTS) for i in range(RATE_POINTS + 1)})
        points += [(step, learning_rate(view.config, step, view.steps_per_epoch)) for step in steps]
    else:
        points += [(epoch.step, epoch.lr) for epoch in view.epochs if epoch.step > since]
        points += [(view.step, view.lr)] if view.lr is not None else []
    return tuple((place(step), rate) for step, rate in points)


def speeds(view: RunView, place: Place) -> tuple[Point, ...]:
    """Return images per second: the mean of each epoch, and what it is now."""
    images = view.steps_per_epoch * view.config.batch_size
    points = [(epoch.step, images / epoch.seconds) for epoch in view.epochs if epoch.seconds]
    if view.live and view.images_per_s and view.step > (view.epochs[-1].step if view.epochs else 0):
        points.append((view.step, view.images_per_s))
    return tuple((place(step), speed) for step, speed in points)
