"""What textual-serve's page sends through its WebSocket: a JSON array of a name and a value.

`["stdin", TEXT]` is what was typed or pasted, or a report of the mouse; `["resize", {"width": COLUMNS, "height":
LINES}]` is the new size. It also sends "ping", "focus" and "blur", which a terminal tells in its own way.
"""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

MOST_COLUMNS, MOST_LINES = 1000, 500


class Size(NamedTuple):
    """Of a terminal, in cells."""

    columns: int
    lines: int


USUAL = Size(80, 24)


def read_message(text: str) -> bytes | Size | None:
    """Return what was typed, or the new size; None for anything else."""
    try:
        message = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):  # the latter for arrays in arrays in arrays
        return None
    match message:
        case ["stdin", str(typed)]:
            return typed.encode("utf-8", "replace")
        case ["resize", {"width": int(columns), "height": int(lines)}]:
            return possible(columns, lines)
    return None


def read_size(query: Mapping[str, str]) -> Size:
    """Return the size in the address of the WebSocket, `?width=COLUMNS&height=LINES`."""
    try:
        return possible(int(query["width"]), int(query["height"]))
    except (KeyError, ValueError):
        return USUAL


def possible(columns: int, lines: int) -> Size:
    return Size(min(max(columns, 1), MOST_COLUMNS), min(max(lines, 1), MOST_LINES))
