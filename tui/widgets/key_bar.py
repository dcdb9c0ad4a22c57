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
        named = set()
        for key in keys:
            label = self._label(key.action, key.description)
            if label != key.description:
                named.add(key)
                key.description = label
        # What names its object is there too: nothing else on the screen may say what the key acts on.
        room = self._room - sum(columns(key) for key in keys if key.action in ALWAYS or key in named)
        for key in keys:
            if key.action in ALWAYS or key in named or (room := room - columns(key)) >= 0:
                yield key

    def _label(self, action: str, label: str) -> str:
        """Return what an action is called now, as the screen and the app see it."""
        for place in (self.screen, self.app):
            if (naming := getattr(place, "key_label", None)) is not None:
                label = naming(action.removeprefix("app.").removeprefix("screen."), label)
        return label

    def bindings_changed(self, screen: Screen[object]) -> None:
        keys = [
            (active.binding, active.enabled, self._label(active.binding.action, ""))
            for active in screen.active_bindings.values()
        ]
        if keys != self._shown and screen.app.app_focus:
            self._shown = keys
            super().bindings_changed(screen)

    def on_resize(self, event: Resize) -> None:
        if self._room and event.size.width != self._room:
            self.call_after_refresh(self.recompose)


def columns(key: FooterKey) -> int:
    """Return the room that a key takes, with the blanks around its name and after its description."""
    return len(key.key_display) + len(key.description) + 3
