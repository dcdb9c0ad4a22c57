"""The language in which digits are filtered, `wrong true:4 pred:9 loss>2`: that of runs, with other words. Pure."""

import re
from collections.abc import Sequence

from engine.vocabulary.messages.base import class_name
from engine.vocabulary.messages.known_data import thing
from tui.state.gallery.rows import Row
from tui.state.run_filter.columns import NumberColumn, TextColumn
from tui.state.run_filter.language import Asked
from tui.state.run_filter.numbers import number, share

EXAMPLE = "wrong true:4 pred:9 conf>0.9 loss>2"
FIGURES = {
    "conf": NumberColumn(lambda row: row.confidence, share, "conf>0.9"),
    "margin": NumberColumn(lambda row: row.margin, share, "margin<0.1"),
    "loss": NumberColumn(lambda row: row.loss, number, "loss>2"),
    "index": NumberColumn(lambda row: row.index, number, "index:62"),
}
ALIASES = {
    "confidence": "conf", "actual": "true", "label": "true", "class": "true", "predicted": "pred", "digit": "index",
    "number": "index",
}  # fmt: skip


def asked_of_digits(classes: Sequence[str]) -> Asked:
    """Return what can be asked of digits with labels of these names."""
    folded = tuple(name.casefold() for name in classes)
    exact = len(set(folded)) < len(folded)  # `a` and `A` are two classes
    names = tuple(classes) if exact else folded

    def named(label: int) -> tuple[str, ...]:
        return (class_name(names, label),) if label >= 0 else ()

    return Asked(
        things=f"{thing(classes)}s",
        columns={
            "true": TextColumn(lambda row: named(row.label), names, exact=exact),
            "pred": TextColumn(lambda row: named(row.predicted), names, exact=exact),
            **FIGURES,
        },
        aliases=ALIASES,
        alone={"wrong": is_wrong, "right": is_right},
        example=f"wrong, true:{quoted(names[0])}, pred:{quoted(names[-1])}, conf>0.9 or loss>2",
    )


def is_wrong(row: Row) -> bool:
    return row.is_wrong


def is_right(row: Row) -> bool:
    return row.predicted >= 0 and not row.is_wrong


def pair_filter(classes: Sequence[str], actual: int, predicted: int) -> str:
    """Return what is typed to see the digits of one class that are taken for another."""
    return f"true:{quoted(class_name(classes, actual))} pred:{quoted(class_name(classes, predicted))}"


def quoted(name: str) -> str:
    """Return a name as it is typed; a quotation mark in it can be left out."""
    name = name.replace('"', "")
    return name if re.fullmatch(r"[\w.-]+", name) else f'"{name}"'
