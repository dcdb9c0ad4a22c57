"""Digits as thumbnails that fill a pane."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from textual.events import Click, Resize
from textual.message import Message
from textual.reactive import reactive

from engine.vocabulary.messages.base import DIGITS
from tui.state.gallery.rows import Row
from tui.widgets.cells import Cells, CellWidget
from tui.widgets.gallery.pixels import PixelLooks, put_pixels
from tui.widgets.gallery.thumbnails import COLUMNS, ROWS, caption, thumbnail
from tui.widgets.list_keys import LIST_KEYS, ListKeys

ACROSS, DOWN = COLUMNS + 1, ROWS + 1  # cells that a digit takes with its caption and a gap


class DigitGrid(ListKeys, PixelLooks, CellWidget, can_focus=True):
    """As many digits as there is room for; the keys of a list move the cursor, a double click or Enter opens one."""

    BINDINGS = LIST_KEYS

    COMPONENT_CLASSES = {  # noqa: RUF012
        "grid--ink",
        "grid--right",
        "grid--wrong",
        "grid--muted",
        "grid--here",
        "grid--cursor",
    }

    DEFAULT_CSS = """
    DigitGrid {
        height: 1fr;
        width: 1fr;
        .grid--ink { color: $foreground; }
        .grid--right { color: $success; }
        .grid--wrong { color: $error-lighten-1; text-style: bold; }
        &:light .grid--right { color: $text-success; }
        &:light .grid--wrong { color: $text-error; }
        .grid--muted { color: $text-muted; }
        .grid--here { background: $primary 25%; }
        .grid--cursor { text-style: bold reverse; }
    }
    """

    cursor: reactive[int] = reactive(0, init=False, repaint=False)
    """The place of the digit that keys act on, among those that are shown."""

    art: reactive[str] = reactive("braille", init=False, repaint=False)
    """One of ART_STYLES, or `pixels`. In ASCII it is the ramp whatever this says."""

    @dataclass
    class Highlighted(Message):
        """The cursor is on another digit."""

        place: int

    class Opened(Message):
        """The digit at the cursor is to be shown in full."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.rows: Sequence[Row] = ()
        self.classes_of: tuple[str, ...] = DIGITS
        self.taken: Mapping[int, int] = {}
        self.pixels_of: Callable[[int], bytes] = lambda _: b""
        self.top = 0  # the first line of digits that is seen

    def show(
        self, rows: Sequence[Row], classes: tuple[str, ...], taken: Mapping[int, int], pixels_of: Callable[[int], bytes]
    ) -> None:
        """Show these digits; `pixels_of` returns the pixels of one by its index, nothing where they are not there."""
        self.rows, self.classes_of, self.taken, self.pixels_of = rows, classes, taken, pixels_of
        self.cursor = max(0, min(self.cursor, len(rows) - 1))
        self._follow()
        self.redraw()

    # ------------------------------------------------------------------ drawing

    @property
    def across(self) -> int:
        """How many digits stand side by side."""
        return max(1, self.size.width // ACROSS)

    @property
    def down(self) -> int:
        """How many lines of digits there is room for."""
        return max(1, self.size.height // DOWN)

    @property
    def page(self) -> int:
        return self.across * self.down

    @property
    def lines(self) -> int:
        return -(-len(self.rows) // self.across)

    def draw(self, cells: Cells) -> None:
        first = self.top * self.across
        for place, row in enumerate(self.rows[first : first + self.page], first):
            self._draw_digit(cells, place, row)
        self._draw_bar(cells)

    def _corner(self, place: int) -> tuple[int, int, int, int]:
        """Return column, row, width and height of what a digit has: all of the pane, in equal shares."""
        line, column = divmod(place - self.top * self.across, self.across)
        width, height = max(1, self.size.width - 1), self.size.height
        left, right = column * width // self.across, (column + 1) * width // self.across
        top, bottom = line * height // self.down, (line + 1) * height // self.down
        return left, top, right - left, bottom - top

    def _draw_digit(self, cells: Cells, place: int, row: Row) -> None:
        left, top, width, height = self._corner(place)
        here = " grid--here" if place == self.cursor else ""
        if here:
            for y in range(top, top + height):
                cells.put(left, y, " " * width, "grid--here")
        pixels, x = self.pixels_of(row.index), left + max(0, (width - COLUMNS) // 2)
        rows = max(0, min(ROWS, height - 1))
        if pixels and self.art == "pixels" and not self.ascii:
            put_pixels(cells, x, top, pixels, COLUMNS, rows)
        elif pixels:
            art = "ramp" if self.ascii else self.art
            for y, line in enumerate(thumbnail(pixels, art)[:rows], top):
                cells.put(x, y, line, f"grid--ink{here}")
        elif rows:
            cells.put(x + COLUMNS // 2, top + rows // 2, "." if self.ascii else "·", f"grid--muted{here}")
        taken = self.taken.get(row.index, -1)
        words = caption(row, self.classes_of, width=max(1, width - 1), ascii=self.ascii, taken=taken)
        answer = taken if taken >= 0 else row.predicted
        style = f"grid--{'muted' if answer < 0 else 'right' if answer == row.label else 'wrong'}"
        if here:
            style, words = f"{style} grid--cursor", words.center(min(width, COLUMNS))
        cells.put(left + max(0, (width - len(words)) // 2), top + rows, words, style)
        if height > DOWN and row.predicted >= 0:
            number = f"#{row.index:,}"
            cells.put(left + max(0, (width - len(number)) // 2), top + rows + 1, number, f"grid--muted{here}")

    def _draw_bar(self, cells: Cells) -> None:
        """Draw at the right edge which part of the digits is seen."""
        if self.lines <= self.down:
            return
        size = max(1, round(cells.height * self.down / self.lines))
        start = round((cells.height - size) * self.top / max(1, self.lines - self.down))
        for y in range(cells.height):
            seen = start <= y < start + size
            cells.put(cells.width - 1, y, "#" if seen and self.ascii else "┃" if seen else " ", "grid--muted")

    def watch_art(self) -> None:
        self.redraw()

    # ------------------------------------------------------------------ moving

    def watch_cursor(self) -> None:
        self._follow()
        self.redraw()
        self.post_message(self.Highlighted(self.cursor))

    def _follow(self) -> None:
        """Have the line of the cursor be seen."""
        line = self.cursor // self.across
        top = min(line, max(self.top, line - self.down + 1))
        self.top = max(0, min(top, self.lines - self.down))

    def on_resize(self, event: Resize) -> None:
        self._follow()
        super().on_resize(event)
        self.post_message(self.Highlighted(self.cursor))  # other digits are seen

    def go(self, place: int) -> None:
        self.cursor = max(0, min(place, len(self.rows) - 1))

    def action_cursor_left(self) -> None:
        self.go(self.cursor - 1)

    def action_cursor_right(self) -> None:
        self.go(self.cursor + 1)

    def action_cursor_up(self) -> None:
        if self.cursor >= self.across:
            self.go(self.cursor - self.across)

    def action_cursor_down(self) -> None:
        if self.cursor // self.across < self.lines - 1:
            self.go(self.cursor + self.across)

    def action_first(self) -> None:
        self.go(0)

    def action_last(self) -> None:
        self.go(len(self.rows) - 1)

    def action_page_up(self) -> None:
        self.go(self.cursor - self.page if self.cursor >= self.page else self.cursor % self.across)

    def action_page_down(self) -> None:
        self.go(self.cursor + self.page)

    def action_select(self) -> None:
        if self.rows:
            self.post_message(self.Opened())

    def on_mouse_scroll_down(self) -> None:
        self.action_cursor_down()

    def on_mouse_scroll_up(self) -> None:
        self.action_cursor_up()

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        first = self.top * self.across
        if offset is None:
            return
        for place in range(first, min(first + self.page, len(self.rows))):
            left, top, width, height = self._corner(place)
            if left <= offset.x < left + width and top <= offset.y < top + height:
                self.go(place)
                if event.chain > 1:
                    self.action_select()
                return
