"""The confusion matrix: which digits the network mistakes for which, with its margins."""

from dataclasses import dataclass

from textual.events import Click
from textual.message import Message
from textual.reactive import reactive

from engine.vocabulary.messages.base import DIGITS
from tui.state.class_words import short_name
from tui.state.confusion.figures import Counts, class_figures, is_complete, most_mistaken
from tui.widgets.cells import Cells, CellWidget
from tui.widgets.confusion.margins import draw_class, draw_headings, draw_legend, draw_precision, short
from tui.widgets.confusion.matrix_layout import LEAST_WIDTH, Layout, lay_out
from tui.widgets.confusion.shades import STYLES, heat, shade
from tui.widgets.grid_keys import GridKeys
from tui.widgets.list_keys import LIST_KEYS


class ConfusionMatrix(GridKeys, CellWidget, can_focus=True):
    """A row for each actual class by a column for each predicted one.

    The margins have support, F1 and recall of each class at the right, and precision below. Classes without room come
    with the cursor.
    """

    BINDINGS = LIST_KEYS

    COMPONENT_CLASSES = {  # noqa: RUF012
        "confusion--heading",
        "confusion--right",
        "confusion--zero",
        "confusion--recall",
        "confusion--cursor",
        *STYLES,
    }

    DEFAULT_CSS = """
    ConfusionMatrix {
        min-height: 13;
        min-width: 60;
        .confusion--heading { color: $text-muted; }
        .confusion--right { color: $text-success; background: $success 6%; }
        .confusion--zero { color: $text-disabled; }
        .confusion--recall { color: $foreground; }
        .confusion--error-1 { color: $text; background: $error 10%; }
        .confusion--error-2 { color: $text; background: $error 20%; }
        .confusion--error-3 { color: $text; background: $error 34%; }
        .confusion--error-4 { color: $background; background: $error; text-style: bold; }
        .confusion--cursor { text-style: reverse; }
    }
    """

    counts: reactive[Counts] = reactive((), init=False, repaint=False)
    """Test images by actual and predicted digit: `counts[actual][predicted]`."""

    names: reactive[tuple[str, ...]] = reactive(DIGITS, init=False, repaint=False)
    """Of the classes, by their labels."""

    cursor: reactive[tuple[int, int]] = reactive((0, 0), init=False, repaint=False)
    """The cell the keys act on: actual and predicted digit."""

    shares: reactive[bool] = reactive(False, init=False, repaint=False)
    """Show shares of the row instead of counts."""

    @dataclass
    class Selected(Message):
        """A cell was chosen by Enter or a double click."""

        matrix: "ConfusionMatrix"
        actual: int
        predicted: int
        count: int

        @property
        def control(self) -> "ConfusionMatrix":
            return self.matrix

    @dataclass
    class Moved(Message):
        """The cursor is on another cell."""

        matrix: "ConfusionMatrix"

    @property
    def complete(self) -> bool:
        return is_complete(self.counts, len(self.names))

    # ------------------------------------------------------------------ drawing

    def draw(self, cells: Cells) -> None:
        if not self.complete:
            cells.put_centered("Filled after the first epoch.", "confusion--heading")
            return
        at = self._place()
        figures = class_figures(self.counts)
        most = most_mistaken(self.counts)
        draw_headings(cells, at, self.names, shares=self.shares)
        middle = (at.height - 1) // 2
        for place, actual in enumerate(at.rows):
            y = at.y(place)
            for column, predicted in enumerate(at.columns):
                count = self.counts[actual][predicted]
                style = self._style(actual, predicted, count, most)
                x = at.begin + column * at.width
                for line in range(at.height):
                    cells.put(x, y + line, self._shade(actual, predicted, count, most) * at.width, style)
                figure = self._figure(count, figures[actual].support, narrow=at.width < LEAST_WIDTH)
                cells.put(x + at.width - 1 - len(figure), y + middle, figure, style)
            draw_class(
                cells, at, y + middle, short_name(self.names, actual, at.names - 3), figures[actual], ascii=self.ascii
            )
        draw_precision(cells, at, figures, ascii=self.ascii)
        draw_legend(cells, at, most, ascii=self.ascii, no_color=self.app.no_color)

    def _figure(self, count: int, support: int, *, narrow: bool) -> str:
        if not count:
            return "." if self.ascii else "·"
        if not self.shares:
            return str(count)
        if narrow:
            return short(count / support, narrow=True) if count / support >= 0.005 else "<1"
        return short(count / support) if count / support >= 0.0005 else "<0.1"

    def _shade(self, actual: int, predicted: int, count: int, most: int) -> str:
        """Return what a cell is filled with: without colour, the darker the more often one is taken for the other."""
        if not self.app.no_color or actual == predicted or not count:
            return " "
        return shade(heat(count, most), self.ascii)

    def _style(self, actual: int, predicted: int, count: int, most: int) -> str:
        if actual == predicted:
            style = "confusion--right"
        elif not count:
            style = "confusion--zero"
        else:
            style = f"confusion--error-{heat(count, most)}"
        at_cursor = self.has_focus and self.cursor == (actual, predicted)
        return f"{style} confusion--cursor" if at_cursor else style

    def _place(self) -> Layout:
        most = max(map(max, self.counts), default=0) if self.complete else 0
        return lay_out(*self.size, self.names, self.cursor, most)

    def _layout(self) -> tuple[int, int, int, int]:
        """Return width and height of a cell, and the corner of the whole."""
        at = self._place()
        return at.width, at.height, at.left, at.top

    def watch_counts(self) -> None:
        self.redraw()

    watch_shares = watch_names = watch_counts

    def watch_cursor(self) -> None:
        self.redraw()
        self.post_message(self.Moved(self))

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self.redraw()

    # ------------------------------------------------------------------ mouse and keys

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        cell = self._place().cell_at(*offset) if offset is not None else None
        if cell is not None:
            self.cursor = cell
            if event.chain > 1:
                self.action_select()

    def move(self, down: int, right: int) -> None:
        last = len(self.names) - 1
        actual, predicted = self.cursor
        self.cursor = min(last, max(0, actual + down)), min(last, max(0, predicted + right))

    def go_to(self, last: bool) -> None:
        place = len(self.names) - 1 if last else 0
        self.cursor = place, place

    @property
    def page(self) -> int:
        return len(self._place().rows)

    def action_select(self) -> None:
        if self.complete:
            actual, predicted = self.cursor
            self.post_message(self.Selected(self, actual, predicted, self.counts[actual][predicted]))
