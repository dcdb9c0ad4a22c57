"""All that is known of the run under the cursor, in as many columns as have room."""

from collections.abc import Sequence

from rich.cells import cell_len

from engine.vocabulary.config import FIELDS
from engine.vocabulary.messages import RunSummary
from engine.vocabulary.messages.base import DIGITS
from engine.vocabulary.messages.known_data import known_data
from tui.state.words.figures import duration, percent
from tui.state.words.networks import shown_name
from tui.state.words.run_columns import fitted, name_of, reported_accuracy, reported_loss
from tui.state.words.run_differences import shown_value, value_of
from tui.state.words.runs import data_word, how_far, started_word, state_word
from tui.terminal.sanitize import sanitize
from tui.widgets.cells import Cells, CellWidget

COLUMN = 38  # cells, at least, of a column of figures
DATA = {"sample": "sample of 5,000", "full": "full MNIST", "own": "own images"}
APART = ("data", "device", "model", "epochs", "log_to")  # have lines of their own

Row = tuple[str, str, str]  # label, value, style


def data_in_words(run: RunSummary) -> str:
    word = data_word(run)
    known = known_data(word)
    words = DATA.get(word) or (known.title if known is not None else word)
    return words if run.class_count == len(DIGITS) else f"{words}, {run.class_count} classes"


class RunDetail(CellWidget):
    """What came of a run, what is not at its default, and the rest of its configuration dim."""

    COMPONENT_CLASSES = {  # noqa: RUF012
        "run-detail--label",
        "run-detail--value",
        "run-detail--name",
        "run-detail--changed",
        "run-detail--dim",
        "run-detail--bad",
    }

    DEFAULT_CSS = """
    RunDetail {
        height: 1fr;
        padding: 0 1;
        .run-detail--label { color: $text-muted; }
        .run-detail--value { color: $foreground; }
        .run-detail--name { color: $foreground; text-style: bold; }
        .run-detail--changed { color: $text-accent; text-style: bold; }
        .run-detail--dim { color: $foreground 60%; }
        .run-detail--bad { color: $text-error; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._run: RunSummary | None = None

    def show(self, run: RunSummary | None) -> None:
        if run != self._run:
            self._run = run
            self.redraw()

    def needs(self, width: int) -> int:
        """Return how many lines all of it takes."""
        columns, _, rows = self._placed(max(1, width - 2))
        return -(-len(rows) // columns)

    def _placed(self, width: int) -> tuple[int, int, list[Row]]:
        """Return how many columns there are, their width, and the rows."""
        columns = max(1, width // COLUMN)
        each = width // columns
        return columns, each, [*wrapped(self._run, each - 2), *figures(self._run)] if self._run is not None else []

    def draw(self, cells: Cells) -> None:
        if self._run is None:
            return
        columns, width, rows = self._placed(cells.width)
        height = min(cells.height, -(-len(rows) // columns))  # columns are equally long
        labels = max(cell_len(label) for label, _, style in rows if style != "name") + 2
        labels = min(labels, width // 2)
        for i, (label, value, style) in enumerate(rows[: columns * height]):
            x, y = i // height * width, i % height
            if style in ("name", "bad"):
                cells.put(x, y, fitted(value, width - 2), f"run-detail--{style}")
            else:
                cells.put(x, y, fitted(label, labels), "run-detail--label")
                cells.put(x + labels, y, fitted(value, max(0, width - labels - 2)), f"run-detail--{style}")


def wrapped(run: RunSummary, width: int) -> list[Row]:
    """Return the name and the note on as many lines as they take."""
    rows = [("", line, "name") for line in folded(name_of(run), width)]
    if run.title:
        rows += [("folder", sanitize(run.run, 255), "value")]
    return rows + [
        ("" if i else "note", line, "value") for i, line in enumerate(folded(sanitize(run.note), width - 16))
    ]


def folded(text: str, width: int) -> list[str]:
    """Return a text on lines of so many cells, broken between words where that can be."""
    lines: list[str] = []
    for word in text.split():
        if lines and cell_len(lines[-1]) + 1 + cell_len(word) <= width:
            lines[-1] += " " + word
            continue
        while cell_len(word) > max(1, width):
            lines.append(word[: max(1, width)])
            word = word[max(1, width) :]
        lines.append(word)
    return lines


def figures(run: RunSummary) -> Sequence[Row]:
    """Return label, value and style of what is known of a run, the most important first."""
    accuracy, loss = reported_accuracy(run), reported_loss(run)
    rows: list[Row] = [("state", sanitize(state_word(run.state), 16), "value")]
    if run.state == "unreadable":
        return rows
    if accuracy is not None:
        rows.append(("test accuracy", percent(accuracy), "value"))
    if loss is not None:
        rows.append(("test loss", f"{loss:.4f}", "value"))
    if run.best is not None:
        rows.append(
            ("best epoch", f"{run.best.epoch}, validated {percent(run.best.validation_accuracy or 0)}", "value")
        )
        if run.epoch != run.best.epoch and run.test_accuracy is not None:
            rows.append(("last epoch", percent(run.test_accuracy), "value"))
    rows += [
        ("epochs", f"{run.epoch} of {run.epochs}", "value"),
        ("time", duration(run.seconds) if run.seconds else "-", "value"),
        ("an epoch", f"{run.seconds / run.epoch:.1f} s" if run.seconds and run.epoch else "-", "value"),
        ("started", started_word(run.started), "value"),
        ("network", shown_name(run.model), "value"),
        ("parameters", f"{run.parameters:,}" if run.parameters else "-", "value"),
        ("data", data_in_words(run), "value"),
        ("device", sanitize(run.device, 40) or "-", "value"),
    ]
    for each in run.trackers:
        if each.problem:
            rows.append(("", f"{each.tracker} is {sanitize(how_far(each), 300)}", "bad"))
        else:
            rows.append((f"in {each.tracker}", sanitize(how_far(each), 300), "value"))
    if run.parent:
        rows.append(("forked from", f"{sanitize(run.parent, 60)} after epoch {run.parent_epoch}", "value"))
    names = [name for name in FIELDS if name not in APART]
    changed = [name for name in names if name in run.began or value_of(run, name) != FIELDS[name].default]
    rows += [(name, shown_value(run, name), "changed") for name in changed]
    rows += [(name, shown_value(run, name), "dim") for name in names if name not in changed]
    return rows
