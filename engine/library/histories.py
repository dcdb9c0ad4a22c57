"""The log of a run as tables: its epochs, its steps, what was steered, its machine, its confusion.

A resumed run trains again what came after its last checkpoint: each step and epoch is here once, as trained last.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.library.table import Kind, Table
from engine.storage.runs.event_log import EventReader, is_read_whole
from engine.storage.runs.folders import RunError
from engine.vocabulary.config import RunConfig
from engine.vocabulary.fields import counted
from engine.vocabulary.messages import EpochDone, MachineMeasured, RunEvent, RunStarted, Steered, StepsDone
from engine.vocabulary.messages.base import DIGITS, class_name
from engine.vocabulary.schedule import learning_rate

EPOCHS: dict[str, Kind] = {
    "epoch": int, "step": int, "train_loss": float, "train_accuracy": float, "validation_loss": float,
    "validation_accuracy": float, "test_loss": float, "test_accuracy": float, "lr": float, "seconds": float,
    "test_seconds": float, "temperature": float, "dead": float, "input_share": float,
}  # fmt: skip
STEPS: dict[str, Kind] = {
    "step": int, "epoch": int, "loss": float, "accuracy": float, "lr": float, "grad_norm": float,
    "images_per_s": float, "stride": int,
}  # fmt: skip
CHANGES: dict[str, Kind] = {"step": int, "name": str, "value": str}
MACHINE: dict[str, Kind] = {
    "time": float, "step": int, "cpu": float, "engine": float, "memory": int, "memory_total": int,
    "engine_memory": int,
}  # fmt: skip
GPU = ("use", "memory", "memory_total", "temperature", "power")  # columns of floats, as a GPU may be missing
CONFUSION: dict[str, Kind] = {"epoch": int, "actual": str, "predicted": str, "count": int}


@dataclass
class History:
    """What the events of one run add up to, in order."""

    classes: tuple[str, ...] = DIGITS
    problem: str = ""
    """What of the log is not here, "" where all of it is."""
    steps_per_epoch: int = 1
    done: list[EpochDone] = field(default_factory=list)
    measured: list[MachineMeasured] = field(default_factory=list)
    _steps: list[tuple[Any, ...]] = field(default_factory=list)
    _changes: list[tuple[int, str, str]] = field(default_factory=list)
    _config: RunConfig | None = None  # None: of no run of this version, so that no rate can be told

    @classmethod
    def of(cls, events: Iterable[RunEvent]) -> "History":
        history = cls()
        for event in events:
            history.add(event)
        return history

    @classmethod
    def read(cls, folder: Path) -> "History":
        """Read the log of a run. Raises RunError for a folder that is not there, and OSError."""
        reader = reader_of(folder)
        history = cls.of(reader)
        lines = f"{counted(reader.skipped, 'line')} of its log could not be read" if reader.skipped else ""
        whole = not reader.path.exists() or is_read_whole(reader.path.stat().st_size)
        long = "" if whole else "its log is too long to be read whole: only stretches of it are here"
        history.problem = "; ".join(filter(None, (lines, long)))
        return history

    def add(self, event: RunEvent) -> None:
        match event:
            case RunStarted():
                self.classes = event.classes
                self._adopt(event.config)
                self.steps_per_epoch = event.steps_per_epoch
                self.done = [each for each in self.done if each.epoch <= event.epoch]
                self._steps = [row for row in self._steps if row[0] <= event.step]
                self._changes = [row for row in self._changes if row[0] <= event.step]
            case StepsDone():
                self._steps += self._points(event)
            case EpochDone():
                self.done = [each for each in self.done if each.epoch < event.epoch] + [event]
            case Steered():
                self._adopt(event.config)
                self._changes += [(event.step, name, str(value)) for name, value in event.changes.items()]
            case MachineMeasured():
                self.measured.append(event)

    def _adopt(self, config: RunConfig) -> None:
        self._config = config if config.valid else None

    def _points(self, event: StepsDone) -> list[tuple[Any, ...]]:
        """Return a row for each loss: the mean over `stride` steps, which end at `step`."""
        norms: dict[int, list[float]] = {}
        for step, measured in event.grad_norms:
            place = min(max(step - event.before - 1, 0) // event.stride, len(event.losses) - 1)
            norms.setdefault(place, []).append(measured)
        rows = []
        for i, (step, loss) in enumerate(zip(event.ends, event.losses, strict=True)):
            accuracy = event.accuracies[i] if i < len(event.accuracies) else None
            norm = sum(norms[i]) / len(norms[i]) if i in norms else None
            rate = self._rate(step - 1)
            rows.append((step, event.epoch + 1, loss, accuracy, rate, norm, event.images_per_s, event.stride))
        return rows

    def _rate(self, step: int) -> float:
        """Return the learning rate of a step, counted from 0."""
        if self._config is None:
            return math.nan
        share = self.done[-1].lr_share if self._config.schedule == "plateau" and self.done else 1.0
        return share * learning_rate(self._config, max(step, 0), self.steps_per_epoch)

    # ------------------------------------------------------------------ tables

    @property
    def epochs(self) -> Table:
        """Figures after each epoch: accuracies as fractions of 1, losses in nats per image, durations in seconds."""
        return Table.of(EPOCHS, ([getattr(each, name) for name in EPOCHS] for each in self.done))

    @property
    def steps(self) -> Table:
        """Loss and accuracy of the training batches, means over `stride` steps that end at `step`; `grad_norm` is the
        2-norm of all gradients, where it was measured."""
        return Table.of(STEPS, self._steps)

    @property
    def changes(self) -> Table:
        """What was steered, and at which step."""
        return Table.of(CHANGES, self._changes)

    @property
    def machine(self) -> Table:
        """What was in use, once a second: shares of all cores, bytes, degrees Celsius, watts. `time` in seconds since
        1970."""
        gpus = max((len(each.gpus) for each in self.measured), default=0)
        kinds = {**MACHINE, **{f"gpu{i}_{name}": float for i in range(gpus) for name in GPU}}
        return Table.of(kinds, (machine_row(each, gpus) for each in self.measured))

    @property
    def confusion(self) -> Table:
        """How many test images of a class were taken for which, after each epoch."""
        return Table.of(
            CONFUSION,
            (
                (each.epoch, class_name(self.classes, actual), class_name(self.classes, predicted), count)
                for each in self.done
                for actual, row in enumerate(each.confusion)
                for predicted, count in enumerate(row)
            ),
        )


def reader_of(folder: Path) -> EventReader:
    """Raises RunError for a folder that is not there."""
    if not folder.is_dir():
        raise RunError(f"{folder}: is not there; the run was deleted, or moved")
    return EventReader(folder)


def confusion_of(history: History, run: str, epoch: int = 0) -> npt.NDArray[np.int64]:
    """Return the counts [actual, predicted] of test images after an epoch, 0 for the last one. Raises RunError."""
    done = [each for each in history.done if each.confusion]
    chosen = [each for each in done if each.epoch == epoch] if epoch else done[-1:]
    if not chosen:
        there = f"it has {done[0].epoch} to {done[-1].epoch}" if done else "it has not finished an epoch"
        raise RunError(f"run {run} has no confusion of epoch {epoch or 'any'}; {there}")
    return np.array(chosen[-1].confusion, np.int64)


def machine_row(event: MachineMeasured, gpus: int) -> list[Any]:
    row = [getattr(event, name) for name in MACHINE]
    for i in range(gpus):
        row += [getattr(event.gpus[i], name) if i < len(event.gpus) else None for name in GPU]
    return row
