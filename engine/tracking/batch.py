"""What a tracker is sent, and what it has to be."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import msgspec

from engine.vocabulary.config import Value


class Point(msgspec.Struct, frozen=True):
    """A scalar after so many steps; `time` is seconds since the epoch."""

    name: str
    step: int
    value: float
    time: float


class Note(msgspec.Struct, frozen=True):
    """What was done to the run: steered, paused, resumed."""

    step: int
    time: float
    text: str


class Confusion(msgspec.Struct, frozen=True):
    """What a test after an epoch has counted: `counts[actual][predicted]`, with the names of the classes."""

    step: int
    time: float
    epoch: int
    classes: tuple[str, ...]
    counts: list[list[int]]


class Picture(msgspec.Struct, frozen=True):
    """A PNG, of an epoch: `confusion` or `worst_digits`."""

    name: str
    step: int
    time: float
    epoch: int
    png: bytes


class Batch(msgspec.Struct, kw_only=True):
    """What a stretch of a run's log says, up to the byte `offset`, when the run was at `step`.

    `rewinds`, where it is not None: the run has gone back to this step, and what was sent of later ones never was.
    `ended` is the state with which the run has ended, "" where it goes on. Of a long run some epochs have a confusion
    matrix and `pictures`, the last one always.
    """

    offset: int
    step: int
    time: float
    points: list[Point] = []
    notes: list[Note] = []
    confusions: list[Confusion] = []
    pictures: list[Picture] = []
    rewinds: int | None = None
    ended: str = ""


class RunFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a tracker is told of a run when it is opened; `values` are its hyperparameters at its start.

    `key` names the run in the tracker for ever, whatever becomes of its folder's name. `tags` are further facts, by
    name. `folder` is where the tracker may keep files.
    """

    run: str
    key: str
    title: str
    group: str
    folder: Path
    started: float
    values: Mapping[str, Value]
    tags: Mapping[str, str]


class Tracker(Protocol):
    """One run in a tracker. Whatever a method raises means that the tracker is not to be had now: it is tried again.

    An entry point of the group `mnist_tui.trackers` names a function `open(facts, target) -> Tracker`, where `target`
    is what stands behind `NAME=`; it opens the run of this `key` again, or begins it.
    """

    takes_back: bool
    """Whether what was sent of later steps can be replaced (Batch.rewinds). Otherwise it is not sent again."""

    @property
    def where(self) -> str:
        """An address or folder in which to look."""
        ...

    def confirmed(self) -> int | None:
        """Return the offset of the last batch that the tracker has in full; None where it does not know."""
        ...

    def send(self, batch: Batch) -> None:
        """Return once the tracker has all of it. The same batch may come twice, if the first time failed half-way."""
        ...

    def close(self) -> None: ...
