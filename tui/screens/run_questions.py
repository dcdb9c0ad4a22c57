"""What the screen of runs asks: by what to sort, a name, a note, and whether to delete."""

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from engine.vocabulary.messages import RunSummary
from tui.screens.dialogs import Answer, Dialog, Entry, Question
from tui.screens.questions import CANCEL
from tui.state.run_filter import SORTS
from tui.terminal.sanitize import sanitize
from tui.widgets.list_keys import ChoiceList


class SortChoice(Dialog[str | None]):
    """The orders of the list; the one that holds is under the cursor, so that `s` twice reverses it."""

    BINDINGS = [("s", "choose", "choose")]  # noqa: RUF012

    DEFAULT_CSS = """
    SortChoice {
        .dialog { width: 44; }
        OptionList { height: auto; max-height: 60vh; background: $surface; }
    }
    """

    def __init__(self, sort: str, descending: bool, sorts: Sequence[str] = tuple(SORTS)) -> None:
        super().__init__()
        self._sorts = sorts
        self._sort = sort
        self._descending = descending

    def compose(self) -> ComposeResult:
        arrow = "▼" if self._descending else "▲"
        names = [f"{name} {arrow}" if name == self._sort else name for name in self._sorts]
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "sort by"
            options = ChoiceList(*(Option(name) for name in names), markup=False, compact=True)
            options.highlighted = self._sorts.index(self._sort)
            yield options
            yield Static("Enter chooses; the same again reverses.", markup=False)

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._sorts[event.option_index])

    def action_choose(self) -> None:
        self.query_one(OptionList).action_select()


class TextQuestion(Entry[str | None]):
    """A line of text; None where it is to stay as it was. A `problem` is why it was not taken before."""

    DEFAULT_CSS = "TextQuestion #problem { color: $text-error; }"

    def __init__(self, text: str, value: str, longest: int, problem: str = "") -> None:
        super().__init__()
        self._problem = problem
        self._text = text
        self._value = value
        self._longest = longest

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(self._text, markup=False, classes="text")
            yield Input(self._value, max_length=self._longest, select_on_focus=False, compact=True)
            yield Static(sanitize(self._problem, longest=300), markup=False, classes="text", id="problem")
            yield from self.buttons("Save")

    @on(Input.Submitted)
    def answer(self, event: Input.Submitted) -> None:
        self.dismiss(event.value.strip())


def delete_question(run: RunSummary) -> Question:
    """Ask before a run goes to the trash."""
    name = sanitize(run.run)
    title = f" ({sanitize(run.title, 60)})" if run.title else ""
    return Question(
        f"Delete {name}{title}? It goes to the trash of this folder: U brings it back, as does `mnist-tui runs restore"
        f" {name}`, until `mnist-tui runs empty-trash`.",
        [Answer("delete", "Delete it", "d"), CANCEL],
    )
