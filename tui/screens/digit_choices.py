"""Which digits the gallery shows, in which order, and the one at the cursor: the keys that say so."""

import random

from textual import on, work
from textual.reactive import reactive

from engine.vocabulary.messages import AskPixels
from engine.vocabulary.messages.belief_messages import MOST_PIXELS
from tui.screens.digit_wishes import DigitWishes
from tui.screens.digits_shown import SelectedDigits, gallery_of
from tui.screens.run_questions import SortChoice
from tui.state.class_words import worded
from tui.state.gallery.language import pair_filter
from tui.state.gallery.rows import Gallery, Row
from tui.state.gallery.sorting import ORDERS
from tui.state.gallery.views import View
from tui.widgets.gallery.detail import DigitDetail
from tui.widgets.gallery.filter_line import DigitFilterLine
from tui.widgets.gallery.grid import DigitGrid
from tui.widgets.gallery.thumbnails import caption

LISTED = "as listed"


class DigitChoices(DigitWishes):
    """A gallery of which a view, a filter, an order and an epoch are chosen."""

    in_full: reactive[bool] = reactive(False, init=False)
    """The digit at the cursor has the whole pane."""

    def __init__(self) -> None:
        super().__init__()
        self.sort, self.descending = "index", False
        self.digits = SelectedDigits()
        self._pair: tuple[int, int, int] | None = None  # actual and predicted class that are to be shown, and the epoch

    def redraw(self) -> None:
        """Show what was chosen."""
        raise NotImplementedError

    def turn(self, *, full: bool) -> None:
        """Show the digit at the cursor in full, or the gallery."""
        raise NotImplementedError

    @property
    def gallery(self) -> Gallery | None:
        """All digits of the view, as far as they are known."""
        return gallery_of(self._state, self.view, self.data)

    @property
    def grid(self) -> DigitGrid:
        return self.query_one(DigitGrid)

    @property
    def detail(self) -> DigitDetail:
        return self.query_one(DigitDetail)

    @property
    def line(self) -> DigitFilterLine:
        return self.query_one(DigitFilterLine)

    @property
    def current(self) -> Row | None:
        """The digit at the cursor."""
        rows = self.digits.rows
        return rows[self.grid.cursor] if 0 <= self.grid.cursor < len(rows) else None

    def on_mount(self) -> None:
        self.take_order()

    def filter_pair(self, actual: int, predicted: int, epoch: int = 0) -> None:
        """Show only the digits of this class that the network took for that after an epoch, 0: after the last one."""
        self._pair = actual, predicted, epoch
        if self.is_mounted and self.query(DigitFilterLine):
            self._take_pair()

    def _take_pair(self) -> None:
        """Filter by the pair that was chosen on another screen, before this one was there perhaps."""
        pair, self._pair, run = self._pair, None, self._state.shown
        if pair is not None:
            self.in_full = False
            self._show_view(View(), pair[2])
            self.line.fill(pair_filter(run.classes if run is not None else self.line.class_names, *pair[:2]))

    def action_filter(self) -> None:
        self.line.edit()

    @on(DigitFilterLine.Changed)
    def filter_digits(self) -> None:
        self.redraw()
        self.refresh_bindings()

    @on(DigitFilterLine.Left)
    def focus_digits(self) -> None:
        (self.detail if self.in_full else self.grid).focus()

    def action_wrong(self) -> None:
        words = self.line.text.split()
        self.line.fill(" ".join(word for word in words if word != "wrong") if "wrong" in words else
                       " ".join(["wrong", *words]))  # fmt: skip

    def take_order(self) -> None:
        """Have the order of a list, or the one that was chosen last."""
        preferred = LISTED if self.view.is_list else self.preferences.digits_sort
        self.sort, self.descending = preferred.removeprefix("-"), preferred.startswith("-")

    @work
    async def action_sort(self) -> None:
        sorts = (*([LISTED] if self.view.is_list else []), *ORDERS)
        chosen = await self.app.push_screen_wait(SortChoice(self.sort, self.descending, sorts))
        if chosen is not None:
            known = ORDERS.get(chosen)
            same = chosen == self.sort
            self.descending = not self.descending if same else known is not None and known.descending
            self.sort = chosen
            if chosen in ORDERS:  # a list's own order is the list's alone
                self.prefer(digits_sort=("-" if self.descending else "") + chosen)
            self.redraw()

    @work
    async def action_views(self) -> None:
        from tui.screens.digit_views import ViewChoice

        chosen = await self.app.push_screen_wait(ViewChoice(self.view, self._state))
        if chosen is not None:
            self._show_view(chosen)

    def _show_view(self, view: View, epoch: int = 0) -> None:
        if (view, epoch) != (self.view, self.epoch):
            self.view, self.epoch, self.now = view, epoch, 0
            self.take_order()
            self.grid.cursor = 0
        self._draw_anew()

    def _draw_anew(self) -> None:
        self.ask_for_digits()
        self.redraw()
        self.refresh_bindings()

    def action_step(self, step: int) -> None:
        if count := len(self.digits.rows):
            self.grid.cursor = (self.grid.cursor + step) % count

    def action_random(self) -> None:
        """Show a digit by chance, large."""
        if count := len(self.digits.rows):
            self.grid.cursor = random.randrange(count)
            self.turn(full=True)

    def action_nearest(self) -> None:
        if self.current is not None:
            self.nearest_of = self.current.index
            if not self.detail.shows_nearest:
                self.turn(full=True)
            self.redraw()

    def action_why(self) -> None:
        if self.current is not None:
            self.post_message(self.WhyWanted(self.current.index))

    def action_epoch(self, step: int) -> None:
        """Show what the run thought after another epoch that it has kept."""
        gallery = self.gallery
        if gallery is None or not gallery.epochs or self.view.is_list:
            return
        here = gallery.epochs.index(gallery.epoch) if gallery.epoch in gallery.epochs else len(gallery.epochs) - 1
        place = max(0, min(len(gallery.epochs) - 1, here + step))
        self.epoch, self.now = (0 if place == len(gallery.epochs) - 1 else gallery.epochs[place]), 0
        self._draw_anew()

    def action_now(self) -> None:
        """Have the network look at all digits under its weights of now."""
        self.now, self.epoch = self.now + 1, 0
        self._draw_anew()

    def action_back(self) -> None:
        """Go back one level: to the gallery, to all digits, to the last epoch, to the test digits."""
        if self.in_full:
            self.turn(full=False)
        elif self.line.text:
            self.line.fill("")
        elif self.epoch or self.now:
            self.epoch = self.now = 0
            self._draw_anew()
        else:
            self._show_view(View())

    def action_sheet(self) -> None:
        """Write what is shown, or as much of it as one sheet has room for."""
        run, rows = self.run_view, self.digits.rows[:MOST_PIXELS]
        if run is None or not rows:
            return
        classes, taken = self.line.class_names, self.digits.taken
        captions = [caption(row, classes, taken=taken.get(row.index, -1)) for row in rows]
        pixels = AskPixels(indices=[row.index for row in rows], run=run.run, part=self.view.part, data=self.data)
        title = f"{run.run}, {worded(self.view.title, classes)}" + (f", {self.line.text}" if self.line.text else "")
        wrong = [taken.get(row.index, row.predicted) not in (-1, row.label) for row in rows]
        self.post_message(self.SheetWanted(pixels, captions, wrong, title))
