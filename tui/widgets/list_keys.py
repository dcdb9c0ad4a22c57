"""The keys of lists, grids and matrices, the same in each: arrows, hjkl, g and G, Home and End, page keys, Enter."""

from collections.abc import Callable
from inspect import isawaitable

from textual.containers import VerticalScroll
from textual.events import Click
from textual.widgets import OptionList

from tui.state.actions.lookup import bindings

# What a key does, as Textual's lists, tables and scrolling panes call it.
MOVES = {
    "up": ("cursor_up", "scroll_up"),
    "down": ("cursor_down", "scroll_down"),
    "left": ("cursor_left", "scroll_left"),
    "right": ("cursor_right", "scroll_right"),
    "first": ("first", "scroll_top", "scroll_home"),
    "last": ("last", "scroll_bottom", "scroll_end"),
    "page_up": ("page_up",),
    "page_down": ("page_down",),
    "choose": ("select_cursor", "select"),
}


LIST_KEYS = bindings("list")


class ListKeys:
    """Stands before a widget that has some of the actions of MOVES, among the bases of one with LIST_KEYS."""

    sideways = True
    """Whether left and right are keys of this widget, or of the screen around it."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "in_list":
            return self._doing(str(parameters[0])) is not None
        return True

    def _doing(self, move: str) -> Callable[[], object] | None:
        if move in ("left", "right") and not self.sideways:
            return None
        found = (getattr(self, f"action_{name}", None) for name in MOVES[move])
        return next((each for each in found if each is not None), None)

    async def action_in_list(self, move: str) -> None:
        if (act := self._doing(move)) is not None and isawaitable(done := act()):
            await done


class Pane(ListKeys, VerticalScroll):
    """Text that scrolls, up and down."""

    BINDINGS = LIST_KEYS

    sideways = False


class ChoiceList(ListKeys, OptionList):
    """A list of options: a click chooses one, a double click or Enter takes it."""

    BINDINGS = LIST_KEYS

    async def _on_click(self, event: Click) -> None:
        option = event.style.meta.get("option")
        if event.chain < 2 and option is not None and option != self.highlighted:
            event.prevent_default()
            self.highlighted = option
