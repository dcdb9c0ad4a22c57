"""The keys that work now, on the last line."""

from textual.app import ComposeResult
from textual.events import Resize
from textual.screen import Screen
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

ALWAYS = ("help", "quit")  # the actions that are named however little room there is


class KeyBar(Footer):
    """Textual's footer, built anew only when other keys work than before; what has no room is left out.

    Textual does so whenever a screen comes or goes: some 15 ms for each, while a key waits.
    """

    def __init__(self) -> None:
        super().__init__(show_command_palette=False)
        self._shown: object = None
        self._room = 0

    def compose(self) -> ComposeResult:
        self._room = self.app.size.width
        keys = [widget for widget in super().compose() if isinstance(widget, FooterKey)]
        room = self._room - sum(columns(key) for key in keys if key.action in ALWAYS)
        for key in keys:
            if key.action in ALWAYS or (room := room - columns(key)) >= 0:
                yield key

    def bindings_changed(self, screen: Screen[object]) -> None:
        keys = [(active.binding, active.enabled) for active in screen.active_bindings.values()]
        if keys != self._shown and screen.app.app_focus:
            self._shown = keys
            super().bindings_changed(screen)

    def on_resize(self, event: Resize) -> None:
        if self._room and event.size.width != self._room:
            self.call_after_refresh(self.recompose)


def columns(key: FooterKey) -> int:
    """Return the room that a key takes, with the blanks around its name and after its description."""
    return len(key.key_display) + len(key.description) + 3
