"""Questions about the digits of a run, and all parts of a gallery as rows."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from engine.vocabulary.messages import AskGallery, AskGalleryNow, Command, GalleryTold, floats_in
from engine.vocabulary.messages.belief_messages import Part
from tui.link.attach import attached
from tui.state.class_words import label_named, no_class

FIELDS = ("index", "label", "predicted", "confidence", "margin", "loss")
UNKNOWN = None  # a figure that was not kept, or of an image that was not trained on


async def ask_all(checkpoints: Path, *questions: tuple[Command, Any]) -> list[Any]:
    """Return the answers to questions, each with the kind of its answer. Raises CommandRefused."""
    async with attached(checkpoints) as session:
        return [await session.ask(question, kind) for question, kind in questions]


@dataclass(frozen=True)
class Gallery:
    """All digits of a part of the data, as `facts` say of them."""

    classes: tuple[str, ...]
    facts: dict[str, Any]
    rows: list[dict[str, Any]]


async def all_rows(checkpoints: Path, name: str, part: Part, epoch: int | None, now: bool, data: str) -> Gallery:
    """Ask for a whole gallery, part by part. Raises CommandRefused."""
    parts: list[GalleryTold] = []
    async with attached(checkpoints) as session:
        while not parts or (parts[-1].labels and parts[-1].start + len(parts[-1].labels) < parts[-1].total):
            start = parts[-1].start + len(parts[-1].labels) if parts else 0
            question: AskGallery | AskGalleryNow
            if now:
                question = AskGalleryNow(run=name, part=part, data=data, start=start)
            else:
                question = AskGallery(run=name, part=part, epoch=epoch or 0, start=start)
            parts.append(await session.ask(question, GalleryTold))
            name = parts[-1].run
    last = parts[-1]
    facts = {"run": last.run, "part": part, "epoch": last.epoch, "step": last.step or None, "total": last.total}
    facts |= {"epochs": last.epochs, "damaged": last.damaged}
    return Gallery(last.classes, facts, [row for each in parts for row in rows_of(each)])


def rows_of(told: GalleryTold) -> list[dict[str, Any]]:
    """Return the digits of a part, each with FIELDS."""
    numbers = [floats_in(each).tolist() for each in (told.confidences, told.margins, told.losses)]
    count = len(told.labels)
    confidences, margins, losses = (known(each) if each else [UNKNOWN] * count for each in numbers)
    columns = (range(told.start, told.start + count), told.labels, told.predicted, confidences, margins, losses)
    return [dict(zip(FIELDS, row, strict=True)) for row in zip(*columns, strict=True)]


def known(numbers: list[float]) -> list[float | None]:
    return [float(f"{number:.4g}") if math.isfinite(number) else UNKNOWN for number in numbers]


@dataclass(frozen=True)
class Wanted:
    """Which digits of a gallery are listed, and in which order; classes are given by their names."""

    wrong: bool
    actual: str | None
    predicted: str | None
    sort: str
    most: int

    def of(self, gallery: Gallery) -> tuple[list[dict[str, Any]], int]:
        """Return the rows to list, and how many there would be. Raises click.UsageError for a class that is none."""
        rows = gallery.rows
        for field, name in (("label", self.actual), ("predicted", self.predicted)):
            if name is not None:
                label = label_of(name, gallery.classes)
                rows = [row for row in rows if row[field] == label]
        if self.wrong:
            rows = [row for row in rows if row["predicted"] != row["label"]]
        if self.sort != "index":
            sign = -1 if self.sort == "loss" else 1
            rows = [row for row in rows if row[self.sort] is not UNKNOWN]
            rows = sorted(rows, key=lambda row: sign * row[self.sort])
        return rows[: self.most or None], len(rows)


def label_of(name: str, classes: tuple[str, ...]) -> int:
    label = label_named(name, classes)
    if label is None:
        raise click.UsageError(no_class(name, classes))
    return label
