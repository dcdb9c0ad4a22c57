"""The log pane: what happened, and what the engine printed."""

from rich.text import Text
from textual.widgets import RichLog

from tui.store import State


class LogPane(RichLog):
    """Lines of the state's log, added as they come."""

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
        super().__init__(wrap=True, markup=False, highlight=False, min_width=0, max_lines=500, id=id)
        self.border_title = "log"
        self._count = 0
        self._began = 0

    def show(self, state: State) -> None:
        if state.log_began != self._began or state.log_count < self._count:
            self.clear()
            self._count = self._began = state.log_began
        new = state.log_count - self._count
        if new:
            for line in state.log[-new:]:
                self.write(Text(line))
            self._count = state.log_count
