"""The list of runs as text: one line per run, with as many columns as fit. Pure."""

from collections.abc import Sequence

from rich.cells import cell_len

from tui.state.words.events import RUN_COLUMNS

GAP = 2
# Which columns go first where room lacks; the name of a run never does. The last of the others may be cut.
FIRST_TO_GO = ("data", "loss", "started", "epochs", "accuracy", "state")
LEAST_CHANGES = 16


def table_lines(rows: Sequence[tuple[str, ...]], room: int | None) -> list[str]:
    """Return a heading and a line a row under RUN_COLUMNS, at most `room` columns wide (None: everything).

    What is not at its default gets the room that the other columns leave, and is cut there.
    """
    widths = [max(map(cell_len, column)) for column in zip(RUN_COLUMNS, *rows, strict=True)]
    changes = RUN_COLUMNS.index("changed")
    shown = list(range(len(RUN_COLUMNS)))
    for name in FIRST_TO_GO:
        if room is None:
            break
        least = sum((min(widths[i], LEAST_CHANGES) if i == changes else widths[i]) + GAP for i in shown) - GAP
        if least > room:
            shown.remove(RUN_COLUMNS.index(name))
    if room is not None:
        left = room - sum(widths[i] + GAP for i in shown if i != changes)
        widths[changes] = min(widths[changes], left)
        if left < LEAST_CHANGES and left < cell_len(RUN_COLUMNS[changes]):
            shown.remove(changes)
    return ["  ".join(_fit(row[i], widths[i]) for i in shown).rstrip() for row in (RUN_COLUMNS, *rows)]


def _fit(text: str, width: int) -> str:
    if cell_len(text) <= width:
        return text + " " * (width - cell_len(text))
    kept = text
    while cell_len(kept) >= width:
        kept = kept[:-1]
    return kept + "…"
