"""The log pane: what happened, and what the engine printed."""

from collections import deque

from rich.text import Text
from textual.events import Resize
from textual.widgets import RichLog

from tui.state.state import State
from tui.state.store import MOST_LOG_LINES
from tui.terminal.sanitize import sanitize
from tui.widgets.drag_border import DragBorder
from tui.widgets.list_keys import LIST_KEYS, ListKeys


class LogPane(ListKeys, RichLog, DragBorder):
    """Lines of the state's log, added as they come."""

    BINDINGS = LIST_KEYS
    sideways = False
    edge = "top"

    DEFAULT_CSS = """
    LogPane {
        height: 7;
        border-top: solid $panel-lighten-2;
        border-title-color: $text-muted;
        padding: 0 1;
        background: $background;
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(wrap=True, markup=False, highlight=False, min_width=0, max_lines=MOST_LOG_LINES, id=id)
        self.border_title = "log"
        self._count = 0
        self._began = 0
        self._past = ""  # the past run whose log it shows
        self._texts: deque[str] = deque(maxlen=MOST_LOG_LINES)
        self._width = 0

    def show(self, state: State) -> None:
        """Show the log of the run in progress, or that of a past run while its charts are shown."""
        past = state.opened.run if state.opened is not None else ""
        if past != self._past or state.log_began != self._began or state.log_count < self._count:
            self.clear()
            self._texts.clear()
            self._past = past
            self._count = self._began = state.log_began
            self.border_title = Text(f"log of {sanitize(past, longest=40)}" if past else "log")
            for line in state.opened_log if past else ():
                self.add(line)
        if past:
            return
        new = state.log_count - self._count
        if new:
            for line in state.log[-new:]:
                self.add(line)
            self._count = state.log_count

    def add(self, line: str) -> None:
        self._texts.append(line)
        self.write(Text(line), expand=True)

    def on_resize(self, event: Resize) -> None:
        """Wrap what is there anew: lines are broken for the width that there was when they came."""
        if self._width and event.size.width != self._width:
            self.clear()
            for line in self._texts:
                self.write(Text(line), expand=True)
        self._width = event.size.width
