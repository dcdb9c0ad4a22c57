"""The keys that work now, on the last line."""

from textual.app import ComposeResult
from textual.events import Resize
from textual.screen import Screen
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

ALWAYS = ("command_palette", "help", "quit")  # named however little room there is: whoever has no keys needs a way in
FIRST = ("pause", "continue", "stop")  # of what trains, before the keys of the screen


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
        # First the ways in and back. Then what names its object, as nothing else may say what a key acts on.
        ways = [key for key in keys if action_of(key) in ALWAYS or key.key == "escape"]
        wanted = sorted(keys, key=lambda key: (key not in named, action_of(key) not in FIRST))
        room, kept = self._room - sum(map(columns, ways)), set(ways)
        for key in wanted:
            if key not in kept and columns(key) <= room:
                room -= columns(key)
                kept.add(key)
        yield from (key for key in sorted(keys, key=lambda key: action_of(key) not in FIRST) if key in kept)

    def _label(self, action: str, label: str) -> str:
        """Return what an action is called now, as the screen and the app see it."""
        for place in (self.screen, self.app):
            if (naming := getattr(place, "key_label", None)) is not None:
                label = naming(bare(action), label)
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


def bare(action: str) -> str:
    return action.removeprefix("app.").removeprefix("screen.")


def action_of(key: FooterKey) -> str:
    return bare(key.action)


def columns(key: FooterKey) -> int:
    """Return the room that a key takes, with the blanks around its name and after its description."""
    return len(key.key_display) + len(key.description) + 3
