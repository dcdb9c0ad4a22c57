"""The digits of the cell under the cursor, as many as there is room for."""

from typing import NamedTuple

from rich.cells import cell_len
from textual.reactive import reactive

from tui.widgets.cells import Cells, CellWidget
from tui.widgets.digit_art import draw

COLUMNS, ROWS = 14, 7  # of a digit in braille: a dot a pixel
WIDTH, HEIGHT = COLUMNS + 2, ROWS + 1  # with the gap after it, and its caption


class Thumbnail(NamedTuple):
    """784 grey values, None while they are on their way, and what stands below."""

    pixels: bytes | None
    caption: str


class CellDigits(CellWidget):
    """Small digits below a heading; Enter on the cell opens all of them."""

    COMPONENT_CLASSES = {"cell-digits--heading", "cell-digits--ink"}  # noqa: RUF012

    DEFAULT_CSS = """
    CellDigits {
        padding: 0 1;
        .cell-digits--heading { color: $text-muted; }
        .cell-digits--ink { color: $foreground; }
    }
    """

    thumbnails: reactive[tuple[Thumbnail, ...]] = reactive((), init=False, repaint=False)

    heading: reactive[str] = reactive("", init=False, repaint=False)

    @property
    def room(self) -> int:
        """How many digits fit."""
        return max(0, self.size.width // WIDTH) * max(0, (self.size.height - 1) // HEIGHT)

    def watch_thumbnails(self) -> None:
        self.redraw()

    watch_heading = watch_thumbnails

    def draw(self, cells: Cells) -> None:
        cells.put(0, 0, self.heading, "cell-digits--heading")
        across = max(1, cells.width // WIDTH)
        for place, each in enumerate(self.thumbnails[: self.room]):
            x, y = place % across * WIDTH, 1 + place // across * HEIGHT
            art = "ramp" if self.ascii else "braille"
            lines = draw(each.pixels, art, COLUMNS, ROWS) if each.pixels is not None else []
            for row, line in enumerate(lines):
                cells.put(x, y + row, line.replace("\u2800", " "), "cell-digits--ink")
            cells.put(
                x + max(0, (COLUMNS - cell_len(each.caption)) // 2), y + ROWS, each.caption, "cell-digits--heading"
            )
