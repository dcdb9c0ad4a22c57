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
NOTHING = "-"
LEAST = 14  # of a column of words, where it gets no more
ENOUGH = 30  # of a column of words, until which it comes before further columns


@dataclass(frozen=True)
class Column:
    """`cell` is given the run and the present time. A `words` column is cut where there is no room for all of it."""

    name: str
    cell: Callable[[RunSummary, float], str]
    words: bool = False
    right: bool = False
    moving: bool = False  # what stands in it changes with time


def name_of(run: RunSummary) -> str:
    """Return what a run is called: its folder, or its number and the title that it was given."""
    number = run.run.partition(NOTHING)[0]
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
    return percent(accuracy) if accuracy is not None else NOTHING


def _loss(run: RunSummary, _: float) -> str:
    loss = reported_loss(run)
    return f"{loss:.4f}" if loss is not None else NOTHING


COLUMNS = (
    Column("state", lambda run, _: sanitize(state_word(run.state), longest=16)),
    Column("accuracy", _accuracy, right=True),
    Column("epochs", lambda run, _: f"{run.epoch}/{run.epochs}" if run.epochs else NOTHING, right=True),
    Column("time", lambda run, _: duration(run.seconds) if run.seconds else NOTHING, right=True),
    Column("age", lambda run, now: age(now - run.started) if run.started else NOTHING, right=True, moving=True),
    Column("changed", lambda run, _: sanitize(origin_and_changes(run), longest=400) or NOTHING, words=True),
    Column("network", lambda run, _: shown_name(run.model) if run.model else NOTHING),
    Column("note", lambda run, _: sanitize(run.note, longest=400) or NOTHING, words=True),
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


def width_of(text: str) -> int:
    """Return the cells that a text takes, 0 for the one that stands for nothing."""
    return 0 if text == NOTHING else cell_len(text)


class Texts:
    """What stands in the columns for each run, made anew only for a run that changed: hundreds are looked at each time
    the list is drawn."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[RunSummary, str, tuple[str, ...], tuple[int, ...]]] = {}

    def name(self, run: RunSummary) -> str:
        return self._of(run)[1]

    def cell(self, run: RunSummary, column: Column, now: float) -> str:
        return column.cell(run, now) if column.moving else self._of(run)[2][COLUMNS.index(column)]

    def widths(self, runs: Sequence[RunSummary], now: float) -> list[int]:
        """Return the cells that each of COLUMNS takes, without its heading; 0 where no run has anything."""
        rows = [self._of(run)[3] for run in runs]
        widths = [max(column) for column in zip(*rows, strict=True)] or [0] * len(COLUMNS)
        for i, column in enumerate(COLUMNS):
            if column.moving:
                widths[i] = max((width_of(column.cell(run, now)) for run in runs), default=0)
        return widths

    def _of(self, run: RunSummary) -> tuple[RunSummary, str, tuple[str, ...], tuple[int, ...]]:
        kept = self._kept.get(run.run)
        if kept is None or kept[0] is not run:
            texts = tuple("" if column.moving else column.cell(run, 0.0) for column in COLUMNS)
            kept = self._kept[run.run] = run, name_of(run), texts, tuple(map(width_of, texts))
        return kept


def place(runs: Sequence[RunSummary], room: int, first: int, now: float, texts: Texts | None = None) -> Placed:
    """Return the columns from the `first` on that have room in so many cells.

    Columns of words share what the others leave. At the end of the table as many as have room are shown: so each is
    in reach. A column is never wider than the room; one in which no run has anything is left out.
    """
    found = [
        (column, min(max(0, room), max(len(column.name), width)))
        for column, width in zip(COLUMNS, (texts or Texts()).widths(runs, now), strict=True)
        if width or not runs
    ]
    columns, widths = [column for column, _ in found], [width for _, width in found]
    least = [min(width, LEAST) if each.words else width for each, width in found]
    enough = [min(width, ENOUGH) if each.words else width for each, width in found]
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
