"""Questions about presets: which one to fill in, and under what name to save the form."""

from collections.abc import Sequence

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from engine.storage.preset_file import PresetError
from engine.storage.presets import LONGEST_NAME, ListedPreset, check_name
from engine.vocabulary.config import RunConfig, Value
from tui.screens.dialogs import Dialog, Entry
from tui.state.words.values import format_values
from tui.terminal.sanitize import sanitize
from tui.widgets.list_keys import ChoiceList

MOST_DETAILS = 270  # characters, which five lines of the dialog hold


class PresetChoice(Dialog[ListedPreset | None]):
    """A list of presets, with what the one under the cursor differs in from the defaults."""

    BINDINGS = [("f2", "cancel", "cancel")]  # noqa: RUF012

    DEFAULT_CSS = """
    PresetChoice {
        OptionList { height: auto; max-height: 42vh; background: $surface; }
        #details { height: 5; margin: 1 0 0 0; color: $text-muted; }
        #details.bad { color: $text-error; }
    }
    """

    def __init__(self, presets: Sequence[ListedPreset]) -> None:
        super().__init__()
        self._presets = presets

    def compose(self) -> ComposeResult:
        width = max(len(preset.name) for preset in self._presets)
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "presets"
            dialog.border_subtitle = "Enter fills it in, [@click=screen.cancel]Escape cancels[/]"
            yield ChoiceList(*(Option(one_line(preset, width)) for preset in self._presets), markup=False, compact=True)
            yield Static("", markup=False, id="details")

    @on(OptionList.OptionHighlighted)
    def explain(self, event: OptionList.OptionHighlighted) -> None:
        preset = self._presets[event.option_index]
        details = self.query_one("#details", Static)
        details.set_class(bool(preset.problem), "bad")
        details.update(sanitize(preset.problem or details_of(preset), longest=MOST_DETAILS))

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        preset = self._presets[event.option_index]
        if preset.problem:
            self.app.bell()
        else:
            self.dismiss(preset)


def one_line(preset: ListedPreset, width: int) -> Text:
    kind = "cannot be used" if preset.problem else "" if preset.built_in else "yours"
    title = preset.title if preset.title != preset.name else ""
    words = "  ".join(each for each in (sanitize(title, longest=40), kind) if each)
    return Text(f"{sanitize(preset.name, longest=40):<{min(width, 40)}}  {words}", no_wrap=True, overflow="ellipsis")


def details_of(preset: ListedPreset) -> str:
    differs = format_values(RunConfig().replace(preset.changes).differences())
    return f"Differs from the defaults in {differs}." if differs else "The defaults."


class PresetName(Entry[str | None]):
    """Under what name the form is to be saved."""

    def __init__(self, changes: dict[str, Value]) -> None:
        super().__init__()
        self._changes = changes

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            what = format_values(self._changes) or "the defaults"
            yield Static(f"Save as a preset: {sanitize(what)}. Under what name?", markup=False, classes="text")
            yield Input(compact=True, max_length=LONGEST_NAME)
            yield Static("", markup=False, classes="text", id="problem")
            yield from self.buttons("Save")

    @on(Input.Submitted)
    def answer(self, event: Input.Submitted) -> None:
        try:
            check_name(event.value)
        except PresetError as error:
            self.query_one("#problem", Static).update(sanitize(str(error)))
        else:
            self.dismiss(event.value)
