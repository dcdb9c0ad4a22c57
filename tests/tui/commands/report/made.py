"""Runs in a folder, an engine that answers questions about their digits, and a page read as a browser would."""

from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
from fake_engine import epoch_done, started

from engine.storage.runs.folders import create_folder
from engine.storage.runs.log_writer import RunLog
from engine.storage.runs.record import RunRecord
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    AskGallery,
    AskPixels,
    Command,
    GalleryTold,
    PixelsTold,
    RunEvent,
    pack_floats,
)
from tui.link.errors import CommandRefused
from tui.report.facts import ReportFacts
from tui.report.gather import read_runs

VOID = {"br", "hr", "img", "meta", "link"}


def make_run(
    checkpoints: Path,
    events: Sequence[RunEvent] = (),
    state: str = "finished",
    reason: str = "",
    model: str = "",
    record: dict[str, Any] | None = None,
    **values: object,
) -> Path:
    """Write a run of two epochs, or of other events after its start; without a state it is killed."""
    config = RunConfig().replace({"epochs": 2, **values})
    folder = create_folder(checkpoints, "seed-cnn")
    begun = RunRecord(
        run=folder.name, state="running", started=1000.0 * int(folder.name[:4]), config=config, device="cpu",
        data="f00d", data_path="/data", sample=True, versions={"torch": "2.10", "mnist-tui": "0.1.0"}, threads=2,
    )  # fmt: skip
    log = RunLog(folder, begun)
    start = msgspec.structs.replace(started(run=folder.name), config=config, threads=2, most_threads=8)
    log.write(start)
    for event in events or [epoch(1), epoch(2)]:
        log.write(msgspec.structs.replace(event, run=folder.name))
    if state:
        log.close(state, 80, reason)
    else:
        log.record.state = "running"
    changes = {**({"config": msgspec.structs.replace(config, model=model)} if model else {}), **(record or {})}
    if changes:
        from engine.storage.runs.record import read_record, write_record

        write_record(folder, msgspec.structs.replace(read_record(folder), **changes))
    return folder


def epoch(number: int, accuracy: float = 0.98, validation: float | None = None):
    done = epoch_done(number, accuracy=accuracy)
    if validation is None:
        return done
    return msgspec.structs.replace(done, validation_accuracy=validation, validation_loss=0.3)


def facts_of(*folders: Path, live: str | None = "") -> ReportFacts:
    return read_runs(folders, live)


class Digits:
    """An engine that knows four test digits of each run, the second and the third of them wrong."""

    labels, predicted = b"\x07\x04\x02\x01", b"\x07\x09\x03\x01"
    losses = (0.1, 2.5, 4.25, 0.2)

    def __init__(self, refused: str = "", without_pictures: str = "", other_labels: bool = False) -> None:
        self.refused, self.without_pictures, self.other_labels = refused, without_pictures, other_labels
        self.asked: list[Command] = []

    async def __call__(self, command: Command, kind: type[Any], /) -> Any:
        self.asked.append(command)
        if self.refused:
            raise CommandRefused(self.refused)
        match command:
            case AskGallery():
                return GalleryTold(
                    run=command.run, part="test", epoch=command.epoch or 2, step=0, total=4, start=command.start,
                    labels=self.labels, predicted=self.predicted, losses=pack_floats(self.losses),
                    confidences=pack_floats((0.9, 0.995, 0.75, 0.8)), margins=pack_floats((0.1,) * 4), epochs=[1, 2],
                )  # fmt: skip
            case AskPixels() if not self.without_pictures:
                labels = bytes(self.labels[index] for index in command.indices)
                pixels = b"".join(bytes([index * 40]) * 784 for index in command.indices)
                told = labels[::-1] if self.other_labels else labels
                return PixelsTold(run=command.run, part="test", indices=command.indices, labels=told, pixels=pixels)
        raise CommandRefused(self.without_pictures or f"no answer to {type(command).__name__}")


class Page(HTMLParser):
    """A page as a browser reads it: its elements with their attributes, and its text. Checks that each is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.tables: list[list[list[str]]] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] != "style":
            self.texts.append(data)
        if {"td", "th"} & set(self._open):
            self.tables[-1][-1][-1] += data

    @property
    def text(self) -> str:
        return " ".join(self.texts)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def table(self, head: str) -> list[list[str]]:
        """Return the rows of the first table with this heading in its first cell, or one that has it on top."""
        return next(table for table in self.tables if any(row and row[0] == head for row in table[:2]))
