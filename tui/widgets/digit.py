"""A digit of the test set, drawn with characters."""

from collections.abc import Sequence

from rich.cells import cell_len
from textual.reactive import reactive

from engine.vocabulary.messages import Digit
from engine.vocabulary.messages.base import DIGITS, class_name
from tui.state.class_words import short_name, worded
from tui.terminal.sanitize import sanitize
from tui.widgets.cells import Cells, CellWidget
from tui.widgets.digit_art import ART_STYLES, draw, fit

LEAST_ROOM = 26  # columns of a verdict beside the list at 80x24


class DigitDrawing(CellWidget):
    """What large and small digits share."""

    COMPONENT_CLASSES = {"digit--ink", "digit--right", "digit--wrong", "digit--muted"}  # noqa: RUF012

    DEFAULT_CSS = """
    DigitDrawing {
        .digit--ink { color: $foreground; }
        .digit--right { color: $success; }
        .digit--wrong { color: $error-lighten-1; text-style: bold; }
        &:light .digit--right { color: $text-success; }
        &:light .digit--wrong { color: $text-error; }
        .digit--muted { color: $text-muted; }
    }
    """

    digit: reactive[Digit | None] = reactive(None, init=False, repaint=False)
    """The digit shown."""

    names: tuple[str, ...] = DIGITS

    art: reactive[str] = reactive(ART_STYLES[0], init=False, repaint=False)
    """One of ART_STYLES. In ASCII it is the ramp whatever this says."""

    def watch_digit(self) -> None:
        self.redraw()

    def watch_art(self) -> None:
        self.redraw()

    def draw_art(self, cells: Cells, digit: Digit, height: int) -> bool:
        """Draw the digit in the middle of the cells' first `height` rows; tell whether there was room."""
        art = "ramp" if self.ascii else self.art
        columns, rows = fit(cells.width, height, art)
        if not rows and not self.ascii:
            art = "braille"
            columns, rows = fit(cells.width, height, art)
        left, top = (cells.width - columns) // 2, (height - rows) // 2
        if rows:
            for y, line in enumerate(draw(digit.pixels, art, columns, rows), top):
                cells.put(left, y, line, "digit--ink")
        return bool(rows)


class DigitView(DigitDrawing):
    """One digit as large as there is room, its number in the border."""

    DEFAULT_CSS = """
    DigitView {
        height: 1fr;
        border: round $foreground 25%;
        border-title-color: $text-muted;
        border-subtitle-color: $text-muted;
        &.-ascii { border: ascii $foreground 25%; }
        &.-right { border-subtitle-color: $success; }
        &.-wrong { border-subtitle-color: $error-lighten-1; border-subtitle-style: bold; }
        &.-right:light { border-subtitle-color: $text-success; }
        &.-wrong:light { border-subtitle-color: $text-error; }
    }
    """

    def draw(self, cells: Cells) -> None:
        if self.digit is None:
            cells.put_centered(worded("no digit yet", self.names), "digit--muted")
        elif not self.draw_art(cells, self.digit, cells.height):
            cells.put_centered(verdict(self.digit, self.ascii, self.names, cells.width), "digit--ink")

    def watch_digit(self) -> None:
        digit = self.digit
        right = digit is not None and digit.predicted == digit.actual
        self.set_class(digit is not None and right, "-right")
        self.set_class(digit is not None and not right, "-wrong")
        self.border_title = "" if digit is None else f"test #{digit.index}"
        self.border_subtitle = "" if digit is None else verdict(digit, self.ascii, self.names, self.subtitle_room)
        self.redraw()

    @property
    def subtitle_room(self) -> int:
        return max(LEAST_ROOM, self.size.width - 4)  # of the border some columns stay free

    def watch_ascii(self) -> None:
        self.set_class(self.ascii, "-ascii")
        self.watch_digit()


class DigitCard(DigitDrawing):
    """A small digit with what it is and what it was taken for, for a row of such cards."""

    DEFAULT_CSS = """
    DigitCard { width: 1fr; height: 1fr; min-height: 6; padding: 0 1; }
    """

    def draw(self, cells: Cells) -> None:
        if self.digit is None:
            return
        self.draw_art(cells, self.digit, cells.height - 2)
        right = self.digit.predicted == self.digit.actual
        style = f"digit--{'right' if right else 'wrong'}"
        caption, number = verdict(self.digit, self.ascii, self.names, cells.width), f"#{self.digit.index}"
        bottom = cells.height - 1
        cells.put((cells.width - cell_len(caption)) // 2, bottom - 1, caption, style)
        cells.put((cells.width - len(number)) // 2, bottom, number, "digit--muted")


def verdict(digit: Digit, ascii: bool, names: Sequence[str] = DIGITS, room: int = LEAST_ROOM) -> str:
    """Return "7 right", or what the digit was taken for; names are cut so that all has room in so many columns."""
    arrow = "->" if ascii else "→"
    if digit.actual == digit.predicted:
        return f"{short_name(names, digit.actual, max(room - 6, 1))} right"
    whole = room - len(f" {arrow}  wrong")
    if sum(cell_len(sanitize(class_name(names, label))) for label in (digit.actual, digit.predicted)) > whole:
        whole //= 2
    actual, predicted = (short_name(names, label, max(whole, 1)) for label in (digit.actual, digit.predicted))
    return f"{actual} {arrow} {predicted} wrong"
