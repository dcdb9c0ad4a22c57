"""Which format runs are exported in."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from engine.vocabulary.messages.export_messages import FORMATS, IN_WORDS
from tui.screens.dialogs import Dialog
from tui.terminal.sanitize import sanitize
from tui.widgets.list_keys import ChoiceList


class ExportChoice(Dialog[str | None]):
    """Answers with one of FORMATS."""

    DEFAULT_CSS = """
    ExportChoice {
        .dialog { width: 70; }
        OptionList { height: auto; max-height: 60vh; background: $surface; }
    }
    """

    def __init__(self, runs: list[str], folder: str) -> None:
        super().__init__()
        self._runs = runs
        self._folder = folder

    def compose(self) -> ComposeResult:
        some = sanitize(self._runs[0]) if len(self._runs) == 1 else f"{len(self._runs)} marked runs"
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = f"export {some}"
            lines = [Option(f"{name:<17} {IN_WORDS[name]}") for name in FORMATS]
            yield ChoiceList(*lines, markup=False, compact=True)
            yield Static(f"Goes to {sanitize(self._folder, longest=200)}; `mnist-tui export --help` has more.",
                         markup=False)  # fmt: skip

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(FORMATS[event.option_index])
