"""What it costs and brings to answer only from a confidence on: a table with a cursor."""

from dataclasses import dataclass

from textual.events import Click
from textual.message import Message
from textual.reactive import reactive

from engine.vocabulary.messages import CalibrationMeasured, Rejection
from tui.state.words.figures import accuracy_within, percent
from tui.widgets.cells import Cells, CellWidget
from tui.widgets.grid_keys import GridKeys
from tui.widgets.list_keys import LIST_KEYS


class RejectTable(GridKeys, CellWidget, can_focus=True):
    """A row for each threshold; the one that was chosen on held-out images has a mark."""

    BINDINGS = LIST_KEYS

    sideways = False

    COMPONENT_CLASSES = {"rejections--heading", "rejections--row", "rejections--chosen", "rejections--cursor"}  # noqa: RUF012

    DEFAULT_CSS = """
    RejectTable {
        .rejections--heading { color: $text-muted; }
        .rejections--row { color: $foreground; }
        .rejections--chosen { color: $text-success; }
        .rejections--cursor { text-style: reverse; }
    }
    """

    measured: reactive[CalibrationMeasured | None] = reactive(None, init=False, repaint=False)

    cursor: reactive[int] = reactive(0, init=False, repaint=False)

    @dataclass
    class Moved(Message):
        """The cursor is on a threshold."""

        rejection: Rejection

    @property
    def rows(self) -> list[Rejection]:
        measured = self.measured
        if measured is None:
            return []
        chosen = [measured.chosen] if measured.chosen is not None else []
        return sorted((*measured.rejections, *chosen), key=lambda each: each.threshold)

    @property
    def current(self) -> Rejection | None:
        rows = self.rows
        return rows[min(self.cursor, len(rows) - 1)] if rows else None

    @property
    def _first(self) -> int:
        """The row at the top."""
        room = max(1, self.size.height - 1)
        return max(0, min(self.cursor - room + 1, len(self.rows) - room)) if self.cursor >= room else 0

    def draw(self, cells: Cells) -> None:
        measured = self.measured
        if measured is None:
            return
        wide = cells.width >= 56
        right = "right, of the answers" if wide else "right"
        cells.put(0, 0, f"answers from  coverage  {right.rjust(8)}", "rejections--heading")
        for place, each in enumerate(self.rows[self._first :], 1):
            chosen = each == measured.chosen
            style = "rejections--chosen" if chosen else "rejections--row"
            if self.has_focus and self._first + place - 1 == self.cursor:
                style += " rejections--cursor"
            accuracy = "-" if each.accuracy is None else percent(each.accuracy)
            if wide and each.accuracy is not None:
                accuracy = accuracy_within(each.accuracy, each.answered)
            mark = ("*" if self.ascii else "★") if chosen else " "
            cells.put(0, place, f"{mark}{each.threshold:11.4g}{percent(each.coverage):>10}  {accuracy:>8}", style)

    def watch_measured(self) -> None:
        rows = self.rows
        if rows and self.measured is not None and self.cursor == 0 and self.measured.chosen is not None:
            self.set_reactive(RejectTable.cursor, rows.index(self.measured.chosen))
        self.redraw()
        self._tell()

    def watch_cursor(self) -> None:
        self.redraw()
        self._tell()

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self.redraw()

    def _tell(self) -> None:
        if (current := self.current) is not None:
            self.post_message(self.Moved(current))

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        if offset is not None and 1 <= offset.y <= len(self.rows) - self._first:
            self.cursor = self._first + offset.y - 1

    def move(self, down: int, right: int) -> None:
        self.cursor = max(0, min(len(self.rows) - 1, self.cursor + down))

    def go_to(self, last: bool) -> None:
        self.cursor = max(0, len(self.rows) - 1) if last else 0

    @property
    def page(self) -> int:
        return max(1, self.size.height - 2)
