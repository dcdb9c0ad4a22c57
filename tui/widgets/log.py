"""The log pane: what happened, and what the engine printed."""

from rich.text import Text
from textual.widgets import RichLog

from tui.state.store import State
from tui.terminal.sanitize import sanitize
from tui.widgets.list_keys import LIST_KEYS, ListKeys


class LogPane(ListKeys, RichLog):
    """Lines of the state's log, added as they come."""

    BINDINGS = LIST_KEYS
    sideways = False

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
        self._past = ""  # the past run whose log it shows

    def show(self, state: State) -> None:
        """Show the log of the run in progress, or that of a past run while its charts are shown."""
        past = state.opened.run if state.opened is not None else ""
        if past != self._past or state.log_began != self._began or state.log_count < self._count:
            self.clear()
            self._past = past
            self._count = self._began = state.log_began
            self.border_title = Text(f"log of {sanitize(past, longest=40)}" if past else "log")
            for line in state.opened_log if past else ():
                self.write(Text(line))
        if past:
            return
        new = state.log_count - self._count
        if new:
            for line in state.log[-new:]:
                self.write(Text(line))
            self._count = state.log_count
