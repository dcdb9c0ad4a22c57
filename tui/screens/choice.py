"""The list of a field's choices, open below the field."""

from textual import on
from textual.app import ComposeResult
from textual.events import Click, Key, Resize
from textual.geometry import Region
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from engine.vocabulary.fields import FieldInfo
from tui.screens.dialogs import Dialog
from tui.state.words.choices import choice_lines
from tui.widgets.field_row import cut

BORDER = 2  # lines, and columns with the padding twice that
SCROLLBAR = 2


class ChoiceScreen(Dialog[str | None]):
    """Answers with the choice, or None where it stays as it was. What is typed jumps to the first that begins so."""

    BINDINGS = [  # noqa: RUF012
        ("j", "move(1)"),
        ("k", "move(-1)"),
        ("g", "end('first')"),
        ("G", "end('last')"),
        ("h,left,tab,shift+tab", "cancel"),
        ("right", "choose"),
    ]

    DEFAULT_CSS = """
    ChoiceScreen {
        align: left top;
        background: transparent;
        OptionList, OptionList:focus { border: round $primary; background: $surface; padding: 0 1; height: auto; }
    }
    .-ascii ChoiceScreen OptionList, .-ascii ChoiceScreen OptionList:focus { border: ascii $primary; }
    """

    def __init__(self, field: FieldInfo, value: str, at: Region) -> None:
        super().__init__()
        self._field = field
        self._value = value
        self._at = at
        self._typed = ""

    def compose(self) -> ComposeResult:
        room, dots = self.app.size.width - 2 * BORDER - SCROLLBAR, "..." if self.app.has_class("-ascii") else "…"
        yield OptionList(*(Option(cut(line, room, dots)) for line in choice_lines(self._field)), markup=False)

    def on_mount(self) -> None:
        choices = self.query_one(OptionList)
        choices.border_title = self._field.label
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
        choices.styles.width, choices.styles.max_height, choices.styles.offset = width, height, (left, top)

    def on_key(self, event: Key) -> None:
        if event.character is None or not event.is_printable or event.character in "jkgGh":
            return
        for typed in (self._typed + event.character.lower(), event.character.lower()):
            found = [i for i, choice in enumerate(self._field.choices) if choice.startswith(typed)]
            if found:
                self._typed = typed
                self.query_one(OptionList).highlighted = found[0]
                event.stop()
                return

    def action_move(self, step: int) -> None:
        choices = self.query_one(OptionList)
        if step > 0:
            choices.action_cursor_down()
        else:
            choices.action_cursor_up()

    def action_end(self, end: str) -> None:
        self.query_one(OptionList).highlighted = 0 if end == "first" else len(self._field.choices) - 1

    def action_choose(self) -> None:
        self.query_one(OptionList).action_select()

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._field.choices[event.option_index])

    def on_click(self, event: Click) -> None:
        if event.widget is self:
            self.dismiss(None)
