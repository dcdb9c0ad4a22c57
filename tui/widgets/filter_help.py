"""Where no run matches a filter: how one is written, what there is in the runs, and all that can be asked of one."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from textual.reactive import reactive

from engine.vocabulary.config import FIELDS
from engine.vocabulary.fields import counted
from engine.vocabulary.messages import RunSummary
from tui.state.run_filter.columns import COLUMNS, NumberColumn, changed
from tui.state.words.figures import percent
from tui.state.words.run_columns import reported_accuracy
from tui.state.words.runs import state_word
from tui.terminal.sanitize import sanitize
from tui.widgets.cells import Cells, CellWidget
from tui.widgets.welcome_blocks import Line, Part, in_columns, length, lines_of, put_lines

BESIDE = 100  # columns, from which what there is stands beside how to ask for it
LABEL = 16
MOST = 6  # values that are counted, of each kind
EXAMPLES = (
    ("acc>99", "a figure: > >= < <= = !="),
    ("epochs:5..10", "from one to another"),
    ("seed:1,2", "one of several"),
    ("model:resnet", "a part of a word; model=resnet18 all of it"),
    ("changed:lr", "what is not at its default"),
    ("-star", "not: all without a star"),
    ('"two words"', "in name, title or note"),
)
ABOUT = {
    "accuracy": "on the test", "loss": "test loss", "val_accuracy": "on held-out",
    "epochs": "epochs done", "time": "of training", "age": "since it began", "parameters": "of the network",
    "number": "of the run", "run": "folder or name", "note": "your note", "parent": "forked from",
    "state": "how it ended", "data": "which data set", "device": "cpu, cuda or mps",
    "changed": "from default", "is": "a property",
}  # fmt: skip

IN_FULL = {
    "accuracy": "test accuracy in percent, after the epoch that the list shows",
    "val_accuracy": "validation accuracy in percent, likewise",
    "state": "training, paused, finished, stopped, failed, interrupted or unreadable",
    "parent": "number or name of the run that it is a fork of",
    "changed": "a hyperparameter that is not at its default, or was steered on the way",
    "is": "star, steered, fork or resumable",
}


class FilterHelp(CellWidget):
    """As many names side by side as it takes to show them all."""

    COMPONENT_CLASSES = {"filter-help--key", "filter-help--head", "filter-help--muted"}  # noqa: RUF012

    DEFAULT_CSS = """
    FilterHelp {
        height: 1fr;
        padding: 1 2 0 2;
        .filter-help--key { color: $text-accent; }
        .filter-help--head { color: $foreground; text-style: bold; }
        .filter-help--muted { color: $text-muted; }
    }
    """

    runs: reactive[tuple[RunSummary, ...]] = reactive((), init=False, repaint=False)
    """All runs, of which none matches."""

    def watch_runs(self) -> None:
        self.redraw()

    def draw(self, cells: Cells) -> None:
        beside = cells.width >= BESIDE
        half = cells.width // 2 if beside else cells.width
        self._put(cells, 0, 0, [[(f"No run matches. Escape shows {all_of(len(self.runs))}.", "head")]])
        how = [[("how to ask", "muted")], *rows(EXAMPLES, half - 2)]
        there = [[("what there is", "muted")], *rows(facets(self.runs), half - 2)]
        y = self._put(cells, 0, 2, how)
        y = max(y, self._put(cells, half, 2, there)) if beside else self._put(cells, 0, y + 1, there)
        self._put(cells, 0, y + 1, names(cells.width, cells.height - y - 1))

    def _put(self, cells: Cells, x: int, y: int, lines: Sequence[Line]) -> int:
        return put_lines(cells, x, y, lines, "filter-help")


def all_of(runs: int) -> str:
    return f"all {counted(runs, 'run')}" if runs > 1 else "the only run"


def rows(pairs: Iterable[tuple[str, str]], width: int) -> list[Line]:
    parts: list[Part] = []
    for label, words in pairs:
        parts += [(f"{label:<{LABEL}}", "key"), (f"{words}\n", "")]
    return lines_of(parts, width, LABEL)


def facets(runs: Sequence[RunSummary]) -> list[tuple[str, str]]:
    """Return what runs can be told apart by, and how many have which value."""
    found = [
        ("state", counts(state_word(run.state) for run in runs)),
        ("model", counts(run.model for run in runs if run.model)),
        ("changed", counts(name for run in runs for name in changed(run))),
        ("accuracy", span([value for run in runs if (value := reported_accuracy(run)) is not None])),
        ("is", counts("star" if run.star else "fork" for run in runs if run.star or run.parent)),
        ("note", counted(sum(bool(run.note) for run in runs), "run") if any(run.note for run in runs) else ""),
    ]
    return [(name, words) for name, words in found if words]


def counts(values: Iterable[str]) -> str:
    """Return `finished 22, stopped 7`, the most frequent first."""
    most = Counter(values).most_common()
    words = [f"{sanitize(value, 30)} {count:,}" for value, count in most[:MOST]]
    return ", ".join([*words, *([f"{len(most) - MOST} others"] if len(most) > MOST + 1 else [])])


def span(shares: Sequence[float]) -> str:
    ends = dict.fromkeys(percent(end) for end in (min(shares), max(shares))) if shares else {}
    return " to ".join(ends)


def names(width: int, height: int) -> list[Line]:
    """Return all that can be asked of a run, as an example with what it means, in as few columns as have room."""
    columns = next((n for n in range(max(1, width // 100), 7) if -(-len(COLUMNS) // n) < height), 6)
    each = width // columns
    lines: list[Line] = []
    for name in sorted(COLUMNS, key=lambda name: name not in ABOUT):  # what a run came to before hyperparameters
        column = COLUMNS[name]
        choices = getattr(column, "choices", ())
        example = column.example if isinstance(column, NumberColumn) else f"{name}:{choices[0] if choices else '...'}"
        line: Line = [(f"{example:<21}", "key")]
        field = FIELDS.get(name)
        for words in (IN_FULL.get(name), ABOUT.get(name), field and clause(field.help), field and field.label):
            if words and length(line) + len(words) + 2 <= each:
                line.append((words, "muted"))
                break
        lines.append(line)
    return [[("what can be asked of a run", "muted")], *in_columns(lines, columns, each)]


def clause(help: str) -> str:
    """Return what a sentence begins with, "" where that alone says nothing."""
    first = re.split(r"\. |[;:(]", help)[0].strip().rstrip(".")
    return first if " " in first else ""
