"""The list of a field's choices, open below the field."""

from collections.abc import Callable
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.events import Key, Resize
from textual.geometry import Region
from textual.screen import Screen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from engine.vocabulary.fields import FieldInfo
from tui.screens.dialogs import Dialog
from tui.state.words.choices import choice_lines
from tui.widgets.choice_input import ChoiceInput
from tui.widgets.field_row import cut
from tui.widgets.list_keys import LIST_KEYS, ListKeys

BORDER = 2  # lines, and columns with the padding twice that
SCROLLBAR = 2
LETTERS = "jkgG"  # the keys of lists; every other letter jumps


def open_list(
    screen: Screen[Any], field: FieldInfo, input: ChoiceInput, then: Callable[[], None] | None = None
) -> None:
    """Open the list of a field below its input, and `then` do what comes after a choice."""

    def take(choice: str | None) -> None:
        if choice is not None:
            input.take(choice)
            if then is not None:
                then()

    input.focus()
    screen.app.push_screen(ChoiceScreen(field, input.value, input.region), take)


class Choices(ListKeys, OptionList):
    """A click takes a choice, for there is nothing to look at first. Of letters, h and l jump."""

    BINDINGS = LIST_KEYS
    sideways = False


class ChoiceScreen(Dialog[str | None]):
    """Answers with the choice, or None where it stays as it was. What is typed jumps to the first that begins so."""

    BINDINGS = [("left,tab,shift+tab", "cancel"), ("right", "choose")]  # noqa: RUF012

    DEFAULT_CSS = """
    ChoiceScreen {
        align: left top;
        background: transparent;
        Choices, Choices:focus { border: round $primary; background: $surface; padding: 0 1; height: auto; }
    }
    .-ascii ChoiceScreen Choices, .-ascii ChoiceScreen Choices:focus { border: ascii $primary; }
    """

    def __init__(self, field: FieldInfo, value: str, at: Region) -> None:
        super().__init__()
        self._field = field
        self._value = value
        self._at = at
        self._typed = ""

    def compose(self) -> ComposeResult:
        yield Choices(*map(Option, choice_lines(self._field)), markup=False)

    def on_mount(self) -> None:
        choices = self.query_one(OptionList)
        figures = ": parameters, FLOPs an image" if self._field.own else ""  # which stand before what it is
        choices.border_title = f"{self._field.label}{figures}"
        choices.highlighted = self._field.choices.index(self._value) if self._value in self._field.choices else 0

    def on_resize(self, event: Resize) -> None:
        """Put the list below its field, above it where there is more room, and always all of it on the screen."""
        choices = self.query_one(OptionList)
        lines = choice_lines(self._field)
        width = min(event.size.width, max(map(len, lines)) + 2 * BORDER + SCROLLBAR)
        height = min(event.size.height, len(lines) + BORDER)
        below = self._at.bottom + height <= event.size.height
        top = self._at.bottom if below else max(0, self._at.y - height)
        left = max(0, min(self._at.x - BORDER, event.size.width - width))
        room, dots = event.size.width - 2 * BORDER - SCROLLBAR, "..." if self.app.has_class("-ascii") else "…"
        for i, line in enumerate(lines):
            choices.replace_option_prompt_at_index(i, cut(line, room, dots))
        choices.styles.width, choices.styles.max_height, choices.styles.offset = width, height, (left, top)

    def on_key(self, event: Key) -> None:
        if event.character is None or not event.is_printable or event.character in LETTERS:
            return
        for typed in (self._typed + event.character.lower(), event.character.lower()):
            found = [i for i, choice in enumerate(self._field.choices) if choice.startswith(typed)]
            if found:
                self._typed = typed
                self.query_one(OptionList).highlighted = found[0]
                event.stop()
                return

    def action_choose(self) -> None:
        self.query_one(OptionList).action_select()

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._field.choices[event.option_index])
