"""The map of the test digits: a character and a colour a class; the digit nearest to the cursor in brackets."""

from dataclasses import dataclass

from rich.style import Style
from textual.events import Click
from textual.message import Message
from textual.reactive import reactive

from engine.vocabulary.messages import DigitsMapped
from engine.vocabulary.messages.base import DIGITS
from tui.state.class_words import clipped, short_name, thing
from tui.widgets.cells import Cells, CellWidget
from tui.widgets.grid_keys import GridKeys
from tui.widgets.inside.levels import gray_levels
from tui.widgets.inside.pixels import PixelWidget
from tui.widgets.inside.placed_digits import PlacedDigits, nearest, placed, sign_of
from tui.widgets.list_keys import LIST_KEYS
from tui.widgets.run_colours import RUN_COLOURS, css

AHEAD = 32  # digits around the cursor whose pictures are asked for together
PAGE = 5  # rows
SIDE = 28
MOST_ACROSS = 5  # classes beside each other
WRONG = Style(bold=True, reverse=True)  # added to the colour of a class


class DigitMap(GridKeys, CellWidget, can_focus=True):
    """Digits by the last hidden layer. Wrong ones are in reverse video."""

    BINDINGS = LIST_KEYS

    COMPONENT_CLASSES = {*RUN_COLOURS, "map--cursor", "map--muted"}  # noqa: RUF012

    DEFAULT_CSS = """
    DigitMap {
        width: 1fr; height: 1fr; padding: 0 1;
        .map--cursor { color: $foreground; text-style: bold; }
        .map--muted { color: $text-muted; }
    }
    """ + css("DigitMap")

    def __init__(self) -> None:
        super().__init__()
        self._nearest: tuple[PlacedDigits | None, tuple[int, int], int | None] | None = None  # to a cell, found before

    def _look(self, classes: str) -> Style:
        colour, _, wrong = classes.partition(" ")
        return super()._look(colour) + (WRONG if wrong else Style())

    classes_of: tuple[str, ...] = DIGITS  # the names of the labels

    def _sign(self, label: int) -> str:
        return sign_of(label, self.classes_of)

    told: reactive[DigitsMapped | None] = reactive(None, init=False, repaint=False)

    cursor: reactive[tuple[int, int]] = reactive((-1, -1), init=False, repaint=False)
    """Column and row; the middle before it was moved."""

    class Moved(Message):
        """Another digit may be the nearest."""

    @dataclass
    class Opened(Message):
        """This digit is to be looked at."""

        index: int

    @property
    def digits(self) -> PlacedDigits | None:
        width, height = self.size
        return placed(self.told, width, height) if self.told is not None and width > 2 and height > 1 else None

    @property
    def at(self) -> tuple[int, int]:
        """The cell of the cursor, inside of what there is."""
        width, height = self.size
        x, y = self.cursor if self.cursor[0] >= 0 else (width // 2, height // 2)
        return max(0, min(width - 1, x)), max(0, min(height - 1, y))

    @property
    def picked(self) -> int | None:
        """The place in the list of the digit nearest to the cursor."""
        digits, at = self.digits, self.at
        if self._nearest is None or self._nearest[0] is not digits or self._nearest[1] != at:
            found = nearest(digits, *at) if digits is not None else []
            self._nearest = digits, at, found[0] if found else None
        return self._nearest[2]

    @property
    def around(self) -> list[int]:
        """The indices of the digits nearest to the cursor."""
        digits = self.digits
        return sorted(digits.indices[place] for place in nearest(digits, *self.at, AHEAD)) if digits is not None else []

    def draw(self, cells: Cells) -> None:
        digits = self.digits
        if digits is None:
            return
        for (x, y), marked in digits.cells.items():
            colour = RUN_COLOURS[marked.label % len(RUN_COLOURS)]
            cells.put(x, y, self._sign(marked.label), f"{colour} wrong" if marked.wrong else colour)
        picked = self.picked
        if picked is None:
            return
        x, y = self.at
        if (x, y) not in digits.cells:
            cells.put(x, y, "+", "map--cursor")
        column, row = (round(each) for each in digits.places[picked])
        label = digits.actual[picked]
        wrong = " wrong" if digits.predicted[picked] != label else ""
        cells.put(column, row, self._sign(label), f"{RUN_COLOURS[label % len(RUN_COLOURS)]}{wrong}")
        cells.put(column - 1, row, "[", "map--cursor")
        cells.put(column + 1, row, "]", "map--cursor")

    def watch_told(self) -> None:
        self.redraw()

    def watch_cursor(self) -> None:
        self.redraw()
        self.post_message(self.Moved())

    def move(self, down: int, right: int) -> None:
        x, y = self.at
        width, height = self.size
        self.cursor = max(0, min(width - 1, x + right)), max(0, min(height - 1, y + down))

    def go_to(self, last: bool) -> None:
        self.cursor = (self.size.width - 1, self.size.height - 1) if last else (0, 0)

    @property
    def page(self) -> int:
        return PAGE

    def action_select(self) -> None:
        if self.digits is not None and (picked := self.picked) is not None:
            self.post_message(self.Opened(self.digits.indices[picked]))

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        if offset is not None:
            self.cursor = offset.x, offset.y
            if event.chain > 1:
                self.action_select()


class MapAside(PixelWidget):
    """The classes by their characters and colours, and the digit nearest to the cursor."""

    COMPONENT_CLASSES = {*RUN_COLOURS}  # noqa: RUF012

    DEFAULT_CSS = """
    MapAside { width: 24; height: 1fr; padding: 0 1; }
    """ + css("MapAside")

    facts: reactive[tuple[tuple[tuple[str, int, int], ...], bytes, tuple[str, ...], str]] = reactive(
        ((), b"", (), ""), init=False, repaint=False
    )
    """Of each class its name, how many there are and how many are wrong; the digit's pixels; what it is, in words; and
    how wrong ones are marked."""

    classes_of: tuple[str, ...] = DIGITS  # the names of the labels

    def watch_facts(self) -> None:
        self.redraw()

    def draw(self, cells: Cells) -> None:
        classes, pixels, words, marks = self.facts
        if not classes:
            return
        y = 0
        for line in words:
            cells.put(0, y, line[: cells.width], "inside--title" if y == 0 else "inside--muted")
            y += 1
        across = 1 if cells.height >= y + SIDE // 2 + len(classes) + 3 else 2
        while across < MOST_ACROSS and -(-len(classes) // across) + 3 > cells.height - y:
            across += 1
        below = -(-len(classes) // across) + 3  # the classes, a blank, a heading or how wrong ones are marked
        side = min(SIDE, cells.width, 2 * max(0, cells.height - y - below)) // 2 * 2
        if pixels and side >= SIDE // 2:
            self.put_levels(cells, 0, y, gray_levels(pixels, SIDE, side, side))
            y += side // 2
        self._draw_classes(cells, y + 1, across)
        cells.put(0, cells.height - 1, marks[: cells.width], "inside--muted")

    def _draw_classes(self, cells: Cells, y: int, across: int) -> None:
        """Draw a line a class, or a heading and two classes a line."""
        classes = self.facts[0]
        if across > 1:
            cells.put(0, y, "wrong of all" if across == 2 else "classes", "inside--muted")
            y += 1
        rows = -(-len(classes) // across)
        for label, (name, count, wrong) in enumerate(classes):
            x, row = label // rows * (cells.width // across), y + label % rows
            if row >= cells.height - 1:
                continue
            sign = sign_of(label, self.classes_of)
            end = cells.put(x, row, sign, RUN_COLOURS[label % len(RUN_COLOURS)])
            named = "" if name == sign else f" {short_name(self.classes_of, label, 8 // across)}"
            words = f" {count:,} {thing(self.classes_of)}s, {wrong:,} wrong" if across == 1 else f" {wrong}/{count}"
            if across > 2:
                words = "" if named else f" {wrong}"
            cells.put(end, row, clipped(f"{named}{words}", cells.width // across - 2), "inside--muted")
