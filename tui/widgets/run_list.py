"""The list of runs: its keys and its mouse."""

from dataclasses import dataclass

from textual.events import Click, MouseScrollDown, MouseScrollUp
from textual.message import Message

from tui.state.words.run_columns import GAP
from tui.widgets.list_keys import LIST_KEYS, ListKeys
from tui.widgets.run_table import NAME_AT, RunTable

WHEEL = 3  # lines


class RunList(ListKeys, RunTable, can_focus=True):
    """A click on a heading sorts; left and right, for columns that have no room, are keys of the screen around it."""

    BINDINGS = LIST_KEYS

    sideways = False

    @dataclass
    class Chosen(Message):
        """Open this run."""

        run: str

    @dataclass
    class MarkClicked(Message):
        run: str

    @dataclass
    class StarClicked(Message):
        run: str

    @dataclass
    class HeadClicked(Message):
        """The heading of this column, or `name`."""

        column: str

    def move_to(self, row: int) -> None:
        before = self.current
        self.cursor = max(0, min(row, len(self.runs) - 1))
        self._keep_in_sight()
        self.redraw()
        self._tell(before)

    def action_cursor_up(self) -> None:
        self.move_to(self.cursor - 1)

    def action_cursor_down(self) -> None:
        self.move_to(self.cursor + 1)

    def action_page_up(self) -> None:
        self.move_to(self.cursor - max(1, self.lines - 1))

    def action_page_down(self) -> None:
        self.move_to(self.cursor + max(1, self.lines - 1))

    def action_first(self) -> None:
        self.move_to(0)

    def action_last(self) -> None:
        self.move_to(len(self.runs) - 1)

    def action_select(self) -> None:
        if self.current is not None:
            self.post_message(self.Chosen(self.current.run))

    @property
    def has_more_columns(self) -> bool:
        return self._placed is not None and (self._placed.more or self._placed.first > 0)

    def action_columns(self, direction: int) -> None:
        self._first_column = max(0, self._first_column + direction)
        self.redraw()

    # ------------------------------------------------------------------ mouse

    def on_click(self, event: Click) -> None:
        self.focus()
        if event.y == 0:
            for start, end, column in self._spots:
                if start <= event.x < end + GAP:
                    self.post_message(self.HeadClicked(column))
                    return
            return
        row = self._top + event.y - 1
        if not 0 <= row < len(self.runs):
            return
        self.move_to(row)
        run = self.runs[row].run
        if event.x < 2:
            self.post_message(self.MarkClicked(run))
        elif event.x < NAME_AT:
            self.post_message(self.StarClicked(run))
        elif event.chain == 2:
            self.post_message(self.Chosen(run))

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        self._wheel(WHEEL)
        event.stop()

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        self._wheel(-WHEEL)
        event.stop()

    def _wheel(self, lines: int) -> None:
        self._top = max(0, min(self._top + lines, len(self.runs) - self.lines))
        self.redraw()

    def watch_has_focus(self, value: bool) -> None:
        super().watch_has_focus(value)
        self.redraw()
