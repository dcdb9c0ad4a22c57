"""What differs between several runs, and what those add up to that differ in their seed alone. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.vocabulary.config import FIELDS, Value
from engine.vocabulary.messages import RunSummary
from tui.state.significance import sample
from tui.state.words.figures import duration, format_interval, percent
from tui.state.words.networks import shown_name
from tui.state.words.run_columns import name_of, reported_accuracy, reported_loss
from tui.state.words.runs import data_word, state_word
from tui.state.words.values import format_change, format_value
from tui.terminal.sanitize import sanitize

NOT_COMPARED = {"data", "model"}  # have rows of their own, by what was read and in short


@dataclass(frozen=True)
class Row:
    """A name, and a value for each run."""

    name: str
    values: tuple[str, ...]

    @property
    def differs(self) -> bool:
        return len(set(self.values)) > 1


def value_of(run: RunSummary, name: str) -> Value:
    """Return a hyperparameter of a run, as it is now."""
    if name == "epochs":
        return run.epochs
    if name == "model":
        return run.model
    return run.changes.get(name, run.machine.get(name, FIELDS[name].default))


def shown_value(run: RunSummary, name: str) -> str:
    now = value_of(run, name)
    if name in run.began:
        return format_change(run.began[name], now)
    return sanitize(format_value(now), longest=60) or "-"


def differences(runs: Sequence[RunSummary]) -> list[Row]:
    """Return a row for each thing in which the runs differ: configuration first, then what came of it."""
    rows = [
        Row("network", tuple(shown_name(run.model) or "-" for run in runs)),
        *(Row(name, tuple(shown_value(run, name) for run in runs)) for name in FIELDS if name not in NOT_COMPARED),
        Row("data", data_words(runs)),
        Row("device", tuple(sanitize(run.device, longest=20) or "-" for run in runs)),
        *results(runs),
    ]
    return [row for row in rows if row.differs]


def data_words(runs: Sequence[RunSummary]) -> tuple[str, ...]:
    """Say what data each run has; of two that are called the same, and are not, also which."""
    words = [data_word(run) for run in runs]
    of = {word: {run.data for run, each in zip(runs, words, strict=True) if each == word} for word in words}
    return tuple(f"{word} {run.data[:6]}" if len(of[word]) > 1 else word for run, word in zip(runs, words, strict=True))


def caution(runs: Sequence[RunSummary]) -> tuple[str, ...]:
    """Say that figures of runs cannot be compared, where these are of other data."""
    if len({run.data for run in runs if run.data}) < 2:
        return ()
    classes = sorted({run.class_count for run in runs})
    counts = f" ({' and '.join(map(str, classes))} classes)" if len(classes) > 1 else ""
    return (f"These runs were tested on different data{counts}: their accuracies and losses are not to be compared.",)


def results(runs: Sequence[RunSummary]) -> list[Row]:
    """Return what came of the runs."""
    accuracies = [reported_accuracy(run) for run in runs]
    losses = [reported_loss(run) for run in runs]
    return [
        Row("state", tuple(sanitize(state_word(run.state), longest=16) for run in runs)),
        Row("accuracy", tuple("-" if each is None else percent(each) for each in accuracies)),
        Row("loss", tuple("-" if each is None else f"{each:.4f}" for each in losses)),
        Row("best epoch", tuple(str(run.best.epoch) if run.best is not None else "-" for run in runs)),
        Row("finished", tuple(f"{run.epoch} of {run.epochs}" for run in runs)),
        Row("time", tuple(duration(run.seconds) if run.seconds else "-" for run in runs)),
        Row("parameters", tuple(f"{run.parameters:,}" if run.parameters else "-" for run in runs)),
    ]


def configuration(run: RunSummary) -> tuple[object, ...]:
    """Return what is the same in runs that differ in their seed alone. Precision is of the machine, but counts."""
    changes = {**run.changes, **{name: value for name, value in run.machine.items() if name == "precision"}}
    changes.pop("seed", None)
    return run.model, run.epochs, run.data, tuple(sorted(changes.items())), tuple(sorted(run.began.items()))


def groups_of_seeds(runs: Sequence[RunSummary]) -> list[list[RunSummary]]:
    """Return the runs of each configuration of which several seeds have finished, each seed once."""
    groups: dict[tuple[object, ...], dict[Value, RunSummary]] = {}
    for run in runs:
        if run.state == "finished" and reported_accuracy(run) is not None:
            groups.setdefault(configuration(run), {}).setdefault(value_of(run, "seed"), run)
    return [list(seeds.values()) for seeds in groups.values() if len(seeds) > 1]


def seeds_of_one(letters: Mapping[str, str], runs: Sequence[RunSummary]) -> list[str]:
    """Return a line for each configuration of which several seeds have finished: their mean and what it proves.

    `letters` are those of the runs. Imports scipy, so it is no work for an event loop.
    """
    lines = []
    for seeds in groups_of_seeds(runs):
        values = [accuracy for run in seeds if (accuracy := reported_accuracy(run)) is not None]
        found = sample(values)
        who = " ".join(sorted(letters.get(run.run, "") for run in seeds))
        lines.append(
            f"{who}: {len(values)} seeds of one configuration, mean accuracy {percent(found.mean)},"
            f" 95 % confidence {format_interval('accuracy', found)}"
        )
    return lines


def headings(letters: Mapping[str, str], runs: Sequence[RunSummary]) -> list[str]:
    """Return what the columns of the table are called: a letter and a name."""
    return [f"{letters.get(run.run, '')} {name_of(run)}".strip() for run in runs]
