"""Runs, evaluations and predictions, in words and tables."""

import sys
from collections.abc import Sequence

from rich.table import Column, Table
from rich.text import Text

from engine.storage.runs.record import RunRecord
from engine.storage.runs.trash import TrashedRun
from engine.vocabulary.fields import counted
from engine.vocabulary.messages import CalibrationMeasured, Evaluated, FilePrediction, FilesPredicted, RunSummary
from engine.vocabulary.messages.base import DIGITS, class_name
from tui.state.class_words import short_names
from tui.state.run_numbers import numbers_of
from tui.state.significance import wilson
from tui.state.words.figures import format_limits, percent
from tui.state.words.runs import LIST_COLUMNS, list_row, started_word, table_lines
from tui.terminal.printing import wide_console
from tui.terminal.sanitize import sanitize

HOW_TO_CALIBRATE = (
    "train with --validation 0.1, say; a run of an earlier version that held images out gets its temperature by"
    " `mnist-tui evaluate RUN --calibration`"
)


def print_trash(trash: Sequence[TrashedRun]) -> None:
    """Print a line for each deleted run, and how large they are."""
    table = Table("run", "deleted", "size", "state", "accuracy", "title", "note", box=None, pad_edge=False)
    for run in trash:
        row = dict(zip(LIST_COLUMNS, list_row(run.summary), strict=True))
        size = size_in_words(run.bytes)
        table.add_row(
            *map(
                Text,
                (row["run"], started_word(run.deleted), size, row["state"], row["accuracy"], row["title"], row["note"]),
            )
        )
    wide_console().print(table)
    total = size_in_words(sum(run.bytes for run in trash))
    print(f"`mnist-tui runs empty-trash` frees {total}", file=sys.stderr)


def size_in_words(size: int) -> str:
    """Return so many bytes as `12 kB` or `3.4 MB`."""
    return f"{size / 1e6:,.1f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"


def print_runs(runs: Sequence[RunSummary]) -> None:
    """Print a line for each run: in a terminal what fits there, in a pipe everything."""
    for line in table_lines([list_row(run) for run in runs], wide_console().width if sys.stdout.isatty() else None):
        print(line)
    for run in runs:
        if run.problem:
            print(f"{sanitize(run.run)}: {sanitize(run.problem)}", file=sys.stderr)
    for line in about_runs(runs):
        print(sanitize(line, longest=2000), file=sys.stderr)


def about_runs(runs: Sequence[RunSummary]) -> list[str]:
    """Return what must be known to read the list."""
    lines = []
    if any(run.best is not None for run in runs):
        lines.append(
            "`best N`: the figures are those of epoch N, the best by validation accuracy; its weights are kept"
        )
    if steered := [run.run for run in runs if run.steered]:
        numbers = numbers_of(steered)
        lines.append(f"changed during the run, so no single command trains them again: runs {numbers}")
    return lines


MOST_ACROSS = 12  # classes whose confusion is printed as a matrix
LONGEST_HEAD = 8  # columns of the name of one above it


def print_evaluation(result: Evaluated) -> None:
    names = [sanitize(name) for name in result.classes]
    print(f"{sanitize(weights_in_words(result))} on {counted(result.images, 'test image')} of {sanitize(result.data)}")
    print(f"test accuracy {percent(result.accuracy)}, test loss {result.loss:.4f}")
    between = format_limits("accuracy", *wilson(accuracy=result.accuracy, count=result.images))
    print(f"95 % confidence of the accuracy: {between} (Wilson, from {counted(result.images, 'image')})\n")
    digits = result.classes == DIGITS
    if len(names) > MOST_ACROSS:
        print_per_class(result, names)
        return
    heads = names if digits else short_names(tuple(names), LONGEST_HEAD)
    table = Table("actual", *(Column(Text(head)) for head in heads), "right", box=None, pad_edge=False)
    for column in table.columns:
        column.justify = "right"
    for actual, row in enumerate(result.confusion):
        share = percent(row[actual] / sum(row)) if sum(row) else "no image"
        cells = [Text(str(count) if count else "·", style="bold" if i == actual else "") for i, count in enumerate(row)]
        table.add_row(Text(class_name(names, actual)), *cells, share)
    wide_console().print(table)
    what = "digit" if digits else "class"
    print(f"\nrows: actual {what}; columns: predicted {what}")


def print_per_class(result: Evaluated, names: Sequence[str]) -> None:
    """Print a line for each of many classes: images, how many are right, and what they are mostly taken for."""
    table = Table("class", "images", "right", "mostly taken for", box=None, pad_edge=False)
    for actual, row in enumerate(result.confusion):
        wrong = sorted((label for label, count in enumerate(row) if count and label != actual), key=lambda at: -row[at])
        taken = ", ".join(f"{class_name(names, label)} {row[label]:,}" for label in wrong[:3])
        share = percent(row[actual] / sum(row)) if sum(row) else "no image"
        table.add_row(*map(Text, (class_name(names, actual), f"{sum(row):,}", share, taken)))
    for column in table.columns[1:3]:
        column.justify = "right"
    wide_console().print(table)
    print("\n--json has the whole confusion matrix")


def calibration_in_words(result: FilesPredicted) -> str:
    """Say whether the probabilities are as sure as they are right."""
    if result.runs:
        plain = [run for run, found in zip(result.runs, result.temperatures, strict=True) if found is None]
        if not plain:
            return "the probabilities are the mean of those of the runs, each calibrated"
        names = sanitize(", ".join(plain), longest=1000)
        return f"the probabilities are the mean of those of the runs; not calibrated: {names} ({HOW_TO_CALIBRATE})"
    if result.temperature is None:
        return f"the probabilities are not calibrated ({HOW_TO_CALIBRATE})"
    return f"the probabilities are calibrated, with the temperature {result.temperature:.4f}"


def weights_in_words(result: Evaluated | FilesPredicted | CalibrationMeasured) -> str:
    """Return `0003-seed-cnn after epoch 7, the best by validation accuracy,`."""
    if isinstance(result, FilesPredicted) and result.runs:
        return f"runs {numbers_of(result.runs)} as one, {result.runs[0]} to {result.runs[-1]}"
    best = ", the best by validation accuracy," if result.best else ""
    more = f" and {counted(result.steps, 'step')} of the next" if result.steps else ""
    return f"{result.run} after epoch {result.epoch}{more}{best}"


def other_epoch(record: RunRecord, result: Evaluated) -> str:
    """Say what the run had after the other of its best and its last epoch, "" where they are one."""
    last, best = record.last, record.best
    if last is None or best is None or last.epoch == best.epoch:
        return ""
    what, option, other = ("last", "--last", last) if result.best else ("best by validation", "--best", best)
    return (
        f"during training the {what} epoch, {other.epoch}, had validation accuracy"
        f" {percent(other.validation_accuracy or 0.0)}, test accuracy {percent(other.test_accuracy)} ({option})"
    )


def is_sure(file: FilePrediction, reject: float) -> bool:
    """Tell whether a file has an answer of at least this confidence."""
    return not file.error and file.probabilities[file.predicted] >= reject


def print_predictions(
    files: Sequence[FilePrediction], weights: str, names: Sequence[str] = DIGITS, reject: float = 0.0
) -> None:
    """Print a line for each file; "?" in place of an answer that is less sure than `reject`."""
    for file in files:
        if file.error:
            print(f"mnist-tui: {sanitize(file.error)}", file=sys.stderr)
        else:
            name, sure = sanitize(class_name(names, file.predicted)), percent(file.probabilities[file.predicted])
            name = name if is_sure(file, reject) else "?"
            print(f"{name}  {sure:>8}  {sanitize(file.path)}  ({sanitize(file.treatment)})")
    if not all(file.error for file in files):
        print(f"classified by {sanitize(weights).removesuffix(',')}", file=sys.stderr)
