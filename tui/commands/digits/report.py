"""What a run thought of digits, in words and tables."""

import sys
from typing import Any

from rich.table import Column, Table
from rich.text import Text

from engine.vocabulary.fields import counted
from engine.vocabulary.messages import BeliefTold, DigitList, LabelErrorsTold, LearningTold
from engine.vocabulary.messages.base import class_name
from tui.commands.digits.asking import Gallery
from tui.state.class_words import one_of, thing
from tui.terminal.printing import wide_console
from tui.terminal.sanitize import sanitize

MOST_COLUMNS = 10


def print_belief(told: BeliefTold) -> None:
    """Print a row for each epoch: what the digit was taken for, its loss, and all probabilities."""
    what, label = thing(told.classes), one_of(told.classes, told.label)
    shown = likely(told)
    some = "" if len(shown) == len(told.classes) else f" of the {len(shown)} likeliest classes"
    say(f"{told.run}: test {what} {told.index}, {label}; probabilities in %{some} after each epoch")
    heads = (Column(Text(sanitize(told.classes[each]))) for each in shown)
    table = Table("epoch", "predicted", "loss", *heads, box=None, pad_edge=False)
    rows = zip(told.epochs, told.predicted, told.losses, told.probabilities, strict=True)
    for epoch, predicted, loss, probabilities in rows:
        named = class_name(told.classes, predicted) + ("" if predicted == told.label else " wrong")
        add(table, str(epoch), named, f"{loss:.4g}", *(f"{100 * probabilities[each]:.1f}" for each in shown))
    show(table, told.damaged)


def likely(told: BeliefTold) -> list[int]:
    """Return the classes that have a column: all ten, of more those that were likely at some time."""
    labels = range(len(told.classes))
    if len(told.classes) <= MOST_COLUMNS:
        return list(labels)
    most = {label: max((each[label] for each in told.probabilities), default=0.0) for label in labels}
    return sorted(sorted(labels, key=lambda label: -most[label])[:MOST_COLUMNS])


def print_learning(told: LearningTold) -> None:
    """Print four lists of test digits."""
    say(f"{told.run}: {told.images:,} test {thing(told.classes)}s over {counted(len(told.epochs), 'epoch')}")
    lists = (
        ("learned, and then forgotten", told.most_forgotten),
        ("learned last", told.last_learned),
        ("never learned", told.never_learned),
        ("wrong, although it is sure", told.confidently_wrong),
    )
    for title, found in lists:
        print(f"\n{title}: {found.total:,}")
        if found.digits:
            print_digits(found, told.classes)
    tell_damage(told.damaged)


def print_digits(found: DigitList, classes: tuple[str, ...]) -> None:
    table = Table(
        "index", "label", "predicted", "confidence", "loss", "forgotten", "right since", box=None, pad_edge=False
    )
    for each in found.digits:
        since = f"epoch {each.right_since}" if each.right_since else "wrong"
        names = (class_name(classes, each.label), class_name(classes, each.predicted))
        add(table, str(each.index), *names, percent(each.confidence), f"{each.loss:.4g}", str(each.forgotten), since)
    show(table)


def print_label_errors(told: LabelErrorsTold) -> None:
    """Print the training images whose label is likely wrong."""
    if not told.images:
        print("\nthere are too many training images to keep what the run thought of each")
        return
    print(f"\ntraining images whose label is likely wrong: {told.total:,} of {told.images:,}")
    if told.errors:
        table = Table("index", "label", "suggested", "mean loss", box=None, pad_edge=False)
        for each in told.errors:
            names = (class_name(told.classes, each.label), class_name(told.classes, each.suggested))
            add(table, str(each.index), *names, f"{each.loss:.4g}")
        show(table)


def print_gallery(gallery: Gallery, rows: list[dict[str, Any]], total: int) -> None:
    """Print a row for each digit, and of how many they are."""
    facts = gallery.facts
    when = f"at step {facts['step']:,}" if facts["step"] else f"after epoch {facts['epoch']}"
    kind = "training images" if facts["part"] == "train" else f"test {thing(gallery.classes)}s"
    say(f"{facts['run']} {when}: {len(rows):,} of {total:,} found among {facts['total']:,} {kind}")
    table = Table("index", "label", "predicted", "confidence", "margin", "loss", box=None, pad_edge=False)
    for row in rows:
        names = (class_name(gallery.classes, row[name]) for name in ("label", "predicted"))
        loss = "" if row["loss"] is None else f"{row['loss']:.4g}"
        add(table, str(row["index"]), *names, percent(row["confidence"]), percent(row["margin"]), loss)
    show(table, facts["damaged"])


def percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f} %"


def add(table: Table, *cells: str) -> None:
    table.add_row(*(Text(sanitize(cell)) for cell in cells))


def show(table: Table, damaged: int = 0) -> None:
    for column in table.columns:
        column.justify = "right"
    wide_console().print(table)
    tell_damage(damaged)


def tell_damage(damaged: int) -> None:
    if damaged:
        said = "1 stretch of the log was" if damaged == 1 else f"{damaged} stretches of the log were"
        print(f"{said} damaged, and left out", file=sys.stderr)


def say(line: str) -> None:
    print(sanitize(line, longest=500))
