"""The orders in which a list of runs is shown. Pure."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from engine.vocabulary.messages import RunSummary
from tui.state.run_filter.columns import accuracy, hyperparameter, loss

DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True)
class Sort:
    """`value` is None where a run has none; `descending` is how people look for it: the best first, the newest first"""

    value: Callable[[RunSummary], Any]
    descending: bool = False


def natural(text: str) -> tuple[Any, ...]:
    """Return a key that sorts `run 9` before `run 10`."""
    return tuple(int(part) if i % 2 else part.casefold() for i, part in enumerate(DIGITS.split(text)))


SORTS = {
    "age": Sort(lambda run: -run.started if run.started else None),
    "accuracy": Sort(accuracy, descending=True),
    "loss": Sort(loss),
    "epochs": Sort(lambda run: run.epoch if run.model else None, descending=True),
    "time": Sort(lambda run: run.seconds or None),
    "name": Sort(lambda run: natural(run.title or run.run)),
    "network": Sort(lambda run: natural(run.model) if run.model else None),
    "parameters": Sort(lambda run: run.parameters or None),
    "seed": Sort(lambda run: hyperparameter(run, "seed")),
}


def sorted_runs(runs: Iterable[RunSummary], key: str, descending: bool | None = None) -> list[RunSummary]:
    """Return runs in the order of SORTS[key]; None: in the direction that people look for.

    Those that have no such figure come last in both directions, equal ones stay as they were.
    """
    sort = SORTS[key]
    having: list[tuple[Any, RunSummary]] = []
    lacking = []
    for run in runs:
        value = sort.value(run)
        if value is None:
            lacking.append(run)
        else:
            having.append((value, run))
    having.sort(key=lambda pair: pair[0], reverse=sort.descending if descending is None else descending)
    return [run for _, run in having] + lacking
