"""The training digits that the network finds most alike."""

from rich.cells import cell_len
from textual.reactive import reactive

from tui.state.class_words import short_name, worded
from tui.state.gallery.in_full import InFull
from tui.terminal.sanitize import sanitize
from tui.widgets.cells import Cells, CellWidget
from tui.widgets.gallery.thumbnails import COLUMNS, ROWS, thumbnail

LINES = ROWS + 2  # of a row of digits with its heading


class NearestDigits(CellWidget):
    """As many as have room, each with what it is and how far away it is."""

    COMPONENT_CLASSES = {"nearest--ink", "nearest--muted", "nearest--right", "nearest--wrong"}  # noqa: RUF012

    DEFAULT_CSS = """
    NearestDigits {
        height: 9;
        padding: 0 1;
        .nearest--ink { color: $foreground; }
        .nearest--muted { color: $text-muted; }
        .nearest--right { color: $success; }
        .nearest--wrong { color: $error-lighten-1; text-style: bold; }
        &:light .nearest--right { color: $text-success; }
        &:light .nearest--wrong { color: $text-error; }
    }
    """

    digit: reactive[InFull | None] = reactive(None, init=False, repaint=False)

    def watch_digit(self) -> None:
        self.redraw()

    @property
    def room(self) -> int:
        """How many digits have room."""
        size = self.content_size
        return max(1, (size.width + 1) // (COLUMNS + 1)) * max(1, (size.height - 1) // (ROWS + 1))

    def draw(self, cells: Cells) -> None:
        digit = self.digit
        if digit is None:
            return
        found = digit.nearest
        if found is None:
            cells.put(0, 0, worded("nearest training digits", digit.classes), "nearest--muted")
            for place, words in enumerate(wrapped(digit.nearest_words, cells.width), 1):
                cells.put(0, place, words, "nearest--muted")
            return
        searched = f" of {found.searched:,}" if found.searched < found.training else ""
        title = worded("nearest training digits", found.classes)
        heading = f"{title}{searched}, distance 1 - cosine before {sanitize(found.layer, 20)}"
        cells.put(0, 0, heading if len(heading) <= cells.width else title, "nearest--muted")
        across = max(1, (cells.width + 1) // (COLUMNS + 1))
        for place, each in enumerate(found.neighbours):
            line, column = divmod(place, across)
            x, y = column * (COLUMNS + 1), 1 + line * (ROWS + 1)
            if y + ROWS >= cells.height:
                return
            for top, words in enumerate(thumbnail(each.pixels, "ramp" if self.ascii else "braille"), y):
                cells.put(x, top, words, "nearest--ink")
            caption = f"{short_name(found.classes, each.actual, 6)}  {each.distance:.3f}"
            style = "right" if each.actual == digit.row.label else "wrong"
            cells.put(x + (COLUMNS - cell_len(caption)) // 2, y + ROWS, caption, f"nearest--{style}")


def wrapped(text: str, width: int) -> list[str]:
    """Return text in lines of this width."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + word
    return lines
