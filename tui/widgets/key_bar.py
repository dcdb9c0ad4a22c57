"""The keys that work now, on the last line."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.events import Resize
from textual.screen import Screen
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

from tui.state.class_words import worded
from tui.state.state import State, classes_of

Keys = list[tuple[Binding, bool, str]]  # each with whether it works, and with what it is called now
ALWAYS = ("command_palette", "help", "quit")  # named however little room there is: whoever has no keys needs a way in
FIRST = ("pause", "continue", "stop")  # of what trains, before the keys of the screen


class KeyBar(Footer):
    """Textual's footer, built anew only when other keys work than before; what has no room is left out.

    Textual does so whenever a screen comes or goes: some 15 ms for each, while a key waits.
    """

    def __init__(self) -> None:
        super().__init__(show_command_palette=False)
        self._shown: Keys | None = None
        self._room = 0

    def compose(self) -> ComposeResult:
        self._room = self.app.size.width
        keys = [widget for widget in super().compose() if isinstance(widget, FooterKey)]
        for key in keys:
            key.set_reactive(FooterKey.compact, self.compact)  # before it is styled, and not then once more
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
        state = getattr(self.app, "state", None)
        return worded(label, classes_of(state)) if isinstance(state, State) else label

    def bindings_changed(self, screen: Screen[object]) -> None:
        if screen not in screen.app.screen_stack:  # it has been left, and comes back with the keys that it had
            return
        keys = [
            (active.binding, active.enabled, self._label(active.binding.action, active.binding.description))
            for active in screen.active_bindings.values()
        ]
        if keys != self._shown and screen.app.app_focus:
            before, self._shown = self._shown, keys
            if not self._relabel(before, keys):
                super().bindings_changed(screen)

    def _relabel(self, before: Keys | None, now: Keys) -> bool:
        """Write other labels into the keys that are there; return whether these are the same, in the same room.

        As a cursor moves through a list, the name of what it is on stands beside other keys with each step.
        """
        same = before is not None and [(*key[:2], len(key[2])) for key in before] == [
            (*key[:2], len(key[2])) for key in now
        ]
        shown = self.query(FooterKey)
        if not same or not shown or self.app.size.width != self._room:
            return False
        labels = {binding.action: label for binding, _, label in now}
        for key in shown:
            label = labels.get(key.action, key.description)
            if label != key.description:
                key.description = label
                key.refresh()
        return True

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
