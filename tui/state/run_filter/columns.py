"""What can be asked of a run, by the name that is typed: figures, hyperparameters, words. Pure."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engine.vocabulary.config import FIELDS, Value
from engine.vocabulary.messages import MNIST_FINGERPRINT, RunSummary
from engine.vocabulary.messages.known_data import NAMES
from tui.state.run_filter.numbers import count, number, seconds, seconds_with_unit, share

STATES = ("training", "running", "paused", "finished", "stopped", "failed", "interrupted", "unreadable")


@dataclass(frozen=True)
class NumberColumn:
    """`value` is None where a run has none; `read` raises ValueError for what is no such number."""

    value: Callable[[Any], float | None]
    read: Callable[[str], float]
    example: str


@dataclass(frozen=True)
class TextColumn:
    """`values` are a run's; with `choices`, only those can be asked for, in full, else any part of a value."""

    values: Callable[[Any], tuple[str, ...]]
    choices: tuple[str, ...] = ()
    numbered: bool = False  # a whole number asks for the run of that number
    exact: bool = False  # choices differ in nothing but their case


Column = NumberColumn | TextColumn


def accuracy(run: RunSummary) -> float | None:
    """Return the test accuracy after the epoch that is reported, as the list shows it."""
    return run.test_accuracy if run.best is None else run.best.test_accuracy


def loss(run: RunSummary) -> float | None:
    return run.test_loss if run.best is None else run.best.test_loss


def validation_accuracy(run: RunSummary) -> float | None:
    return run.validation_accuracy if run.best is None else run.best.validation_accuracy


def age(run: RunSummary) -> float | None:
    return time.time() - run.started if run.started else None


def number_in(name: str) -> int | None:
    """Return the number of a run by its name."""
    digits = name.split("-")[0]
    return int(digits) if digits.isdecimal() and len(digits) < 19 else None


def hyperparameter(run: RunSummary, name: str) -> Value | None:
    """Return its last value, None where the run cannot be read."""
    if not run.model:
        return None
    own: dict[str, Value] = {"model": run.model, "epochs": run.epochs, "lr": run.lr}
    return {name: FIELDS[name].default, **run.changes, **run.machine, **own}[name]


def changed(run: RunSummary) -> tuple[str, ...]:
    """Return the hyperparameters that are not at their default, or were steered on the way."""
    moved = [name for name in ("model", "epochs") if hyperparameter(run, name) not in (None, FIELDS[name].default)]
    return (*run.changes, *run.began, *run.machine, *moved)


def properties(run: RunSummary) -> tuple[str, ...]:
    has = {"star": run.star, "steered": run.steered, "fork": bool(run.parent), "resumable": run.resumable}
    return tuple(name for name, true in has.items() if true)


def states(run: RunSummary) -> tuple[str, ...]:
    return ("running", "training") if run.state == "running" else (run.state,)


def data(run: RunSummary) -> tuple[str, ...]:
    if run.sample:
        return ("sample",)
    if run.data in ("", MNIST_FINGERPRINT):
        return ("full",)
    return ("own", run.known_data) if run.known_data else ("own",)


def hyperparameter_column(name: str) -> Column:
    field = FIELDS[name]
    if field.kind is str:
        choices = () if field.own else field.choices
        return TextColumn(lambda run: tuple(map(str, filter(None, [hyperparameter(run, name)]))), choices)

    def value(run: RunSummary) -> float | None:
        found = hyperparameter(run, name)
        return None if isinstance(found, str) else found

    return NumberColumn(value, number, f"{name}={field.default}")


COLUMNS: dict[str, Column] = {
    **{name: hyperparameter_column(name) for name in FIELDS if name != "data"},
    "accuracy": NumberColumn(accuracy, share, "accuracy>99"),
    "loss": NumberColumn(loss, number, "loss<0.05"),
    "val_accuracy": NumberColumn(validation_accuracy, share, "val_accuracy>99"),
    "epochs": NumberColumn(lambda run: run.epoch if run.model else None, number, "epochs>=10"),
    "time": NumberColumn(lambda run: run.seconds or None, seconds, "time>2min"),
    "age": NumberColumn(age, seconds_with_unit, "age<2h"),
    "parameters": NumberColumn(lambda run: run.parameters or None, count, "parameters<20k"),
    "number": NumberColumn(lambda run: number_in(run.run), number, "number>=12"),
    "run": TextColumn(lambda run: (run.run, run.title), numbered=True),
    "note": TextColumn(lambda run: (run.note,)),
    "parent": TextColumn(lambda run: (run.parent,) if run.parent else (), numbered=True),
    "state": TextColumn(states, STATES),
    "data": TextColumn(data, ("full", "sample", "own", *NAMES[1:])),
    "device": TextColumn(lambda run: (run.device,) if run.device else ()),
    "changed": TextColumn(changed, tuple(FIELDS)),
    "is": TextColumn(properties, ("star", "steered", "fork", "resumable")),
}
ALIASES = {
    "acc": "accuracy",
    "val_acc": "val_accuracy",
    "epoch": "epochs",
    "params": "parameters",
    "name": "run",
    "title": "run",
    "network": "model",
    "batch": "batch_size",
}
