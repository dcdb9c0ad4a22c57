"""What differs between the marked runs, as a table: a column for each run, or a line where there are many."""

from collections.abc import Mapping, Sequence
from functools import partial

from rich.cells import cell_len
from textual.message import Message

from engine.vocabulary.messages import RunSummary
from tui.state.marks import Mark
from tui.state.words.run_columns import GAP, fitted, name_of
from tui.state.words.run_differences import Row, caution, differences, seeds_of_one
from tui.widgets.cells import Cells, CellWidget
from tui.widgets.list_keys import LIST_KEYS, ListKeys
from tui.widgets.run_colours import RUN_COLOURS, colour_of, css
from tui.widgets.run_detail import folded

HEAD = "differs     "  # with room for four arrows
FAR = 1_000_000  # lines


class RunComparison(ListKeys, CellWidget, can_focus=True):
    """Arrows and the wheel scroll it where it has no room."""

    BINDINGS = LIST_KEYS

    COMPONENT_CLASSES = {  # noqa: RUF012
        "run-comparison--head",
        "run-comparison--label",
        "run-comparison--value",
        "run-comparison--best",
        "run-comparison--said",
        *RUN_COLOURS,
    }

    DEFAULT_CSS = """
    RunComparison {
        height: auto;
        padding: 0 1;
        .run-comparison--head { color: $foreground; text-style: bold; }
        .run-comparison--label { color: $text-muted; }
        .run-comparison--value { color: $foreground; }
        .run-comparison--best { color: $text-success; text-style: bold; }
        .run-comparison--said { color: $text-accent; }
    }
    """ + css("RunComparison")

    class Told(Message):
        """What the seeds of one configuration add up to has come."""

    def __init__(self) -> None:
        super().__init__()
        self._marks: Mapping[str, Mark] = {}
        self._runs: tuple[RunSummary, ...] = ()
        self._rows: list[Row] = []
        self._said: tuple[str, ...] = ()  # what seeds of one configuration add up to
        self._line = self._column = 0

    def show(self, marks: Sequence[Mark], runs: Sequence[RunSummary]) -> None:
        """Compare these runs. What their seeds add up to follows: scipy is slow to come."""
        news = (tuple(runs), {mark.run: mark for mark in marks})
        if news != (self._runs, self._marks):
            self._runs, self._marks = news
            self._rows = differences(self._runs)
            self._say(())
            if len(runs) > 1:
                letters = {mark.run: mark.letter for mark in marks}
                self.run_worker(partial(self._add_up, letters, news[0]), thread=True, group="seeds", exclusive=True)

    def _add_up(self, letters: Mapping[str, str], runs: tuple[RunSummary, ...]) -> None:
        self.app.call_from_thread(self._tell, runs, tuple(seeds_of_one(letters, runs)))

    def _tell(self, runs: tuple[RunSummary, ...], said: tuple[str, ...]) -> None:
        if runs == self._runs and said:
            self._say(said)
            self.post_message(self.Told())

    def _say(self, said: tuple[str, ...]) -> None:
        self._said = said
        self.refresh(layout=True)
        self.redraw()

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        table, said = self._lines(width)
        return len(table) + len(said)

    def _lines(self, width: int) -> tuple[list[list[tuple[str, str]]], list[str]]:
        """Return the lines of the table, each of texts and styles, and what is said below it."""
        said = [line for each in (*caution(self._runs), *self._said) for line in folded(each, width)]
        if len(self._runs) < 2:
            return [[("Mark a second run to compare it with this one.", "run-comparison--label")]], said
        if not self._rows:
            return [[("These runs do not differ.", "run-comparison--label")]], said
        across = self._by_columns()
        if sum(cell_len(text) + GAP for text, _ in across[0]) - GAP <= width:
            return across, said
        return self._by_lines(), said

    def _by_columns(self) -> list[list[tuple[str, str]]]:
        heads = [(HEAD, "run-comparison--head")]
        for run in self._runs:
            mark = self._marks[run.run]
            heads.append((f"{mark.letter} {run.run.partition('-')[0]}", colour_of(mark)))
        lines = [heads, *(self._line_of(row) for row in self._rows)]
        return aligned(lines)

    def _by_lines(self) -> list[list[tuple[str, str]]]:
        heads = [(HEAD, "run-comparison--head"), *((row.name, "run-comparison--label") for row in self._rows)]
        table = [self._line_of(row) for row in self._rows]
        lines = [heads]
        for i, run in enumerate(self._runs, 1):
            mark = self._marks[run.run]
            lines.append([(f"{mark.letter} {name_of(run)}", colour_of(mark)), *(row[i] for row in table)])
        return aligned(lines)

    def _line_of(self, row: Row) -> list[tuple[str, str]]:
        best = best_of(row)
        return [
            (row.name, "run-comparison--label"),
            *((value, f"run-comparison--{'best' if value == best else 'value'}") for value in row.values),
        ]

    def draw(self, cells: Cells) -> None:
        table, said = self._lines(cells.width)
        below = len(table) + len(said) - cells.height
        self._line = max(0, min(self._line, below))
        widest = max(map(len, table), default=1)
        self._column = max(0, min(self._column, widest - 2))
        more = False
        for y, line in enumerate(table[:1] + table[1 + self._line :]):
            x = 0
            for place, (text, style) in enumerate(line[:1] + line[1 + self._column :]):
                if place > 1 and x + cell_len(text) > cells.width:  # never a part of a figure
                    more = True
                    break
                x = cells.put(x, y, text, style) + GAP
        start = len(table) - self._line
        for y, text in enumerate(said, start):
            cells.put(0, y, text, "run-comparison--said")
        self._draw_arrows(cells, more, self._line < below)

    def _draw_arrows(self, cells: Cells, right: bool, down: bool) -> None:
        """Say in the heading where more of the table is."""
        arrows = "←" * bool(self._column) + "→" * right + "↑" * bool(self._line) + "↓" * down
        cells.put(len(HEAD.rstrip()) + 1, 0, arrows, "run-comparison--said")

    def scroll_table(self, lines: int, columns: int = 0) -> None:
        self._line = max(0, self._line + lines)
        self._column = max(0, self._column + columns)
        self.redraw()

    def action_scroll_up(self) -> None:
        self.scroll_table(-1)

    def action_scroll_down(self) -> None:
        self.scroll_table(1)

    def action_scroll_left(self) -> None:
        self.scroll_table(0, -1)

    def action_scroll_right(self) -> None:
        self.scroll_table(0, 1)

    def action_scroll_home(self) -> None:
        self.scroll_table(-FAR)

    def action_scroll_end(self) -> None:
        self.scroll_table(FAR)

    def action_page_up(self) -> None:
        self.scroll_table(-max(1, self.size.height - 1))

    def action_page_down(self) -> None:
        self.scroll_table(max(1, self.size.height - 1))

    def on_mouse_scroll_down(self) -> None:
        self.scroll_table(2)

    def on_mouse_scroll_up(self) -> None:
        self.scroll_table(-2)


def best_of(row: Row) -> str:
    """Return the best of accuracies or losses, as it is written; "" for what has no best."""
    if row.name not in ("accuracy", "loss"):
        return ""
    known = [value for value in row.values if value != "-"]
    number = {value: float(value.removesuffix(" %")) for value in known}
    return (max if row.name == "accuracy" else min)(number, key=lambda value: number[value]) if number else ""


def aligned(lines: list[list[tuple[str, str]]]) -> list[list[tuple[str, str]]]:
    """Return the lines with their texts padded to columns."""
    widths = [max(cell_len(line[i][0]) for line in lines) for i in range(len(lines[0]))]
    return [[(fitted(text, width), style) for (text, style), width in zip(line, widths, strict=True)] for line in lines]
