"""The tune screen: what to search, the studies that there are, and what came of one."""

from textual import on
from textual.app import ComposeResult
from textual.events import ScreenResume
from textual.widgets import DataTable, Input

from engine.vocabulary.config import ConfigError, RunConfig
from engine.vocabulary.messages import StudySummary, TrialSummary
from tui.screens.base import StateScreen
from tui.screens.choice import open_list
from tui.screens.study_wishes import StudyWishes
from tui.state.actions.lookup import bindings
from tui.state.state import State
from tui.state.study import StudyView
from tui.widgets.choice_input import ChoiceInput
from tui.widgets.leaderboard import Leaderboard
from tui.widgets.studies import FieldTable, StudyHome, StudyTable
from tui.widgets.study_chart import StudyChart
from tui.widgets.study_form import CHOICES, StudyForm
from tui.widgets.study_hint import StudyHint
from tui.widgets.study_results import StudyResults


class TuneScreen(StudyWishes, StateScreen):
    """A form; below, old studies and what can be searched, or one study: its trials, its charts, its fields."""

    BINDINGS = bindings("tune")
    AUTO_FOCUS = "Leaderboard, StudyTable, FieldTable"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide"), (160, "-widest")]  # noqa: RUF012

    DEFAULT_CSS = """
    TuneScreen {
        &.tuning StudyForm { display: none; }
        StudyHome { display: none; }
        &.at-home StudyHome { display: block; }
        &.at-home StudyResults { display: none; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._study: StudyView | None = None
        self._live = ""  # the study in progress, or the last one
        self._left = False  # the study that there is, for the list
        self._studies: tuple[StudySummary, ...] = ()
        self._asked = ""  # the study that is to be opened
        self._failures = 0
        self._names: list[str] = []
        self._problem = ""
        self._at_fault: list[str] = []  # what was in the form when that was said

    def compose_body(self) -> ComposeResult:
        yield StudyForm()
        yield StudyHint()
        yield StudyResults()
        yield StudyHome()

    def on_screen_resume(self, event: ScreenResume) -> None:
        self.post_message(self.Refreshed())

    def offer_names(self, names: list[str]) -> None:
        """Take the names of the studies that can be continued, the latest first."""
        self._names = names
        if self.is_mounted:
            self._explain()

    # ------------------------------------------------------------------ drawing

    def show_body(self, state: State) -> None:
        if state.failures > self._failures and self._asked:
            self.complain(f"{self._asked} cannot be opened: {state.failure}")
        if state.failures > self._failures or (state.opened_study and state.opened_study.study == self._asked):
            self._asked, self._left = "", False
        self._failures = state.failures
        study, live = state.shown_study, state.study.study if state.tuning and state.study is not None else ""
        began = study is not None and (self._study is None or self._study.study != study.study)
        changed = study is not None and self._study is not None and study.live != self._study.live
        if began or changed:
            self.post_message(self.Refreshed())
        if began:
            self._left = False
        if state.studies != self._studies or live != self._live:
            first = not self._studies and not isinstance(self.focused, Input)
            self._studies, self._live = state.studies, live
            self.query_one(StudyHome).show(state.studies, live)
            if first and self.at_home and state.studies:
                self.set_focus(self.query_one(StudyTable), scroll_visible=False)
        self.set_class(study is None or self._left, "at-home")
        self.set_class(state.tuning, "tuning")
        if study is self._study and study is not None:
            return
        self._study = study
        self._explain()
        self.refresh_bindings()
        self._see_to_focus()
        if study is None:
            return
        self.query_one(StudyResults).show(study, anew=began)

    def _see_to_focus(self) -> None:
        """Have a list in focus that can be seen, unless somebody types."""
        if isinstance(self.focused, Input) and self.focused.display and not self.has_class("tuning"):
            return
        if self.at_home and not isinstance(self.focused, StudyTable | FieldTable):
            self.set_focus(self.query_one(StudyTable if self._studies else FieldTable), scroll_visible=False)
        elif not self.at_home and not (isinstance(self.focused, StudyChart) and self.focused.display):
            self.set_focus(self.query_one(Leaderboard), scroll_visible=False)

    def _explain(self) -> None:
        at = self.query_one(StudyTable).chosen if self.at_home else None
        shown = None if self.at_home else self._study
        names = () if self._studies else self._names
        self.query_one(StudyHint).explain(self._problem, shown, at, names, self.has_class("tuning"))

    # ------------------------------------------------------------------ actions

    @property
    def at_home(self) -> bool:
        """Whether the list of studies is shown, and none of them."""
        return self.has_class("at-home")

    @property
    def chosen(self) -> TrialSummary | None:
        return self.query_one(StudyResults).chosen

    @on(DataTable.RowHighlighted, "StudyTable")
    def tell_of_study(self) -> None:
        self._explain()

    @on(DataTable.RowSelected, "StudyTable")
    def open_selected(self) -> None:
        study = self.query_one(StudyTable).chosen
        if study is None:
            return
        if study.problem:
            self.complain(f"{study.study} cannot be opened: {study.problem}")
        elif study.study == self._live or (self._study is not None and self._study.study == study.study):
            self._leave_study(False)
        else:
            self._asked = study.study
            self.post_message(self.Opened(study.study))

    @on(DataTable.RowSelected, "FieldTable")
    def add_range(self) -> None:
        self.query_one(StudyForm).toggle(self.query_one(FieldTable).chosen)

    @on(ChoiceInput.Opened)
    def show_list(self, event: ChoiceInput.Opened) -> None:
        open_list(self, CHOICES[event.input.id or ""], event.input)

    @on(Input.Changed)
    def forget_problem(self) -> None:
        if self._problem and self._texts() != self._at_fault:  # what was typed before f5 may be told after it
            self.complain("")

    def _texts(self) -> list[str]:
        return [field.value for field in self.query(Input)]

    def complain(self, problem: str) -> None:
        """Say what is wrong, until something is done about it."""
        self._problem = problem
        if self.is_mounted:
            self._at_fault = self._texts()
            self._explain()

    def action_submit(self) -> None:
        try:
            command, count = self.query_one(StudyForm).read(self._names)
        except ConfigError as error:
            self.complain(f"Nothing was started: {error}")
            return
        self.complain("")
        self.set_focus(None)
        self._see_to_focus()
        self.post_message(self.Chosen(command, count))

    def action_ranges(self) -> None:
        self.set_focus(self.query_one("#search", Input))

    @on(DataTable.RowSelected, "Leaderboard")
    def action_full_run(self) -> None:
        if config := self._chosen_config():
            self.post_message(self.FullRunWanted(config))

    def action_pin(self) -> None:
        if config := self._chosen_config():
            self.post_message(self.PresetWanted(config))

    def _chosen_config(self) -> RunConfig | None:
        if self._study is None or self.chosen is None:
            return None
        try:
            return self._study.config_of(self.chosen)
        except ConfigError as error:  # a trial that failed because its values do not go together
            self.complain(f"This trial cannot be used: {error}")
            return None

    def action_continue_study(self) -> None:
        """Write the study that is looked at, or under the cursor, into the form; f5 goes on with it."""
        found: tuple[str, int, int, int] | None = None
        if not self.at_home and (study := self._study) is not None:
            found = study.study, study.done, study.target, study.base.epochs
        elif self.at_home and (line := self.query_one(StudyTable).chosen) is not None:
            found = line.study, line.trials, line.target, line.epochs
        if found is not None:
            self.query_one(StudyForm).fill(*found)
            self.set_focus(self.query_one("#trials", Input))

    def action_inspect(self) -> None:
        self.query_one(StudyResults).turn()

    def action_other_field(self) -> None:
        self.query_one(StudyResults).show_other_field()

    def action_leave(self) -> None:
        if isinstance(self.focused, Input):
            self.set_focus(None)
            self._see_to_focus()
        else:
            self._leave_study(True)
            self.post_message(self.Closed())
            self.post_message(self.Refreshed())

    def _leave_study(self, left: bool) -> None:
        """Leave the study for the list of studies, or come back to it."""
        self._left = left
        self.set_class(left, "at-home")
        self._explain()
        self._see_to_focus()
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if not self.is_mounted:
            return True
        tuning = self.has_class("tuning")
        if action in ("submit", "ranges"):
            return not tuning
        if action == "leave":
            return isinstance(self.focused, Input) or not self.at_home
        if action in ("full_run", "pin"):
            return not self.at_home and self.query_one(StudyResults).has_trials
        if action == "continue_study":
            return not tuning and (not self.at_home or bool(self._studies))
        if action == "other_field":
            return not self.at_home and self.query_one(StudyResults).has_trials
        if action == "inspect":
            return not self.at_home and (self.has_class("-narrow") or self.has_class("-short"))
        return True
