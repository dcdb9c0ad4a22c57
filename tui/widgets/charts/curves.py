"""The lines of a run's charts, and the marks on them. Kept as long as the run and the view stay the same."""

import bisect
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from operator import attrgetter

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


class Curves:
    """What is drawn of one run, each part computed when it is asked for; x is in the units of the axis.

    The epochs of a fork begin with the `stem`, and its time after the seconds of its parent `before`.
    """

    def __init__(
        self, view: RunView, x: str, unit: float, smoothing: float, stem: EpochDone | None = None, before: float = 0.0
    ) -> None:
        self._view = view
        self._place = place_of(view, x, unit, before)
        self._smoothing = smoothing
        self._stem = stem if view.parent and view.epochs else None
        self.third = Thirds(
            lr=lambda: (Line("learning rate", rates(view, self._place), "train"),),
            speed=lambda: (Line("images/s", speeds(view, self._place), "train"),),
            dead=lambda: (Line("dead units", at_epochs(view, self._place, "dead"), "test"),),
            gradient=lambda: smoothed_lines(view.grad_norms, self._place, smoothing),
        )

    @cached_property
    def branch(self) -> tuple[float, str] | None:
        """Where a fork leaves the curve of its parent, and what that is called; None for others."""
        view = self._view
        return (self._place(view.branch), fork_word(view.parent, view.parent_epoch)) if view.parent else None

    @cached_property
    def test_loss(self) -> tuple[Point, ...]:
        return self._of_epochs("test_loss")

    @cached_property
    def test_accuracy(self) -> tuple[Point, ...]:
        return self._of_epochs("test_accuracy")

    @cached_property
    def loss(self) -> tuple[Line, ...]:
        """Smoothing sees every loss, before any is left out for want of room."""
        lines = smoothed_lines(self._view.losses, self._place, self._smoothing)
        validation = self._of_epochs("validation_loss")
        return (
            *lines,
            Line("test", self.test_loss, "test"),
            *([Line("validation", validation, "validation")] if validation else []),
        )

    @cached_property
    def accuracy(self) -> tuple[Line, ...]:
        """The accuracies of the epochs, and those of the batches until two epochs make a line."""
        view = self._view
        running = smoothed_lines(view.accuracies, self._place, self._smoothing) if view.accuracies else ()
        if not view.epochs:
            return running
        validation = self._of_epochs("validation_accuracy")
        return (
            *(
                running
                if running and len(view.epochs) < 2
                else [Line("train", self._of_epochs("train_accuracy"), "train")]
            ),
            Line("test", self.test_accuracy, "test"),
            *([Line("validation", validation, "validation")] if validation else []),
        )

    def _of_epochs(self, name: str) -> tuple[Point, ...]:
        """Return a figure of the epochs, with what the parent had when a fork began."""
        points = at_epochs(self._view, self._place, name)
        value = getattr(self._stem, name, None)
        return points if value is None or self.branch is None else ((self.branch[0], value), *points)

    def lines(self, metric: str, third: str) -> tuple[Line, ...]:
        """Return the lines of one of CHARTS; of the third one, those of one of THIRDS."""
        if metric == "third":
            return self.third.get(third, ())
        return self.loss if metric == "loss" else self.accuracy

    @cached_property
    def marks(self) -> tuple[tuple[float, str], ...]:
        view, place = self._view, self._place
        marks = [(place(step), text) for step, text in view.marks]
        marks += [(place(step), "resumed") for step in view.resumed]
        if view.epochs and view.epochs[-1].epoch > 1:
            marks.append(best_mark(view, place))
        return tuple(marks)

    @cached_property
    def reached(self) -> float:
        view = self._view
        return max(self._place(view.step), self._place(view.epochs[-1].step) if view.epochs else 0.0)

    @cached_property
    def changed(self) -> float:
        return self._place(self._view.changed)


class Thirds(Mapping[str, tuple[Line, ...]]):
    """The lines of the third chart by the names of THIRDS, each computed when it is asked for."""

    def __init__(self, **make: Callable[[], tuple[Line, ...]]) -> None:
        self._make = make
        self._made: dict[str, tuple[Line, ...]] = {}

    def __getitem__(self, name: str) -> tuple[Line, ...]:
        if name not in self._made:
            self._made[name] = self._make[name]()
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._make)

    def __len__(self) -> int:
        return len(self._make)


class KeptCurves:
    """Keeps the curves of the runs that were asked for since the last `forget_unused`."""

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
            kept = self._kept[key] = view, stem, Curves(view, x, unit, smoothing, stem, before)
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


def best_mark(view: RunView, place: Place) -> tuple[float, str]:
    """Return the mark of the best epoch: by validation accuracy, by test accuracy where no images are held out."""
    best = view.best
    if best is not None and best.validation_accuracy is not None:
        epoch = next(each for each in view.epochs if each.epoch == best.epoch)
        return place(epoch.step), "best"
    return place(max(view.epochs, key=lambda each: each.test_accuracy).step), "best test"


def at_epochs(view: RunView, place: Place, name: str) -> tuple[Point, ...]:
    """Return a figure of the epochs; those that lack it are left out."""
    figure = attrgetter(name)
    return tuple([(place(each.step), value) for each in view.epochs if (value := figure(each)) is not None])


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
