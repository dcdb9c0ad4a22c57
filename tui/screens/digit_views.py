"""Which digits the gallery shows: a list of ready-made views."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui.screens.dialogs import Dialog
from tui.state.class_words import worded
from tui.state.gallery.views import TITLES, View
from tui.state.state import State, classes_of
from tui.widgets.list_keys import ChoiceList


class ViewChoice(Dialog[View | None]):
    """The views; where the shown run differs from another, for each run that is marked."""

    BINDINGS = [("f", "choose", "choose")]  # noqa: RUF012

    DEFAULT_CSS = """
    ViewChoice {
        .dialog { width: 60; }
        OptionList { height: auto; max-height: 70vh; background: $surface; }
    }
    """

    def __init__(self, view: View, state: State) -> None:
        super().__init__()
        self._view = view
        self._class_names = classes_of(state)
        self.views = views_of(state)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "show"
            options = ChoiceList(
                *(Option(worded(view.title, self._class_names)) for view in self.views), markup=False, compact=True
            )
            options.highlighted = self.views.index(self._view) if self._view in self.views else 0
            yield options
            other = any(view.other for view in self.views)
            hint = "" if other else " Runs that you mark on Runs (4) are compared with this one here."
            yield Static(f"Enter chooses.{hint}", markup=False)

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self.views[event.option_index])

    def action_choose(self) -> None:
        self.query_one(OptionList).action_select()


def views_of(state: State) -> list[View]:
    shown = state.shown.run if state.shown is not None else ""
    others = [mark.run for mark in state.marks if mark.run != shown] if shown else []
    return [*(View(name) for name in TITLES if name != "differ"), *(View("differ", other) for other in others)]
