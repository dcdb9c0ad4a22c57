"""The configuration and the figures of a run at a glance."""

from collections.abc import Sequence

from textual.reactive import reactive

from tui.state.run import RunView
from tui.widgets.cells import Cells, CellWidget
from tui.widgets.side.figures import EPOCHS, FigureRow, Part, changes, epoch_table, figures, hyperparameters

LEAST_EPOCHS = 3  # that a table has
DISPENSABLE = ("Seed", "Dropout", "Dropout2d", "Weight decay", "Device", "Images", "Parameters", "Threads")


class RunPanel(CellWidget):
    """Two columns of figures, with the change of each since the epoch before; a value that is not the default stands
    out. Where there is too little room what matters least is left out, and where there is more, epochs follow."""

    COMPONENT_CLASSES = {  # noqa: RUF012
        "run-panel--label",
        "run-panel--value",
        "run-panel--changed",
        "run-panel--good",
        "run-panel--bad",
    }

    DEFAULT_CSS = """
    RunPanel {
        padding: 0 1;
        .run-panel--label { color: $text-muted; }
        .run-panel--value { color: $foreground; }
        .run-panel--changed { color: $text-accent; text-style: bold; }
        .run-panel--good { color: $text-success; }
        .run-panel--bad { color: $text-error; }
    }
    """

    rows: reactive[tuple[FigureRow, ...]] = reactive((), init=False, repaint=False)
    """Label, value and style of each row; an empty label is a gap."""

    moves: reactive[tuple[tuple[str, Part], ...]] = reactive((), init=False, repaint=False)
    """Labels, and the change of their values."""

    epochs: reactive[tuple[tuple[str, ...], ...]] = reactive((), init=False, repaint=False)
    """A table of the last epochs, with its heading."""

    others: reactive[tuple[tuple[str, str], ...]] = reactive((), init=False, repaint=False)
    """All hyperparameters and their values, of which those that no row has follow where there is still room."""

    def show(self, view: RunView) -> None:
        self.others = tuple(hyperparameters(view))
        self.moves = tuple(changes(view).items())
        self.epochs = tuple(epoch_table(view, self.size.height or EPOCHS))
        self.rows = tuple(figures(view))

    def watch_rows(self) -> None:
        self.redraw()

    def watch_moves(self) -> None:
        self.redraw()

    def draw(self, cells: Cells) -> None:
        rows = fitting(self.rows, cells.height)
        moves = dict(self.moves)
        width = max([14, *(len(label) for label, _, _ in rows)]) + 1
        for y, (label, value, style) in enumerate(rows):
            cells.put(0, y, label, "run-panel--label")
            end = cells.put(width, y, value, f"run-panel--{style}")
            words, change_style = moves.get(label, ("", ""))
            if words and end + 2 + len(words) <= cells.width:
                cells.put(end + 2, y, words, f"run-panel--{change_style}")
        top = len(rows) + 1
        if cells.height - top >= LEAST_EPOCHS + 1 and len(self.epochs) > 1:
            table = self.epochs[: cells.height - top]
            for y, line in enumerate(table):
                x = 0
                for words in line:
                    x = cells.put(x, top + y, words, "run-panel--value" if y else "run-panel--label")
            top += len(table) + 1
        if len(rows) == len(self.rows):
            shown = {label for label, _, _ in rows}
            others = [(label, value) for label, value in self.others if label not in shown]
            others = others[: max(0, cells.height - top - 2)]
            if others:
                cells.put(0, top, "at their defaults", "run-panel--label")
            width = max([width, *(len(label) + 1 for label, _ in others)])
            for y, (label, value) in enumerate(others, top + 1):
                cells.put(0, y, label, "run-panel--label")
                cells.put(width, y, value, "run-panel--label")


def fitting(rows: Sequence[FigureRow], height: int) -> list[FigureRow]:
    """Return the rows that fit: without gaps, then without notes and defaults, then without the last ones."""
    kept = list(rows)
    for dispensable in (
        lambda row: not row[0] and not row[1],
        lambda row: row[0] in DISPENSABLE and row[2] != "changed",
        lambda row: not row[0],
    ):
        for row in [row for row in reversed(kept) if dispensable(row)]:
            if len(kept) <= height:
                return kept
            kept.remove(row)
    changed = [row for row in kept if row[2] == "changed"]
    others = [row for row in kept if row[2] != "changed"]
    while len(others) + len(changed) > height and len(others) > 4:
        others.pop()
    return [row for row in kept if row in others or row in changed][: max(0, height)]
