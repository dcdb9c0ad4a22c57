"""The orders in which digits are shown. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tui.state.gallery.rows import Row


@dataclass(frozen=True)
class Order:
    """`value` is None where it is not known; `descending` is how people look for it: what is most worth a look first"""

    value: Callable[[Row], float | None]
    descending: bool = False


ORDERS = {
    "index": Order(lambda row: row.index),
    "loss": Order(lambda row: row.loss, descending=True),
    "confidence": Order(lambda row: row.confidence),
    "margin": Order(lambda row: row.margin),
}


def sorted_rows(rows: Iterable[Row], sort: str, descending: bool) -> list[Row]:
    """Return digits in an order; those without such a figure come last in both directions."""
    value = ORDERS[sort].value
    having: list[tuple[float, Row]] = []
    lacking: list[Row] = []
    for row in rows:
        found = value(row)
        if found is None:
            lacking.append(row)
        else:
            having.append((found, row))
    having.sort(key=lambda pair: pair[0], reverse=descending)
    return [row for _, row in having] + lacking
