"""The table of runs as it is drawn: as many columns as have room, and the name of a run in full.

A name that would leave room for no column is its number alone: each column is in reach, and the name beside the list.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual.events import Resize
from textual.geometry import Size
from textual.message import Message

from engine.vocabulary.messages import RunSummary
from tui.state.marks import Mark
from tui.state.words.run_columns import GAP, Placed, Texts, fitted, place
from tui.state.words.runs import short_run_name
from tui.widgets.cells import Cells, CellWidget
from tui.widgets.run_colours import RUN_COLOURS, colour_of, css

NAME_AT = 4  # the column of a name; before it the letter of a mark and the star
ONE = 16  # cells that a name leaves to the other columns: a date has room


class RunTable(CellWidget):
    """A cursor that stays with its run, letters of marked runs, stars, and a scroll bar."""

    COMPONENT_CLASSES = {  # noqa: RUF012
        "run-list--head",
        "run-list--sorted",
        "run-list--name",
        "run-list--cell",
        "run-list--muted",
        "run-list--star",
        "run-list--cursor",
        "run-list--unfocused",
        "run-list--good",
        "run-list--busy",
        "run-list--bad",
        *RUN_COLOURS,
    }

    DEFAULT_CSS = """
    RunTable {
        height: auto;
        .run-list--head { color: $text-muted; }
        .run-list--sorted { color: $text-accent; text-style: bold; }
        .run-list--name { color: $foreground; }
        .run-list--cell { color: $foreground; }
        .run-list--muted { color: $text-muted; }
        .run-list--star { color: $text-warning; }
        .run-list--good { color: $text-success; }
        .run-list--busy { color: $text-accent; text-style: bold; }
        .run-list--bad { color: $text-error; }
        .run-list--cursor { background: $block-cursor-background; color: $block-cursor-foreground; text-style: bold; }
        .run-list--unfocused { background: $surface-lighten-1; text-style: bold; }
        &:nocolor .run-list--cursor { text-style: reverse; }
    }
    """ + css("RunTable")

    @dataclass
    class Highlighted(Message):
        """The cursor is on another run, or on none."""

        run: str

    def __init__(self) -> None:
        super().__init__()
        self.runs: tuple[RunSummary, ...] = ()
        self._letters: Mapping[str, Mark] = {}
        self._sorted = ("", False)
        self.cursor = 0
        self._top = 0
        self._first_column = 0
        self._placed: Placed | None = None
        self._texts = Texts()
        self._spots: list[tuple[int, int, str]] = []  # where the headings stand: from, to, column

    def show(self, runs: Sequence[RunSummary], marks: Sequence[Mark], sort: str, descending: bool) -> None:
        """Show these runs. The cursor stays with its run, but on the first line where they are sorted or filtered."""
        before = self.current
        places = {run.run: i for i, run in enumerate(runs)}
        more = self._sorted == (sort, descending) and all(run.run in places for run in self.runs)
        self.runs = tuple(runs)
        self._letters = {mark.run: mark for mark in marks}
        self._sorted = (sort, descending)
        if before is not None and before.run in places and (self.cursor > 0 or more):
            self.cursor = places[before.run]
        self.cursor = max(0, min(self.cursor, len(self.runs) - 1))
        self._keep_in_sight()
        self.redraw()
        self._tell(before)

    @property
    def current(self) -> RunSummary | None:
        """The run under the cursor."""
        return self.runs[self.cursor] if 0 <= self.cursor < len(self.runs) else None

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self.runs) + 1

    @property
    def lines(self) -> int:
        """How many runs have room."""
        return max(1, self.size.height - 1)

    def on_resize(self, event: Resize) -> None:
        """Keep the cursor in sight where what is said of its run takes a line of the list."""
        self._keep_in_sight()

    # ------------------------------------------------------------------ drawing

    def draw(self, cells: Cells) -> None:
        now = time.time()
        self._keep_in_sight(moved=False)
        longest = cells.width - NAME_AT - GAP - 2 - ONE
        names = [self._texts.name(run) for run in self.runs]
        names = [
            name if cell_len(name) <= longest else short_run_name(run.run)
            for run, name in zip(self.runs, names, strict=True)
        ]
        width = min(max([3, *map(cell_len, names)]), cells.width - NAME_AT - 1)
        left = NAME_AT + width + GAP
        self._placed = place(self.runs, cells.width - left - 2, self._first_column, now, self._texts)
        self._first_column = self._placed.first
        self._draw_head(cells, width, left)
        for y, i in enumerate(range(self._top, min(self._top + self.lines, len(self.runs))), 1):
            self._draw_run(cells, y, i, fitted(names[i], width), left, now)
        self._draw_position(cells)

    def _draw_head(self, cells: Cells, width: int, left: int) -> None:
        assert self._placed is not None
        self._spots = []
        x = NAME_AT
        for name, size, right in (
            ("name", width, False),
            *((column.name, size, column.right) for column, size in self._placed.columns),
        ):
            label, style = "run" if name == "name" else name, "run-list--head"
            if name == self._sorted[0]:
                style = "run-list--sorted"
                label += ("▼" if self._sorted[1] else "▲") if len(label) < size or not right else ""
            shown = fitted(label, size, right=right)
            if right and cell_len(label) > size:
                shown = fitted(label, size)
            cells.put(x, 0, shown, style)
            self._spots.append((x, x + size, name))
            x = left if name == "name" else x + size + GAP
        if self._placed.first:
            cells.put(left - GAP, 0, "←", "run-list--sorted")
        if self._placed.more:
            cells.put(cells.width - 2, 0, "→", "run-list--sorted")

    def _draw_run(self, cells: Cells, y: int, i: int, name: str, left: int, now: float) -> None:
        assert self._placed is not None
        run = self.runs[i]
        over = ""
        if i == self.cursor:
            over = " run-list--cursor" if self.has_focus else " run-list--unfocused"
            cells.put(0, y, " " * cells.width, over.strip())
        mark = self._letters.get(run.run)
        colour = colour_of(mark) if mark is not None else "run-list--name"
        if mark is not None:
            cells.put(0, y, mark.letter, colour + over)
        if run.star:
            cells.put(2, y, "*" if self.ascii else "★", "run-list--star" + over)
        cells.put(NAME_AT, y, name, colour + over)
        x = left
        for column, size in self._placed.columns:
            text = self._texts.cell(run, column, now)
            style = (
                state_style(run) if column.name == "state" else "run-list--muted" if text == "-" else "run-list--cell"
            )
            cells.put(x, y, fitted(text, size, right=column.right), style + over)
            x += size + GAP

    def _draw_position(self, cells: Cells) -> None:
        """Draw a scroll bar where not all runs have room."""
        if len(self.runs) <= self.lines:
            return
        size = max(1, self.lines * self.lines // len(self.runs))
        start = round(self._top / (len(self.runs) - self.lines) * (self.lines - size))
        for y in range(self.lines):
            within = start <= y < start + size
            cells.put(
                cells.width - 1, y + 1, "┃" if within else "│", "run-list--sorted" if within else "run-list--muted"
            )

    def _keep_in_sight(self, *, moved: bool = True) -> None:
        if moved:
            self._top = max(self.cursor - self.lines + 1, min(self._top, self.cursor))
        self._top = max(0, min(self._top, len(self.runs) - self.lines))

    def _tell(self, before: RunSummary | None) -> None:
        now = self.current
        if (before and before.run) != (now and now.run):
            # A screen that calls this would count as the sender, and the message would not go beyond it.
            self.post_message(self.Highlighted(now.run if now is not None else "").set_sender(self))


def state_style(run: RunSummary) -> str:
    kinds = {"running": "busy", "paused": "bad", "finished": "good", "failed": "bad", "unreadable": "bad"}
    return f"run-list--{kinds.get(run.state, 'muted')}"
