"""Which class it is: a name that is typed, with what it may become below it."""

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui.screens.dialogs import Entry
from tui.state.class_words import label_named
from tui.terminal.sanitize import sanitize

MOST_LINES = 10


class ClassChoice(Entry[int | None]):
    """A field and the classes that begin with, or contain, what is typed; Enter takes the one under the cursor, which
    at first is the one that is `likely`. The answer is the label."""

    DEFAULT_CSS = """
    ClassChoice {
        .dialog { width: 50; }
        OptionList { height: auto; max-height: 10; background: $surface; border: none; padding: 0; }
        #problem { color: $text-error; }
    }
    """

    def __init__(self, classes: Sequence[str], likely: int = -1) -> None:
        super().__init__()
        self._class_names = tuple(classes)
        self._likely = likely
        self._found: list[int] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static("Which class is it?", markup=False, classes="text")
            yield Input(placeholder="a name, or the beginning of one", max_length=100, compact=True)
            options = OptionList(markup=False, compact=True)
            options.can_focus = False
            yield options
            yield Static("", markup=False, classes="text", id="problem")
            yield from self.buttons("Save")

    def on_mount(self) -> None:
        super().on_mount()
        self._list("")
        self.query_one(Input).focus()

    def _list(self, typed: str) -> None:
        self._found = matching(typed, self._class_names)
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options([Option(sanitize(self._class_names[label], 44)) for label in self._found])
        if self._found:
            options.highlighted = self._found.index(self._likely) if self._likely in self._found else 0
        self.query_one("#problem", Static).update("" if self._found else "no class has such a name")

    @on(Input.Changed)
    def narrow(self, event: Input.Changed) -> None:
        self._likely = -1 if event.value.strip() else self._likely
        self._list(event.value)

    def on_key(self, event: Key) -> None:
        step = {"down": 1, "up": -1, "pagedown": MOST_LINES, "pageup": -MOST_LINES}.get(event.key)
        if step is not None and self.query_one(Input).has_focus and self._found:
            event.stop()
            event.prevent_default()
            options = self.query_one(OptionList)
            options.highlighted = max(0, min(len(self._found) - 1, (options.highlighted or 0) + step))

    @on(Input.Submitted)
    def take_typed(self) -> None:
        at = self.query_one(OptionList).highlighted
        if at is not None and at < len(self._found):
            self.dismiss(self._found[at])

    @on(OptionList.OptionSelected)
    def take_clicked(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._found[event.option_index])


def matching(typed: str, classes: Sequence[str]) -> list[int]:
    """Return the labels of classes whose names are, begin with, or contain what is typed, in this order."""
    wanted = typed.strip().casefold()
    exact = label_named(typed.strip(), classes) if wanted else None
    folded = [name.casefold() for name in classes]
    begin = [label for label, name in enumerate(folded) if name.startswith(wanted)]
    contain = [label for label, name in enumerate(folded) if wanted in name and label not in begin]
    return list(dict.fromkeys([*([exact] if exact is not None else []), *begin, *contain]))
