"""Accuracies by the strength of each corruption, as small charts of one scale."""

import math
from dataclasses import dataclass

from textual.events import Click
from textual.message import Message
from textual.reactive import reactive

from engine.vocabulary.messages import RobustnessMeasured
from engine.vocabulary.messages.certainty_messages import CORRUPTION_NAMES
from tui.state.confusion.certainty_words import by_corruption, mean_accuracy
from tui.terminal.sanitize import sanitize
from tui.widgets.cells import Cells, CellWidget
from tui.widgets.certainty.corruption_chart import Letters, Place, draw_corruption, lowest
from tui.widgets.grid_keys import GridKeys
from tui.widgets.list_keys import LIST_KEYS
from tui.widgets.run_colours import RUN_COLOURS, css

LEAST_WIDTH, LEAST_HEIGHT = 19, 4  # of a chart: its name, three rows of curve
WITH_GAP = 8  # rows from which there is a gap below it


class CorruptionGrid(GridKeys, CellWidget, can_focus=True):
    """A chart a corruption: 0 is untouched, 5 the strongest; all have one scale, from the lowest accuracy to 100 %.

    The cursor is on the one that is told in figures beside it.
    """

    BINDINGS = LIST_KEYS

    COMPONENT_CLASSES = {  # noqa: RUF012
        "corruption--name", "corruption--axis", "corruption--line", "corruption--cursor", *RUN_COLOURS,
    }  # fmt: skip

    DEFAULT_CSS = """
    CorruptionGrid {
        padding: 0 1;
        .corruption--name { color: $foreground; text-style: bold; }
        .corruption--axis { color: $text-muted; }
        .corruption--line { color: $text-accent; }
        .corruption--cursor { text-style: reverse; }
    }
    """ + css("CorruptionGrid")

    measured: reactive[RobustnessMeasured | None] = reactive(None, init=False, repaint=False)

    letters: reactive[Letters] = reactive((), init=False, repaint=False)
    """A letter and a component class for each run; "" where there is one run."""

    cursor: reactive[int] = reactive(0, init=False, repaint=False)

    @dataclass
    class Moved(Message):
        """The cursor is on a corruption."""

        name: str

    @property
    def name_at_cursor(self) -> str:
        return CORRUPTION_NAMES[self.cursor]

    @property
    def _across(self) -> int:
        """How many charts stand beside each other: as many as make them twice as wide as high."""
        width, height = self.size
        best, found = math.inf, 1
        for across in (1, 2, 3, 4, 6):
            columns, rows = width // across, height // -(-len(CORRUPTION_NAMES) // across)
            if columns < LEAST_WIDTH or rows < 1:
                continue
            off = abs(math.log(columns / (2.6 * max(1, rows)))) + (rows < LEAST_HEIGHT) * 9
            if off < best:
                best, found = off, across
        return found

    @property
    def _slot(self) -> tuple[int, int]:
        """Columns and rows of a chart."""
        across = self._across
        return self.size.width // across, max(1, self.size.height // -(-len(CORRUPTION_NAMES) // across))

    def draw(self, cells: Cells) -> None:
        measured, across = self.measured, self._across
        width, height = self._slot
        rows = by_corruption(measured) if measured is not None else {}
        low = lowest(measured) if measured is not None else 0.0
        for place, name in enumerate(CORRUPTION_NAMES):
            x, y = place % across * width, place // across * height
            style = "corruption--name"
            if place == self.cursor and self.has_focus:
                style += " corruption--cursor"
            end = cells.put(x, y, sanitize(name), style)
            if measured is None or name not in rows:
                words = "not tested yet" if x + width - 1 - end > len("not tested yet") else "-"
                cells.put(end + 1, y, words if measured else "", "corruption--axis")
                continue
            if len(measured.runs) == 1:
                mean = f"{100 * mean_accuracy(rows[name], 0, measured.images):.1f}"
                mean += " %" if end + 3 + len(mean) <= x + width - 1 else ""
                cells.put(x + width - 1 - len(mean), y, mean, "corruption--axis")
            chart = Place(x, y + 1, width - 1, height - 1 - (height >= WITH_GAP))
            draw_corruption(cells, chart, measured, name, self.letters, low, ascii=self.ascii)

    def watch_measured(self) -> None:
        self.redraw()

    watch_letters = watch_measured

    def watch_cursor(self) -> None:
        self.redraw()
        self.post_message(self.Moved(self.name_at_cursor))

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self.redraw()

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        width, height = self._slot
        if offset is not None and offset.x < width * self._across:
            place = offset.y // height * self._across + offset.x // width
            if place < len(CORRUPTION_NAMES):
                self.cursor = place

    def move(self, down: int, right: int) -> None:
        across, last = self._across, len(CORRUPTION_NAMES) - 1
        if right:
            self.cursor = max(0, min(last, self.cursor + right))
        else:
            row = max(0, min(last // across, self.cursor // across + down))
            self.cursor = min(last, row * across + self.cursor % across)

    def go_to(self, last: bool) -> None:
        self.cursor = len(CORRUPTION_NAMES) - 1 if last else 0

    @property
    def page(self) -> int:
        return -(-len(CORRUPTION_NAMES) // self._across)
