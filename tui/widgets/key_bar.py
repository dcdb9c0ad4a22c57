"""The keys that work now, on the last line."""

from textual.screen import Screen
from textual.widgets import Footer


class KeyBar(Footer):
    """Textual's footer, built anew only when other keys work than before.

    Textual does so whenever a screen comes or goes: some 15 ms for each, while a key waits.
    """

    def __init__(self) -> None:
        super().__init__(show_command_palette=False)
        self._shown: object = None

    def bindings_changed(self, screen: Screen[object]) -> None:
        keys = [(active.binding, active.enabled) for active in screen.active_bindings.values()]
        if keys != self._shown and screen.app.app_focus:
            self._shown = keys
            super().bindings_changed(screen)
