"""The most frequent mistakes, each with the digit that the run was surest of; where room lacks, in words alone."""

from collections.abc import Mapping
from dataclasses import dataclass

from rich.cells import cell_len
from textual.events import Click
from textual.message import Message
from textual.reactive import reactive

from engine.vocabulary.fields import counted
from engine.vocabulary.messages.base import DIGITS
from tui.state.class_words import short_name
from tui.state.confusion.figures import Mistake, Pair
from tui.widgets.cells import Cells, CellWidget
from tui.widgets.digit_art import draw
from tui.widgets.grid_keys import GridKeys
from tui.widgets.list_keys import LIST_KEYS

SMALL = (14, 7)  # columns and rows of a digit in braille: a dot a pixel
LARGE = (28, 14)  # in half blocks: half a cell a pixel
TALL = SMALL[1] + 1  # rows of a small one with its caption
NARROW = 13  # columns of a mistake in words
MOST = 10


class MistakeGrid(GridKeys, CellWidget, can_focus=True):
    """A grid with a cursor; Enter and a double click open the digits of a mistake."""

    BINDINGS = LIST_KEYS

    COMPONENT_CLASSES = {"mistakes--heading", "mistakes--ink", "mistakes--caption", "mistakes--cursor"}  # noqa: RUF012

    DEFAULT_CSS = """
    MistakeGrid {
        padding: 0 1;
        .mistakes--heading { color: $text-muted; }
        .mistakes--ink { color: $foreground; }
        .mistakes--caption { color: $text-error; }
        .mistakes--cursor { text-style: reverse; }
    }
    """

    mistakes: reactive[tuple[Mistake, ...]] = reactive((), init=False, repaint=False)
    """The most frequent first."""

    pictures: reactive[Mapping[Pair, bytes]] = reactive({}, init=False, repaint=False)
    """784 grey values of a digit of each, as far as they are known."""

    heading: reactive[str] = reactive("", init=False, repaint=False)

    names: reactive[tuple[str, ...]] = reactive(DIGITS, init=False, repaint=False)

    cursor: reactive[int] = reactive(0, init=False, repaint=False)

    @dataclass
    class Moved(Message):
        """The cursor is on a mistake."""

        mistake: Mistake

    @dataclass
    class Opened(Message):
        """The digits of a mistake are wanted."""

        mistake: Mistake

    @property
    def draws_digits(self) -> bool:
        """Whether there is room for a row of digits."""
        return self.size.width > SMALL[0] and self.size.height > TALL

    @property
    def _slot(self) -> tuple[int, int, int]:
        """Columns and rows of a mistake, and how many stand beside each other: as large as all of them fit."""
        longest = max((cell_len(self._caption(each)) for each in self.mistakes), default=0)
        count, width = len(self.mistakes) or 1, self.size.width
        if not self.draws_digits:
            across = max(1, width // max(NARROW, longest + 2))
            return max(NARROW, longest + 2), 1, across
        across, height = 1, TALL
        for columns, rows in (LARGE, SMALL):
            most, height = max(1, width // max(columns + 1, longest + 1)), rows + 1
            down = min(-(-count // most), max(1, (self.size.height - 1) // height))
            across = min(most, -(-count // down))
            if across * down >= count:
                break
        return min(width // across, 2 * (height - 1) + 12), height, across

    @property
    def _room(self) -> int:
        _, height, across = self._slot
        return across * max(0, (self.size.height - 1) // height)

    def _caption(self, mistake: Mistake) -> str:
        arrow = "->" if self.ascii else "→"
        actual, predicted = (short_name(self.names, label, 8) for label in mistake.pair)
        return f"{actual}{arrow}{predicted} {counted(mistake.times, 'time')}"

    def draw(self, cells: Cells) -> None:
        cells.put(0, 0, self.heading, "mistakes--heading")
        width, height, across = self._slot
        for place, mistake in enumerate(self.mistakes[: self._room]):
            x, y = place % across * width, 1 + place // across * height
            if height > 1:
                self._draw_digit(cells, x, y, mistake.pair, height - 1)
            style = "mistakes--caption"
            if self.has_focus and place == self.cursor:
                style += " mistakes--cursor"
            cells.put(x, y + height - 1, self._caption(mistake), style)

    def _draw_digit(self, cells: Cells, x: int, y: int, pair: Pair, rows: int) -> None:
        pixels = self.pictures.get(pair)
        if pixels is None:
            cells.put(x + rows - 1, y + rows // 2, "..." if self.ascii else "…", "mistakes--heading")
            return
        art = "ramp" if self.ascii else "braille" if rows == SMALL[1] else "blocks"
        for row, line in enumerate(draw(pixels, art, 2 * rows, rows)):
            cells.put(x, y + row, line.replace("\u2800", " "), "mistakes--ink")

    def watch_mistakes(self) -> None:
        self.set_reactive(MistakeGrid.cursor, max(0, min(self.cursor, len(self.mistakes) - 1)))
        self.redraw()

    def watch_pictures(self) -> None:
        self.redraw()

    watch_heading = watch_names = watch_pictures

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self.redraw()

    def watch_cursor(self) -> None:
        self.redraw()
        if self.has_focus and self.cursor < len(self.mistakes):
            self.post_message(self.Moved(self.mistakes[self.cursor]))

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        width, height, across = self._slot
        if offset is None or offset.y < 1 or offset.x >= across * width:
            return
        place = (offset.y - 1) // height * across + offset.x // width
        if place < min(len(self.mistakes), self._room):
            self.cursor = place
            if event.chain > 1:
                self.action_select()

    def move(self, down: int, right: int) -> None:
        last = min(len(self.mistakes), self._room) - 1
        across = self._slot[2]
        column = self.cursor % across
        if right:
            self.cursor = max(0, min(last, self.cursor + right))
        elif last >= 0:
            row = max(0, min(last // across, self.cursor // across + down))
            self.cursor = min(last, row * across + column)

    def go_to(self, last: bool) -> None:
        self.cursor = max(0, min(len(self.mistakes), self._room) - 1) if last else 0

    @property
    def page(self) -> int:
        return max(1, self._room // self._slot[2])

    def action_select(self) -> None:
        if self.cursor < len(self.mistakes):
            self.post_message(self.Opened(self.mistakes[self.cursor]))
