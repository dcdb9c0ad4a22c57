"""The result of several seeds of one configuration, in words."""

from collections.abc import Iterable, Iterator

import msgspec
from rich.table import Table
from rich.text import Text

from engine.vocabulary.config import RunConfig
from tui.state.run_numbers import numbers_of
from tui.state.significance import Sample
from tui.state.words.figures import format_deviation, format_interval, format_metric
from tui.state.words.metrics import VALIDATED, metric_in_words
from tui.state.words.options import command_line
from tui.state.words.runs import ON_SAMPLE
from tui.terminal.printing import wide_console
from tui.terminal.sanitize import sanitize


class SeedRun(msgspec.Struct, frozen=True, kw_only=True):
    """One seed: its run, how that ended, and, if it was finished, the figures of the `epoch` that is reported: the best
    one by validation where images are held out, else the last. `accuracy` and `loss` are of the test."""

    seed: int
    run: str = ""
    state: str
    reason: str = ""
    accuracy: float | None = None
    loss: float | None = None
    epoch: int | None = None
    validation_accuracy: float | None = None
    validation_loss: float | None = None
    data: str = ""  # fingerprint of its data set


class SeedsDone(msgspec.Struct, frozen=True, kw_only=True, tag_field="event"):
    """Of the `wanted` seeds, those that finished add up to a figure by each metric, None where they have none; the
    others are `missing`. `metric` is the one to go by.

    `sample` marks the 5,000 digits that ship with the program.
    """

    runs: list[SeedRun]
    sample: bool
    wanted: int
    missing: int
    accuracy: Sample | None
    loss: Sample | None
    validation_accuracy: Sample | None = None
    validation_loss: Sample | None = None
    metric: str = "accuracy"


def print_seeds(result: SeedsDone) -> None:
    validated = result.validation_accuracy is not None
    metrics = list(dict.fromkeys([result.metric, *(VALIDATED[:1] if validated else ()), "accuracy", "loss"]))
    best = ["best epoch"] if validated else []
    table = Table("seed", "run", *best, *map(metric_in_words, metrics), box=None, pad_edge=False)
    for column in (table.columns[0], *table.columns[2:]):
        column.justify = "right"
    for run in result.runs:
        first, *others = (format_metric(metric, getattr(run, metric)) for metric in metrics)
        epoch = [str(run.epoch or "-")] if validated else []
        row = (str(run.seed), run.run or "-", *epoch, run.state if run.accuracy is None else first, *others)
        table.add_row(*(Text(sanitize(cell)) for cell in row))
    for name, *cells in sample_rows(metrics, (getattr(result, metric) for metric in metrics)):
        table.add_row("", name, *([""] if validated else []), *cells)
    wide_console().print(table)
    for run in result.runs:
        if run.accuracy is None:
            print(sanitize(f"seed {run.seed} {run.state}{f': {run.reason}' if run.reason else ''}"))
    if result.sample:
        print(ON_SAMPLE)
    if result.missing:
        print(f"{result.wanted - result.missing} of {result.wanted} seeds finished; the figures are for these only")


def sample_rows(metrics: Iterable[str], samples: Iterable[Sample | None]) -> Iterator[tuple[str, ...]]:
    """Yield name and cells of the last rows of a table of seeds: mean, standard deviation, confidence interval."""
    pairs = list(zip(metrics, samples, strict=True))
    yield "mean", *(format_metric(metric, found.mean if found else None) for metric, found in pairs)
    yield "standard deviation", *(format_deviation(metric, found.sd if found else None) for metric, found in pairs)
    yield "95 % confidence of the mean", *(format_interval(metric, found) for metric, found in pairs)


def what_is_left(config: RunConfig, result: SeedsDone) -> list[str]:
    """Return what spoils the result, and how to go on: with the run that was stopped, the seeds not begun, and to a
    comparison."""
    lines = []
    if len({run.data for run in result.runs if run.accuracy is not None and run.data}) > 1:
        lines.append("the data changed between the seeds: these runs are not of one configuration; train them again")
    begun = result.runs[-1].seed - config.seed + 1 if result.runs else 0
    stopped = [run.run for run in result.runs if run.run and run.state in ("stopping", "stopped", "interrupted")]
    lines += [f"to continue: mnist-tui train --resume {numbers_of([run])}" for run in stopped]
    if begun < result.wanted:
        rest = command_line(config.replace({"seed": config.seed + begun}))
        several = f" --seeds {result.wanted - begun}" if result.wanted - begun > 1 else ""
        lines.append(f"the other seeds: {rest}{several}")
    if finished := [run.run for run in result.runs if run.accuracy is not None]:
        default = "accuracy" if result.validation_accuracy is None else "validation_accuracy"
        metric = f" --metric {result.metric}" if result.metric != default else ""
        compare = f"mnist-tui compare {numbers_of(finished)} RUNS{metric}"
        lines.append(f"to compare with the same seeds of another configuration: {compare}")
    return lines
