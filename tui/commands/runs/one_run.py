"""All that is known of one run, for `mnist-tui runs show`."""

from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from engine.storage.runs.event_log import EventReader
from engine.storage.runs.listing import summarize
from engine.storage.runs.record import RunRecord, read_record
from engine.storage.runs.trash import files_in
from engine.tracking.cursor import told as trackers_of
from engine.vocabulary.fields import counted
from engine.vocabulary.messages import EpochDone, TrackerTold
from engine.vocabulary.messages.base import DIGITS
from tui.commands.runs.certainty.intervals import interval
from tui.commands.runs.report import size_in_words
from tui.state.words.figures import accuracy_within, duration, format_metric
from tui.state.words.options import command_line
from tui.state.words.runs import changes_of, data_word, how_far, run_notes, started_word, state_word
from tui.terminal.printing import told, wide_console
from tui.terminal.sanitize import sanitize


def run_facts(folder: Path, live: str | None) -> dict[str, Any]:
    """Return a run's line in the list, its record, its files with their bytes, and its epochs. Raises RunError."""
    record = read_record(folder)
    files = {str(Path(file.path).relative_to(folder)): file.stat().st_size for file in files_in(folder.resolve())}
    epochs = epochs_of(folder)
    reported, images = record.reported, tested_images(epochs)
    return {
        **told(summarize(folder, live=live)),
        "confidence": interval(reported.test_accuracy, images) if reported is not None and images else None,
        "folder": str(folder),
        "files": dict(sorted(files.items())),
        "record": record,
        "history": [figures(event) for event in epochs],
        "trackers": [told_once(each) for each in trackers_of(folder)],
    }


def told_once(each: TrackerTold) -> dict[str, Any]:
    return {name: value for name, value in told(each).items() if name != "run"}


def figures(event: EpochDone) -> dict[str, Any]:
    return {name: value for name, value in told(event).items() if name not in ("run", "confusion")}


def epochs_of(folder: Path) -> list[EpochDone]:
    """Return each epoch once, as it was trained last. Raises OSError."""
    found: dict[int, EpochDone] = {}
    for event in EventReader(folder, only=(b'{"event":"EpochDone"',)):
        if isinstance(event, EpochDone):
            found = {number: each for number, each in found.items() if number < event.epoch} | {event.epoch: event}
    return list(found.values())


def tested_images(epochs: list[EpochDone]) -> int:
    """Return how many images the last test was of, 0 where none is on record."""
    return sum(map(sum, epochs[-1].confusion)) if epochs else 0


def temperature_in_words(record: RunRecord, epochs: list[EpochDone]) -> str:
    """Return the temperature of the weights that speak for a run, "" where none was fitted."""
    reported = record.reported
    found = [event.temperature for event in epochs if reported is not None and event.epoch == reported.epoch]
    return f"{found[0]:.4f}, of its probabilities" if found and found[0] is not None else ""


def print_run(folder: Path, live: str | None) -> None:
    """Raises RunError, OSError."""
    run, record = summarize(folder, live=live), read_record(folder)
    files = list(files_in(folder.resolve()))
    size = size_in_words(sum(file.stat().st_size for file in files))
    accuracy = run.best.test_accuracy if run.best is not None else run.test_accuracy
    epochs = epochs_of(folder)
    facts = {
        "title": " ".join(filter(None, ["★" * run.star, run.title])),
        "note": run.note.replace("\n", " / "),
        "state": state_word(run.state),
        "problem": run.problem,
        "started": started_word(run.started),
        "epochs": f"{run.epoch}/{run.epochs}" + (f", {duration(run.seconds)} of training" if run.seconds else ""),
        "test accuracy": accuracy_within(accuracy, tested_images(epochs)) if accuracy is not None else "",
        "temperature": temperature_in_words(record, epochs),
        "network": run.model + (f", {run.parameters:,} parameters" if run.parameters else ""),
        "changed": changes_of(run),
        "seed": str(run.seed),
        "parent": f"{run.parent} after epoch {run.parent_epoch}" if run.parent else "",
        "machine": ", ".join([run.device, *(f"{name} {value}" for name, value in run.machine.items())]),
        "data": f"{data_word(run)}, {record.data_path}",
        "classes": "" if record.classes == DIGITS else f"{len(record.classes)}: {', '.join(record.classes)}",
        "versions": ", ".join(f"{name} {version}" for name, version in record.versions.items()),
        **{f"in {each.tracker}": how_far(each) for each in trackers_of(folder)},
        "folder": f"{folder}, {counted(len(files), 'file')}, {size}",
        "command": "" if run.steered else command_line(record.config),
    }
    print(sanitize(run.run))
    for name, value in facts.items():
        if value:
            print(f"{name:<14} {sanitize(value, longest=4000)}")
    for line in run_notes(run):
        print(sanitize(line, longest=2000))
    if epochs:
        print()
        wide_console().print(epoch_table(epochs, record))


def epoch_table(epochs: list[EpochDone], record: RunRecord) -> Table:
    """Return a row for each epoch; `*` marks the best one by validation accuracy."""
    validated = any(event.validation_accuracy is not None for event in epochs)
    names = ["train_loss", "train_accuracy", *["validation_loss", "validation_accuracy"] * validated]
    names += ["test_loss", "test_accuracy"]
    table = Table("epoch", *(name.replace("_", " ") for name in names), "lr", "seconds", box=None, pad_edge=False)
    for column in table.columns:
        column.justify = "right"
    for event in epochs:
        best = "*" if record.best is not None and record.best.epoch == event.epoch else ""
        cells = [format_metric(name.split("_")[1], getattr(event, name)) for name in names]
        table.add_row(*map(Text, (f"{best}{event.epoch}", *cells, f"{event.lr:.3g}", f"{event.seconds:.1f}")))
    return table
