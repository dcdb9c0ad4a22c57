"""The digits screen: as many digits as have room, what the network makes of each, and one of them in full."""

from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widgets import Static

from tui.preferences.values import DRAWINGS
from tui.screens.digit_choices import LISTED, DigitChoices
from tui.screens.digits_shown import about, digit_in_full, list_answer, selected_digits
from tui.state.actions.lookup import bindings
from tui.state.gallery.in_full import InFull
from tui.state.gallery.rows import Gallery, Row
from tui.state.gallery.views import View
from tui.state.state import State
from tui.terminal.sanitize import sanitize
from tui.widgets.digit_art import ART_STYLES
from tui.widgets.gallery.detail import DigitDetail, LargeDigit
from tui.widgets.gallery.facts import status_line
from tui.widgets.gallery.filter_line import DigitFilterLine
from tui.widgets.gallery.grid import DigitGrid
from tui.widgets.gallery.nearest import NearestDigits
from tui.widgets.gallery.pixels import shows_pixels

RESTING = 0.08  # seconds that the cursor stays on a digit before all is asked about it
LIVE_EVERY = 1.0  # seconds between two looks at the live weights
AHEAD = 3  # pages of pixels that are asked for before somebody turns to them
MEDIUM, WIDE = 100, 160  # columns
ROOMY = 50  # lines, from which curves and nearest digits are beside the grid too


class DigitsScreen(DigitChoices):
    """The gallery; beside it, or in its place, the digit at the cursor."""

    BINDINGS = bindings("digits")
    AUTO_FOCUS = "DigitGrid"

    DEFAULT_CSS = """
    DigitsScreen {
        #about { height: auto; max-height: 3; padding: 0 1; color: $text-muted; }
        #panes { height: 1fr; }
        #status { height: 1; padding: 0 1; display: none; }
        &.only-grid #status { display: block; }
        &.only-grid DigitDetail, &.in-full DigitGrid, &.in-full #status { display: none; }
        &.in-full DigitDetail { display: block; width: 1fr; }
        &.nothing #panes, &.nothing #status { display: none; }
        #nothing { display: none; height: 1fr; padding: 1 2; color: $text-muted; }
        &.nothing #nothing { display: block; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._selected: tuple[Any, ...] | None = None  # what was selected, of what
        self._any_digits: bool | None = None  # which decides what keys work
        self._drawn: object = None
        self._run = ""  # the run that was shown last
        self._rested: Timer | None = None
        self._written: dict[str, str] = {}

    def compose_body(self) -> ComposeResult:
        yield Static("", markup=False, id="about")
        yield DigitFilterLine()
        with Horizontal(id="panes"):
            yield DigitGrid()
            yield DigitDetail()
        yield Static("", markup=False, id="status")
        yield Static("", markup=False, id="nothing")

    def on_mount(self) -> None:
        if self.preferences.drawing in ART_STYLES:
            self._draw_as(self.preferences.drawing)
        self.set_interval(LIVE_EVERY, self._follow_live_weights)

    # ------------------------------------------------------------------ drawing

    def show_body(self, state: State) -> None:
        self._state = state
        if state.shown is not None and state.shown.run != self._run:
            self._run, self.epoch, self.now = state.shown.run, 0, 0
        self._take_pair()
        self._arrange()
        self.ask_for_digits()
        self.redraw()

    def _arrange(self) -> None:
        """Give the digit at the cursor the room that there is."""
        width, height = self.app.size
        self.set_class(width < MEDIUM, "only-grid")
        self.set_class(self.in_full, "in-full")
        self.detail.set_class(not self.in_full and width >= MEDIUM, "beside")
        self.detail.set_class(self.in_full and width >= MEDIUM, "wide")
        self.detail.set_class(width >= WIDE and height >= ROOMY, "roomy")

    def redraw(self) -> None:
        state = self._state
        gallery = self.gallery
        self.line.class_names = gallery.classes if gallery is not None else self.line.class_names
        answer = list_answer(state.gallery, self.view)
        wanted = (gallery, self.view, answer, self.line.filter, self.sort, self.descending)
        if wanted != self._selected:
            same = self._selected is not None and wanted[3:] == self._selected[3:] and wanted[1] == self._selected[1]
            self._selected, before = wanted, self.current if same else None
            self.digits = selected_digits(state, gallery, self.view, self.line.filter, self.sort, self.descending)
            self._keep_cursor(before)
            if bool(self.digits.rows) != self._any_digits:
                self._any_digits = bool(self.digits.rows)
                self.refresh_bindings()
                if self._any_digits and self.focused in (None, self.detail):  # a grid with nothing to show has lost it
                    self.focus_digits()
        digits = self.digits
        self._say(gallery)
        drawn = (digits, state.gallery.pixels, self.source, self.grid.size)
        if drawn != self._drawn:
            self._drawn = drawn
            self.grid.show(digits.rows, self.line.class_names, digits.taken, self._pixels_of)
        self._look()

    def _keep_cursor(self, before: Row | None) -> None:
        """Have the cursor stay on its digit where the network sees it otherwise by now; else go to the first."""
        places = {row.index: place for place, row in enumerate(self.digits.rows)}
        self.grid.rows = self.digits.rows
        self.grid.cursor = places.get(before.index, 0) if before is not None else 0

    def _say(self, gallery: Gallery | None) -> None:
        """Say what is shown, how many of how many, and why where there is nothing."""
        digits = self.digits
        words = about(self._state, self.view, gallery, digits, self.log_problem, filtered=self.line.text)
        self._write("#about", words.line)
        nothing = words.nothing if not digits.rows else ""
        self.set_class(bool(nothing), "nothing")
        self._write("#nothing", nothing)
        order = f"by {self.sort} {'▼' if self.descending else '▲'}" if self.sort != LISTED else self.sort
        self.line.say(f"{len(digits.rows):{len(f'{digits.of:,}')},} of {digits.of:,}   {order}")

    def _write(self, line: str, text: str) -> None:
        if self._written.get(line) != text:
            self._written[line] = text
            self.query_one(line, Static).update(sanitize(text, longest=1000))

    def _look(self) -> None:
        """Show the digit at the cursor, with what is known of it by now."""
        row = self.current
        digit = self._digit_in_full(row) if row is not None else None
        self.detail.digit = digit
        self._write("#status", status_line(digit) if digit is not None else "")
        self.ask_for_pixels(self._ahead())
        if self._rested is None and row is not None:
            self.ask_about(row, self.query_one(NearestDigits).room if self.detail.shows_nearest else 0)

    def _digit_in_full(self, row: Row) -> InFull:
        return digit_in_full(
            self._state, self.view, row, self.digits, self.gallery, self._pixels_of(row.index), epoch=self.epoch,
            nearest_asked=self.nearest_of == row.index,
        )  # fmt: skip

    def _pixels_of(self, index: int) -> bytes:
        return self.digits.pixels.get(index, b"") or self.pixels_of(index)

    def _ahead(self) -> list[int]:
        """Return the digits that are seen, and those that a key would show, in the order in which to have them."""
        grid, rows = self.grid, self.digits.rows
        if not grid.size.height and not self.in_full:  # it is not there yet
            return []
        first, page = grid.top * grid.across, grid.page
        places = [
            *range(grid.cursor, grid.cursor + 1),
            *range(first, first + (1 + AHEAD) * page),
            *range(max(0, first - page), first),
            *range(page),
            *range(max(0, len(rows) - page - grid.across), len(rows)),
        ]
        return [rows[place].index for place in places if place < len(rows)]

    # ------------------------------------------------------------------ moving

    @on(DigitGrid.Highlighted)
    def rest(self) -> None:
        """Show at once what is known; ask for the rest once the cursor stays."""
        if self._rested is not None:
            self._rested.stop()
        self._rested = self.set_timer(RESTING, self._has_rested)
        self._look()

    def _has_rested(self) -> None:
        self._rested = None
        self._look()

    def _follow_live_weights(self) -> None:
        """Look again at the digit on the screen: the weights have moved on."""
        view = self._state.shown
        if self.is_current and view is not None and view.state == "running":
            self._ticks += 1
            self.ask_for_digits()
            self._look()

    @on(DigitGrid.Opened)
    def action_open(self) -> None:
        if self.digits.rows:
            self.turn(full=True)

    def turn(self, *, full: bool) -> None:
        self.in_full = full
        self._arrange()
        self.focus_digits()
        self.refresh_bindings()
        self.call_after_refresh(self.redraw)

    # ------------------------------------------------------------------ how they are drawn

    def action_art(self) -> None:
        styles = (*ART_STYLES, *(["pixels"] if shows_pixels(self.app) else []))
        art = self.query_one(LargeDigit).art
        art = styles[(styles.index(art) + 1) % len(styles)] if art in styles else styles[0]
        self._draw_as(art)
        self.prefer(drawing=art if art in DRAWINGS else "auto")

    def _draw_as(self, art: str) -> None:
        self.query_one(LargeDigit).art = self.grid.art = art

    # ------------------------------------------------------------------ keys

    def key_label(self, action: str, label: str) -> str:
        if action == "why" and self.in_full:
            return "why?"  # a key with a name of its own is shown before others
        if action == "back" and not self.in_full:
            return "all digits" if self.line.text else "test digits" if self.view != View() else label
        return label

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if not self.is_mounted or not self.query(DigitFilterLine):
            return True
        if action == "open":
            return not self.in_full
        if action == "back":
            return self.in_full or bool(self.line.text) or self.view != View() or bool(self.epoch or self.now)
        if action == "why":
            return self.run_view is not None and self.current is not None and self.view.part == "test" and not self.data
        if action in ("now", "sheet", "epoch", "nearest"):
            return self.run_view is not None and bool(self.digits.rows)
        return True
