"""Runs in words: the list of them, one line per run, and what a line has no room for. Pure."""

import time
from collections.abc import Sequence

from rich.cells import cell_len

from engine.vocabulary.config import FIELDS
from engine.vocabulary.fields import counted
from engine.vocabulary.messages import MNIST_FINGERPRINT, JobsPlanned, RunSummary, TrackerTold
from engine.vocabulary.messages.known_data import NAMES
from tui.state.words.figures import duration, percent
from tui.state.words.values import format_change, format_values
from tui.terminal.sanitize import sanitize

RUN_COLUMNS = ("run", "state", "epochs", "accuracy", "loss", "data", "changed", "started")
LIST_COLUMNS = (*RUN_COLUMNS, "time", "title", "note")  # of `mnist-tui runs`
GAP = 2
# Which columns go first where room lacks; the name of a run never does. The last of the others may be cut.
FIRST_TO_GO = ("note", "time", "data", "title", "loss", "started", "epochs", "accuracy", "state")
LEAST_CHANGES = 16

ON_SAMPLE = "on the sample of 5,000 digits that ships with mnist-tui, not on the full MNIST"


def run_row(run: RunSummary) -> tuple[str, ...]:
    """Return a run's line of a list under RUN_COLUMNS. Accuracy and loss are of the test after the epoch that is
    reported: the best one by validation, beside which the last is named, or the last where no images are held out."""
    accuracy = percent(run.test_accuracy) if run.test_accuracy is not None else "-"
    loss = run.test_loss
    if run.best is not None:
        of_last = f", last {accuracy.removesuffix(' %')}" if run.best.epoch != run.epoch else ""
        accuracy, loss = percent(run.best.test_accuracy) + of_last, run.best.test_loss
    return (
        sanitize(run.run, longest=255),
        sanitize(state_word(run.state), longest=16),
        f"{run.epoch}/{run.epochs}" + (f", best {run.best.epoch}" if run.best is not None else ""),
        accuracy,
        f"{loss:.4f}" if loss is not None else "-",
        data_word(run),
        sanitize(origin_and_changes(run), longest=400),
        started_word(run.started),
    )


def started_word(started: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(started)) if started else "-"


def data_word(run: RunSummary) -> str:
    if run.sample:
        return "sample"
    if run.data in ("", MNIST_FINGERPRINT):
        return "full"
    return run.known_data if run.known_data in NAMES and run.known_data != "mnist" else "own"


def list_row(run: RunSummary) -> tuple[str, ...]:
    """Return a run's line under LIST_COLUMNS."""
    return (
        *run_row(run),
        duration(run.seconds) if run.seconds else "-",
        sanitize(" ".join(filter(None, ["★" * run.star, run.title])), longest=110) or "-",
        sanitize(run.note, longest=400) or "-",
    )


def changes_of(run: RunSummary) -> str:
    """Return `dropout 0.1, lr 0.001→0.0003`: what is not at its default, and from where to where it was steered."""
    still = {name: value for name, value in run.changes.items() if name not in run.began}
    now = {**run.changes, "epochs": run.epochs}
    defaults = {name: field.default for name, field in FIELDS.items()}
    moved = [f"{name} {format_change(before, now.get(name, defaults.get(name)))}" for name, before in run.began.items()]
    lost = ["steered"] if run.steered and not run.began else []  # by a log that cannot be read
    return ", ".join([*([format_values(still)] if still else []), *moved, *lost])


def fork_word(parent: str, epoch: int) -> str:
    """Return `fork of 0012@10`, "" for what has no parent."""
    return f"fork of {short_run_name(parent)}@{epoch}" if parent else ""


def origin_and_changes(run: RunSummary) -> str:
    """Return where a fork comes from, and what of any run is not at its default."""
    return ", ".join(filter(None, [fork_word(run.parent, run.parent_epoch), changes_of(run)]))


def run_notes(run: RunSummary) -> list[str]:
    """Return what the line of a run in a list has no room for: what its figures are of, and that it was steered."""
    lines = []
    if run.best is not None and run.test_accuracy is not None:
        last = f"; the last, {run.epoch}, has {percent(run.test_accuracy)}" if run.epoch != run.best.epoch else ""
        lines.append(
            f"Epoch {run.best.epoch} is the best by validation ({percent(run.best.validation_accuracy or 0.0)}): test"
            f" accuracy {percent(run.best.test_accuracy)}{last}."
        )
    if run.steered:
        began = f" It started with {format_values(run.began)}." if run.began else ""
        lines.append(f"Changed during the run, so no single command trains it again.{began}")
    if run.state == "finished" and run.problem:
        lines.append(f"It ended early: {run.problem}.")
    return lines


def state_word(state: str) -> str:
    return "training" if state == "running" else state


def table_lines(rows: Sequence[tuple[str, ...]], room: int | None) -> list[str]:
    """Return a heading and a line a row under RUN_COLUMNS or LIST_COLUMNS, at most `room` cells wide (None: all).

    What is not at its default gets the room that the other columns leave, and is cut there. Where room is short, a
    column in which no run has anything goes first.
    """
    columns = LIST_COLUMNS[: len(rows[0])] if rows else RUN_COLUMNS
    widths = [max(map(cell_len, column)) for column in zip(columns, *rows, strict=True)]
    changes = columns.index("changed")
    shown = list(range(len(columns)))
    order = [name for name in FIRST_TO_GO if name in columns]
    empty = {name for i, name in enumerate(columns) if all(row[i] == "-" for row in rows)}
    for name in sorted(order, key=lambda name: name not in empty):
        if room is None:
            break
        least = sum((min(widths[i], LEAST_CHANGES) if i == changes else widths[i]) + GAP for i in shown) - GAP
        if least > room:
            shown.remove(columns.index(name))
    if room is not None:
        left = room - sum(widths[i] + GAP for i in shown if i != changes)
        widths[changes] = min(widths[changes], left)
        if left < LEAST_CHANGES and left < cell_len(columns[changes]):
            shown.remove(changes)
    return ["  ".join(_fit(row[i], widths[i]) for i in shown).rstrip() for row in (columns, *rows)]


def _fit(text: str, width: int) -> str:
    if cell_len(text) <= width:
        return text + " " * (width - cell_len(text))
    kept = text
    while cell_len(kept) >= width:
        kept = kept[:-1]
    return kept + "…"


def short_run_name(run: str) -> str:
    """Return what a run is called where room is short: its number, or the beginning of another name."""
    return sanitize(run.partition("-")[0], longest=8)


def fork_words(checkpoint: str) -> str:
    """Return in words what a fork begins with: `fork of 0012, epoch 10`, or `fork of 0012, last`."""
    run, _, name = checkpoint.rpartition("@")
    return f"fork of {short_run_name(run)}, {f'epoch {int(name)}' if name.isdigit() else sanitize(name, 16)}"


def plan_in_words(plan: JobsPlanned, what: str) -> str:
    """Say how many runs or trials train at once, and what each gets."""
    threads = f" with {counted(plan.threads, 'thread')}" if plan.threads else ""
    limited = f", as {plan.limited} allows no more" if plan.limited else ""
    return f"{plan.jobs} {what} at once{limited}; each{threads} takes about {plan.memory / 1e6:,.0f} MB of memory"


def tracker_words(told: TrackerTold) -> str:
    """Return a line for the log."""
    return f"{told.run} logs to {told.tracker}: {how_far(told)}"


def how_far(told: TrackerTold) -> str:
    """Return where to look, and whether all is there."""
    if told.problem:
        has = f"it has all up to step {told.step:,}, " if told.step else ""
        return f"behind: {told.problem}; {has}the rest is sent later"
    if not told.where:
        return "being sent"
    return f"{told.where}, complete" if told.done else told.where
