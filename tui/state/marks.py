"""Runs that are marked to be compared: their letters, and the courses that their curves are drawn from. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import count
from string import ascii_lowercase

import msgspec
from msgspec.structs import replace

from engine.vocabulary.messages import HistoryRead, RunEvent
from tui.state.run import RunView, apply_to_run

PARENTS = ascii_lowercase.index("p")  # the letter of a run that is drawn as the parent of another, if it is free
MOST_HISTORIES = 32
MOST_CURVE_POINTS = 512  # of a run that is drawn beside others


def letter(number: int) -> str:
    """Return the letter of a run by its number from 0 on: a to z, then aa, ab, ..."""
    before, at = divmod(number, len(ascii_lowercase))
    return (letter(before - 1) if before else "") + ascii_lowercase[at]


def number_of(letter: str) -> int:
    """Return the number of a letter, see `letter`."""
    number = 0
    for each in letter:
        number = number * len(ascii_lowercase) + ascii_lowercase.index(each) + 1
    return number - 1


class Mark(msgspec.Struct, frozen=True):
    """A run is marked. It keeps its letter, which gives it its colour too, as long as it is marked."""

    run: str
    letter: str

    @property
    def number(self) -> int:
        return number_of(self.letter)


class Histories(msgspec.Struct, frozen=True):
    """The courses of past runs, the one that came last at the end; `problems` of those that cannot be read.

    `coming` is the one of which not all parts are there. `several` are those of runs that train at once, which go on
    as they are told, and of some that have done so.
    """

    views: Mapping[str, RunView] = msgspec.field(default_factory=dict)
    problems: Mapping[str, str] = msgspec.field(default_factory=dict)
    coming: RunView | None = None
    several: Mapping[str, RunView] = msgspec.field(default_factory=dict)

    @property
    def at_once(self) -> list[RunView]:
        """The runs that train beside each other."""
        return [view for view in self.several.values() if view.live]

    def course_of(self, run: str) -> RunView | None:
        return self.several.get(run) or self.views.get(run)

    def told(self, event: RunEvent) -> "Histories":
        """Return the histories after an event of one of several runs."""
        view = apply_to_run(self.several.get(event.run), event)
        if view is None:
            return self
        several = {**self.several, event.run: view}
        ended = [name for name, each in several.items() if not each.live]
        for name in ended[: max(0, len(ended) - MOST_HISTORIES)]:
            del several[name]
        return replace(self.without(event.run), several=several)

    def has(self, run: str) -> bool:
        return run in self.views or run in self.problems

    def without(self, run: str) -> "Histories":
        """Forget a run: it goes on, so that what is kept of it will soon be old."""
        if not self.has(run):
            return self
        return replace(
            self,
            views={name: view for name, view in self.views.items() if name != run},
            problems={name: problem for name, problem in self.problems.items() if name != run},
        )

    def without_deleted(self, run: str) -> "Histories":
        """Forget all of a run."""
        return replace(
            self.without(run),
            coming=None if self.coming is not None and self.coming.run == run else self.coming,
            several={name: view for name, view in self.several.items() if name != run},
        )

    def after(self, event: HistoryRead, wanted: Collection[str]) -> "Histories":
        """Return the histories after a part of one. Those that are `wanted` stay longest."""
        coming = None if event.first else self.coming
        for part in event.history:
            coming = apply_to_run(coming, part)
        if not event.last:
            return replace(self, coming=coming)
        others = self.without(event.run)
        if coming is None:
            problem = event.problem or "the beginning of its log is lost"
            return replace(others, problems={**others.problems, event.run: problem}, coming=None)
        views = {**others.views, event.run: thinned(coming)}
        spare = [run for run in views if run not in wanted and run != event.run]
        dropped = set(spare[: max(0, len(views) - MOST_HISTORIES)])
        return replace(others, views={run: view for run, view in views.items() if run not in dropped}, coming=None)


def toggled(marks: tuple[Mark, ...], run: str) -> tuple[Mark, ...]:
    """Return the marks once a run is marked, with the first letter that is free, or not any more."""
    if letter_of(marks, run):
        return tuple(mark for mark in marks if mark.run != run)
    new = Mark(run, next(free_letters(marks, 0)))
    return tuple(sorted((*marks, new), key=lambda mark: mark.number))


def free_letters(marks: tuple[Mark, ...], first: int) -> Iterator[str]:
    """Yield the letters that no mark has, from that of a number on."""
    taken = {mark.letter for mark in marks}
    return (each for each in map(letter, count(first)) if each not in taken)


def parent_marks(marks: tuple[Mark, ...], parents: Iterable[str]) -> tuple[Mark, ...]:
    """Return marks for the parents of forks that are not marked themselves: p, q, and so on."""
    unmarked = dict.fromkeys(parent for parent in parents if parent and not letter_of(marks, parent))
    return tuple(map(Mark, unmarked, free_letters(marks, PARENTS)))


def letter_of(marks: tuple[Mark, ...], run: str) -> str:
    """Return the letter of a run, "" where it is not marked."""
    return next((mark.letter for mark in marks if mark.run == run), "")


def thinned(view: RunView) -> RunView:
    """Return a run with only what its curves are drawn from, in bounded size. The newest epoch stays."""
    losses, accuracies, grad_norms = map(fewer, (view.losses, view.accuracies, view.grad_norms))
    gap = max(1, -(-len(view.epochs) // MOST_CURVE_POINTS))
    epochs = view.epochs[(len(view.epochs) - 1) % gap :: gap] if view.epochs else ()
    return replace(
        view, losses=losses, accuracies=accuracies, grad_norms=grad_norms, epochs=epochs, machine=(), confusion=(),
        check=None,
    )  # fmt: skip


def fewer(points: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    stride = -(-len(points) // MOST_CURVE_POINTS)
    return points if stride < 2 else tuple(means(points, stride))


def means(points: tuple[tuple[float, float], ...], stride: int) -> list[tuple[float, float]]:
    """Return the mean of each `stride` points."""
    groups = [points[i : i + stride] for i in range(0, len(points), stride)]
    return [(sum(x for x, _ in group) / len(group), sum(y for _, y in group) / len(group)) for group in groups]
