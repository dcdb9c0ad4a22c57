"""The confusion matrix: which digits the network mistakes for which."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from textual.events import Click
from textual.message import Message
from textual.reactive import reactive

from engine.vocabulary.messages.base import DIGITS
from tui.widgets.cells import Cells, CellWidget
from tui.widgets.list_keys import LIST_KEYS, ListKeys

LEFT = 4  # columns before the first cell: the actual digit and a rule
TOP = 2
RECALL = "recall"
RECALL_WIDTH = 9
HEATS = 4
SHADES, ASCII_SHADES = "░▒▓", ".:%"
Counts = Sequence[Sequence[int]]


class ConfusionMatrix(ListKeys, CellWidget, can_focus=True):
    """A row for each actual class by a column for each predicted one, and the share of each that was found."""

    BINDINGS = LIST_KEYS

    COMPONENT_CLASSES = {  # noqa: RUF012
        "confusion--heading",
        "confusion--right",
        "confusion--zero",
        "confusion--recall",
        "confusion--cursor",
        *(f"confusion--error-{i}" for i in range(1, HEATS + 1)),
    }

    DEFAULT_CSS = """
    ConfusionMatrix {
        min-height: 13;
        min-width: 63;
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

    @property
    def complete(self) -> bool:
        return [len(row) for row in self.counts] == [len(self.names)] * len(self.names)

    def draw(self, cells: Cells) -> None:
        if not self.complete:
            cells.put_centered("Filled after the first epoch.", "confusion--heading")
            return
        cell_width, cell_height, left, top = self._layout()
        cells.put(left, top, "actual", "confusion--heading")
        title = "predicted"
        middle = left + LEFT + (len(self.names) * cell_width - len(title)) // 2
        cells.put(max(middle, left + 8), top, title, "confusion--heading")
        for predicted, name in enumerate(self.names):
            label = name[: cell_width - 1]
            cells.put(left + LEFT + (predicted + 1) * cell_width - 1 - len(label), top + 1, label, "confusion--heading")
        end = left + LEFT + len(self.names) * cell_width
        cells.put(end + RECALL_WIDTH - len(RECALL), top + 1, RECALL, "confusion--heading")
        most = max((n for i, row in enumerate(self.counts) for j, n in enumerate(row) if i != j), default=0)
        for actual, row in enumerate(self.counts):
            y = top + TOP + actual * cell_height
            middle = (cell_height - 1) // 2
            cells.put(left, y + middle, f" {self.names[actual][:1]} {'|' if self.ascii else '│'}", "confusion--heading")
            for predicted, count in enumerate(row):
                style = self._style(actual, predicted, count, most)
                x = left + LEFT + predicted * cell_width
                for line in range(cell_height):
                    cells.put(x, y + line, self._shade(actual, predicted, count, most) * cell_width, style)
                figure = str(count) if count else ("." if self.ascii else "·")
                cells.put(x + cell_width - 1 - len(figure), y + middle, figure, style)
            total = sum(row)
            recall = f"{100 * row[actual] / total:.1f} %" if total else "-"
            cells.put(end + RECALL_WIDTH - len(recall), y + middle, recall, "confusion--recall")

    def _shade(self, actual: int, predicted: int, count: int, most: int) -> str:
        """Return what a cell is filled with: without colour, the darker the more often one is taken for the other."""
        if not self.app.no_color or actual == predicted or not count:
            return " "
        return (ASCII_SHADES if self.ascii else SHADES)[math.ceil(heat(count, most) * len(SHADES) / HEATS) - 1]

    def _style(self, actual: int, predicted: int, count: int, most: int) -> str:
        if actual == predicted:
            style = "confusion--right"
        elif not count:
            style = "confusion--zero"
        else:
            style = f"confusion--error-{heat(count, most)}"
        at_cursor = self.has_focus and self.cursor == (actual, predicted)
        return f"{style} confusion--cursor" if at_cursor else style

    def _layout(self) -> tuple[int, int, int, int]:
        """Return width and height of a cell, and the corner of the whole, centred."""
        width, height = self.size
        cell_width = max(5, min(8, (width - LEFT - RECALL_WIDTH) // len(self.names)))
        cell_height = 3 if height >= TOP + 3 * len(self.names) else 1
        left = max(0, (width - LEFT - RECALL_WIDTH - len(self.names) * cell_width) // 2)
        top = max(0, (height - TOP - len(self.names) * cell_height) // 2)
        return cell_width, cell_height, left, top

    def watch_counts(self) -> None:
        self.redraw()

    def watch_names(self) -> None:
        self.redraw()

    def watch_cursor(self) -> None:
        self.redraw()

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self.redraw()

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        cell_width, cell_height, left, top = self._layout()
        if offset is None:
            return
        actual, predicted = (offset.y - top - TOP) // cell_height, (offset.x - left - LEFT) // cell_width
        if 0 <= actual < len(self.names) and 0 <= predicted < len(self.names):
            self.cursor = actual, predicted
            if event.chain > 1:
                self.action_select()

    def on_mouse_scroll_down(self) -> None:
        self.action_cursor_down()

    def on_mouse_scroll_up(self) -> None:
        self.action_cursor_up()

    def _move(self, down: int, right: int) -> None:
        actual, predicted = self.cursor
        self.cursor = (
            min(len(self.names) - 1, max(0, actual + down)),
            min(len(self.names) - 1, max(0, predicted + right)),
        )

    def action_cursor_up(self) -> None:
        self._move(-1, 0)

    def action_cursor_down(self) -> None:
        self._move(1, 0)

    def action_cursor_left(self) -> None:
        self._move(0, -1)

    def action_cursor_right(self) -> None:
        self._move(0, 1)

    def action_first(self) -> None:
        self.cursor = 0, 0

    def action_last(self) -> None:
        self.cursor = len(self.names) - 1, len(self.names) - 1

    def action_page_up(self) -> None:
        self._move(-len(self.names), 0)

    def action_page_down(self) -> None:
        self._move(len(self.names), 0)

    def action_select(self) -> None:
        if self.complete:
            actual, predicted = self.cursor
            self.post_message(self.Selected(self, actual, predicted, self.counts[actual][predicted]))


def heat(count: int, most: int) -> int:
    """Return 1 to HEATS for a count of errors; the square root keeps small ones apart."""
    return max(1, min(HEATS, math.ceil(HEATS * math.sqrt(count / most))))
