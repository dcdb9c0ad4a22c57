"""The columns of the list of runs: what stands in them, and which of them have room. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from engine.vocabulary.messages import RunSummary
from tui.state.words.figures import duration, percent
from tui.state.words.networks import shown_name
from tui.state.words.runs import data_word, origin_and_changes, started_word, state_word
from tui.terminal.sanitize import sanitize

GAP = 2
LEAST = 14  # of a column of words, where it gets no more
ENOUGH = 30  # of a column of words, until which it comes before further columns


@dataclass(frozen=True)
class Column:
    """`cell` is given the run and the present time. A `words` column is cut where there is no room for all of it."""

    name: str
    cell: Callable[[RunSummary, float], str]
    words: bool = False
    right: bool = False


def name_of(run: RunSummary) -> str:
    """Return what a run is called: its folder, or its number and the title that it was given."""
    number = run.run.partition("-")[0]
    return sanitize(f"{number} {run.title}" if run.title else run.run, longest=255)


def reported_accuracy(run: RunSummary) -> float | None:
    """Return the test accuracy that speaks for a run: after its best epoch by validation, else after its last."""
    return run.best.test_accuracy if run.best is not None else run.test_accuracy


def reported_loss(run: RunSummary) -> float | None:
    return run.best.test_loss if run.best is not None else run.test_loss


def age(seconds: float) -> str:
    """Return how long ago something was, in the largest unit: `now`, `5 min`, `3 h`, `2 d`, `5 w`, `2 y`."""
    if seconds < 60:
        return "now"
    for size, unit in ((365 * 86400, "y"), (14 * 86400, "w"), (86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / (7 * 86400 if unit == 'w' else size):.0f} {unit}"
    return "now"


def _accuracy(run: RunSummary, _: float) -> str:
    accuracy = reported_accuracy(run)
    return percent(accuracy) if accuracy is not None else "-"


def _loss(run: RunSummary, _: float) -> str:
    loss = reported_loss(run)
    return f"{loss:.4f}" if loss is not None else "-"


COLUMNS = (
    Column("state", lambda run, _: sanitize(state_word(run.state), longest=16)),
    Column("accuracy", _accuracy, right=True),
    Column("epochs", lambda run, _: f"{run.epoch}/{run.epochs}" if run.epochs else "-", right=True),
    Column("time", lambda run, _: duration(run.seconds) if run.seconds else "-", right=True),
    Column("age", lambda run, now: age(now - run.started) if run.started else "-", right=True),
    Column("changed", lambda run, _: sanitize(origin_and_changes(run), longest=400) or "-", words=True),
    Column("network", lambda run, _: shown_name(run.model) if run.model else "-"),
    Column("note", lambda run, _: sanitize(run.note, longest=400) or "-", words=True),
    Column("loss", _loss, right=True),
    Column("data", lambda run, _: data_word(run)),
    Column("started", lambda run, _: started_word(run.started)),
)


@dataclass(frozen=True)
class Placed:
    """Columns that have room, with their widths, and whether more are to the left and to the right of them."""

    columns: tuple[tuple[Column, int], ...]
    first: int
    more: bool


def place(runs: Sequence[RunSummary], room: int, first: int, now: float) -> Placed:
    """Return the columns from the `first` on that have room in so many cells.

    Columns of words share what the others leave. At the end of the table as many as have room are shown: so each is
    in reach. A column is never wider than the room; one in which no run has anything is left out.
    """
    columns, widths = [], []
    for column in COLUMNS:
        cells = [column.cell(run, now) for run in runs]
        if not cells or any(cell != "-" for cell in cells):
            columns.append(column)
            widths.append(min(max(0, room), max([len(column.name), *map(cell_len, cells)])))
    least = [min(width, LEAST) if each.words else width for each, width in zip(columns, widths, strict=True)]
    enough = [min(width, ENOUGH) if each.words else width for each, width in zip(columns, widths, strict=True)]
    last = len(columns)
    while last > 1 and sum(enough[last - 2 :]) + GAP * (len(enough) - last + 1) <= room:
        last -= 1  # the furthest that there is to go
    first = max(0, min(first, last - 1))
    shown = [first]
    for i in range(first + 1, len(columns)):
        if sum(enough[j] + GAP for j in shown) + least[i] > room:
            break
        shown.append(i)
    left = room - sum(least[i] for i in shown) - GAP * (len(shown) - 1)
    placed = []
    for i in shown:
        extra = min(max(0, left), widths[i] - least[i])
        left -= extra
        placed.append((columns[i], least[i] + extra))
    return Placed(tuple(placed), first, shown[-1] < len(columns) - 1)


def fitted(text: str, width: int, *, right: bool = False) -> str:
    """Return a text in so many cells; what is cut ends in an ellipsis."""
    size = cell_len(text)
    if size <= width:
        return " " * (width - size) + text if right else text + " " * (width - size)
    kept = text
    while kept and cell_len(kept) >= width:
        kept = kept[:-1]
    return kept + "…" + " " * (width - cell_len(kept) - 1) if width else ""
