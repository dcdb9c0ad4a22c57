"""The log pane: what happened, and what the engine printed."""

from textual.widgets import Log

from tui.store import State


class LogPane(Log):
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
        super().__init__(highlight=False, auto_scroll=True, max_lines=500, id=id)
        self.border_title = "log"
        self._count = 0

    def show(self, state: State) -> None:
        if state.log_count < self._count:
            self.clear()
            self._count = 0
        new = state.log_count - self._count
        if new:
            self.write_lines(state.log[-new:])
            self._count = state.log_count
