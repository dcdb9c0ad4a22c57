"""What `mnist-tui bench` measured, in words and tables."""

import statistics

from rich.table import Table

from engine.vocabulary.fields import counted
from tui.commands.bench.accuracy import Reached
from tui.commands.bench.busy import BusyRates
from tui.commands.bench.throughput import FP32, Result
from tui.terminal.printing import wide_console
from tui.terminal.sanitize import sanitize


def print_bench(result: Result) -> None:
    """Print median, spread and ratio of each row; a ratio under 1 is faster than the row called resident."""
    machine = f"{sanitize(result.device_name)}, {counted(result.cores, 'core')}, torch {result.torch}"
    machine += f", {counted(result.threads, 'thread')}"
    print(f"{result.images:,} training images an epoch in batches of 100, on {result.device}: {machine}")
    table = Table("", "s per epoch", "from", "to", "images/s", "of resident", box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    for row in result.rows:
        figures = (row.median, min(row.seconds), max(row.seconds))
        ratio = f"{row.ratio:.2f}" if row.ratio is not None else "-"
        auto = row.row.startswith("engine") and row.row != FP32
        name = f"{row.row} ({result.precision})" if auto else row.row
        table.add_row(name, *(f"{figure:.2f}" for figure in figures), f"{row.images_per_s:,.0f}", ratio)
    wide_console().print(table)


def print_busy(beside: BusyRates) -> None:
    """Print the rate of a quiet machine, and what is left of it beside busy processes."""
    print(f"quiet              {statistics.median(beside.quiet):,.0f} images/s, {threads(beside.quiet_threads)}")
    for name, rates, used in (
        ("threads adapted", beside.adapted, beside.adapted_threads),
        ("all threads", beside.fixed, beside.quiet_threads),
    ):
        left = statistics.median(rate / quiet for rate, quiet in zip(rates, beside.quiet, strict=True))
        rate = f"{statistics.median(rates):,.0f} images/s, {threads(used)}"
        print(f"{name:<18} {rate}: {left:.2f} of the quiet rate beside {beside.busy} busy")


def threads(count: int) -> str:
    return f"{count} thread{'s' if count != 1 else ''}"


def print_accuracy(ways: list[Reached]) -> None:
    """Print the seconds that each way took until each accuracy, mean and standard deviation over the seeds."""
    table = Table("", "until", "s of training", "s in all", "seeds", box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    for way in ways:
        seconds = mean_and_deviation(way.training), mean_and_deviation(way.wall)
        table.add_row(way.way, f"{way.target:.1%}", *seconds, f"{len(way.training)}/{len(way.accuracies)}")
    wide_console().print(table)


def mean_and_deviation(values: list[float]) -> str:
    """Say `4.1 ± 0.2`; without the deviation for one value, `-` for none."""
    if not values:
        return "-"
    deviation = f" ± {statistics.stdev(values):.1f}" if len(values) > 1 else ""
    return f"{statistics.mean(values):.1f}{deviation}"
