"""What a confusion matrix says of each class, and its most frequent mistakes. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from engine.vocabulary.messages import GalleryTold, floats_in

Counts = Sequence[Sequence[int]]
Pair = tuple[int, int]  # actual and predicted class


class ClassFigures(NamedTuple):
    """How many images a class has (`support`), how many are taken for it, and how many rightly.

    Shares are None where there is nothing to divide by.
    """

    support: int
    predicted: int
    right: int

    @property
    def precision(self) -> float | None:
        return self.right / self.predicted if self.predicted else None

    @property
    def recall(self) -> float | None:
        return self.right / self.support if self.support else None

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall."""
        both = self.support + self.predicted
        return 2 * self.right / both if both else None

    @property
    def missed(self) -> int:
        return self.support - self.right

    @property
    def taken(self) -> int:
        """How many of other classes are taken for it."""
        return self.predicted - self.right


class Mistake(NamedTuple):
    """A class that is taken for another so many times, of `support` images."""

    actual: int
    predicted: int
    times: int
    support: int

    @property
    def pair(self) -> Pair:
        return self.actual, self.predicted


def is_complete(counts: Counts, classes: int) -> bool:
    """Tell whether there is a count for each pair of classes."""
    return [len(row) for row in counts] == [classes] * classes


def class_figures(counts: Counts) -> list[ClassFigures]:
    """Return the figures of each class, for counts [actual][predicted]."""
    return [ClassFigures(sum(row), sum(each[i] for each in counts), row[i]) for i, row in enumerate(counts)]


def most_mistaken(counts: Counts) -> int:
    """Return how often the most frequent mistake occurs."""
    return max((count for i, row in enumerate(counts) for j, count in enumerate(row) if i != j), default=0)


def top_mistakes(counts: Counts, most: int) -> list[Mistake]:
    """Return the most frequent mistakes, the most frequent first."""
    found = [
        Mistake(actual, predicted, count, sum(row))
        for actual, row in enumerate(counts)
        for predicted, count in enumerate(row)
        if count and actual != predicted
    ]
    return sorted(found, key=lambda each: (-each.times, each.pair))[:most]


def digits_of(gallery: GalleryTold, pair: Pair, most: int) -> list[tuple[int, float]]:
    """Return index and confidence of digits of a cell: of mistakes the surest first, of right ones the least sure."""
    sign = 1 if pair[0] == pair[1] else -1
    rows = zip(gallery.labels, gallery.predicted, floats_in(gallery.confidences), strict=False)
    found = [(sign * sure, i) for i, (*labels, sure) in enumerate(rows, gallery.start) if tuple(labels) == pair]
    return [(index, sign * key) for key, index in sorted(found)[:most]]


def surest_examples(gallery: GalleryTold) -> dict[Pair, int]:
    """Return of each kind of mistake the digit that the run was surest of, by its index in the test part."""
    surest: dict[Pair, tuple[float, int]] = {}
    rows = zip(gallery.labels, gallery.predicted, floats_in(gallery.confidences), strict=False)
    for index, (actual, predicted, confidence) in enumerate(rows, gallery.start):
        if actual != predicted and confidence > surest.get((actual, predicted), (-1.0, 0))[0]:
            surest[actual, predicted] = confidence, index
    return {pair: index for pair, (_, index) in surest.items()}
