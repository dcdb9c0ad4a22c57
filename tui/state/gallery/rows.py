"""All digits of a part of the data: what each is, what it was taken for, how surely, and at which loss. Pure."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import msgspec

from engine.vocabulary.messages import GalleryTold, floats_in
from engine.vocabulary.messages.base import DIGITS

MOST_UNANSWERED = 200_000  # digits that are listed before an answer comes, whatever a log says that there are


class Row(msgspec.Struct, frozen=True, gc=False):
    """A digit by its index in the data. `label` and `predicted` are -1 where they are not known, figures None.

    `loss` is in nats; `confidence` in what is predicted and its `margin` over the next class are fractions of 1.
    """

    index: int
    label: int = -1
    predicted: int = -1
    loss: float | None = None
    confidence: float | None = None
    margin: float | None = None

    @property
    def is_wrong(self) -> bool:
        return self.predicted >= 0 and self.predicted != self.label


@dataclass(frozen=True)
class Gallery:
    """Digits from the first one on, of `total` that there are. `step` is 0 where they are of the log of the run.

    `data` is the folder of digits that are not the run's own.
    """

    run: str
    part: str = "test"
    data: str = ""
    epoch: int = 0
    step: int = 0
    total: int = 0
    rows: tuple[Row, ...] = ()
    classes: tuple[str, ...] = DIGITS
    epochs: tuple[int, ...] = ()
    damaged: int = 0

    @property
    def complete(self) -> bool:
        return len(self.rows) >= self.total

    @property
    def answered(self) -> bool:
        """Whether a network has looked at the digits."""
        return bool(self.rows) and self.rows[0].predicted >= 0

    @cached_property
    def losses(self) -> list[float]:
        """All losses that are known, in rising order."""
        return sorted(row.loss for row in self.rows if row.loss is not None)

    def rank(self, row: Row) -> int:
        """Return the place of a digit among the hardest, 1 for the highest loss; 0 where its loss is not known."""
        if row.loss is None:
            return 0
        return 1 + len(self.losses) - bisect_right(self.losses, row.loss)


def told(before: Gallery | None, event: GalleryTold, data: str = "") -> Gallery:
    """Return the gallery after a page of it; the first page begins it anew."""
    rows = tuple(rows_of(event))
    if event.start and before is not None and before.run == event.run and event.start == len(before.rows):
        return replace(before, rows=before.rows + rows, total=event.total if rows else len(before.rows))
    return Gallery(
        run=event.run,
        part=event.part,
        data=data,
        epoch=event.epoch,
        step=event.step,
        total=event.total if rows else 0,
        rows=rows,
        classes=event.classes,
        epochs=tuple(event.epochs),
        damaged=event.damaged,
    )


def rows_of(event: GalleryTold) -> list[Row]:
    """Return the digits of a page."""
    count = min(len(event.labels), len(event.predicted))
    figures = [known(floats_in(each), count) for each in (event.losses, event.confidences, event.margins)]
    indices = range(event.start, event.start + count)
    return list(map(Row, indices, event.labels, event.predicted, *figures))


def known(numbers: Sequence[float], count: int) -> list[float | None]:
    """Return `count` numbers, None for those that are not there or not finite."""
    found: list[float | None] = [number if math.isfinite(number) else None for number in numbers[:count]]
    return found + [None] * (count - len(found))


def unanswered(run: str, total: int, classes: tuple[str, ...]) -> Gallery:
    """Return the test digits of a run that no network has looked at yet."""
    return Gallery(run=run, total=total, rows=tuple(map(Row, range(min(total, MOST_UNANSWERED)))), classes=classes)
