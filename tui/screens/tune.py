"""The tune screen: what to search, the best trials so far, and what they have in common."""

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.events import ScreenResume
from textual.message import Message
from textual.widgets import DataTable, Input, Static

from engine.tuning.files import INSTALL, can_tune
from engine.vocabulary.config import ConfigError, RunConfig
from engine.vocabulary.fields import counted
from engine.vocabulary.messages import StartStudy, TrialSummary
from tui.screens.base import StateScreen
from tui.state.actions import bindings
from tui.state.store import State
from tui.state.study import StudyView
from tui.state.words.figures import percent
from tui.terminal.sanitize import sanitize
from tui.widgets.leaderboard import Leaderboard
from tui.widgets.parallel_coordinates import ParallelCoordinates
from tui.widgets.study_chart import StudyChart
from tui.widgets.study_form import StudyForm

WELCOME = (
    "Many short runs, one after another. Optuna proposes values; the trial with the best accuracy on held-out training"
    " images wins. The first trial is the base: the values on the Setup screen. F5 starts the search; f edits the"
    " ranges, as name=low..high, name=log:low..high or name=a,b,c."
)


class TuneScreen(StateScreen):
    """A form line, the leaderboard beside the best so far, and all trials side by side."""

    BINDINGS = bindings("tune")
    AUTO_FOCUS = "Leaderboard"

    DEFAULT_CSS = """
    TuneScreen {
        &.tuning StudyForm { display: none; }
        #hint { height: auto; max-height: 2; padding: 0 1; color: $text-muted; }
        #hint.bad { color: $text-error; max-height: 4; }
        #headline { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
        #welcome { height: 1fr; padding: 1 2; color: $text-muted; }
        #results { height: 1fr; }
        StudyChart { width: 1fr; }
        &.no-study #results, &.no-study ParallelCoordinates, &.no-study #headline { display: none; }
        #welcome { display: none; }
        &.no-study #welcome { display: block; }
    }
    """

    @dataclass
    class Chosen(Message):
        """Begin or continue a study; the base is the app's, with these epochs."""

        command: StartStudy
        epochs: int

    @dataclass
    class FullRunWanted(Message):
        """Offer the configuration of a trial in the form of Setup."""

        config: RunConfig

    @dataclass
    class PresetWanted(Message):
        """Save the configuration of a trial under a name that is asked for."""

        config: RunConfig

    class Refreshed(Message):
        """Ask for the names of the studies that are kept."""

    def __init__(self) -> None:
        super().__init__()
        self._study: StudyView | None = None
        self._names: list[str] = []
        self._problem = ""
        self._at_fault: list[str] = []  # what was in the form when that was said

    def compose_body(self) -> ComposeResult:
        yield StudyForm()
        yield Static("", markup=False, id="hint")
        yield Static("", markup=False, id="headline")
        yield Static(WELCOME, markup=False, id="welcome")
        with Horizontal(id="results"):
            yield Leaderboard()
            yield StudyChart()
        yield ParallelCoordinates()

    def on_screen_resume(self, event: ScreenResume) -> None:
        self.post_message(self.Refreshed())

    def offer_names(self, names: list[str]) -> None:
        """Take the names of the studies that can be continued, the latest first."""
        self._names = names
        if self.is_mounted:
            self._explain()

    # ------------------------------------------------------------------ drawing

    def show_body(self, state: State) -> None:
        study = state.study
        if study is self._study and study is not None:
            return
        began = study is not None and (self._study is None or self._study.study != study.study)
        if began or (study is not None and self._study is not None and study.live != self._study.live):
            self.post_message(self.Refreshed())
        self._study = study
        self.set_class(study is None, "no-study")
        self.set_class(state.tuning, "tuning")
        self._explain()
        if study is None:
            return
        self.query_one("#headline", Static).update(headline(study))
        self.query_one(Leaderboard).show(study, anew=began)
        self.query_one(StudyChart).show_study(study)
        self.query_one(ParallelCoordinates).study = study
        self.query_one(ParallelCoordinates).refresh(layout=began)

    def _explain(self) -> None:
        hint = self.query_one("#hint", Static)
        problem = self._problem or ("" if can_tune() else INSTALL)
        study = self._study
        if study is not None and study.reason and not self._problem:
            problem = study.reason
        names = ", ".join(self._names[:4])
        known = f"Studies in this folder: {names}. Enter a name above to continue one." if names else ""
        hint.update(sanitize(problem or known, longest=500))
        hint.set_class(bool(problem), "bad")
        hint.display = bool(problem or (known and not self.has_class("tuning")))

    # ------------------------------------------------------------------ actions

    @property
    def chosen(self) -> TrialSummary | None:
        return self.query_one(Leaderboard).chosen

    @on(DataTable.RowHighlighted)
    def point(self) -> None:
        self.query_one(ParallelCoordinates).chosen = self.chosen.number if self.chosen is not None else -1

    @on(DataTable.RowSelected)
    def use_selected(self) -> None:
        self.action_full_run()

    @on(Input.Submitted)
    def leave_field(self) -> None:
        """On to the next field; f5 starts."""
        self.screen.focus_next(Input)

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
        self.set_focus(self.query_one(Leaderboard))
        self.post_message(self.Chosen(command, count))

    def action_ranges(self) -> None:
        self.set_focus(self.query_one("#search", Input))

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

    def action_leave(self) -> None:
        self.set_focus(self.query_one(Leaderboard))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if not self.is_mounted:
            return True
        tuning = self.has_class("tuning")
        if action in ("submit", "ranges"):
            return not tuning
        if action == "leave":
            return isinstance(self.focused, Input)
        if action in ("full_run", "pin"):
            return self.query_one(Leaderboard).row_count > 0
        return True


def headline(study: StudyView) -> str:
    """Return the study in one line."""
    word = "tuning" if study.state == "running" else study.state
    length = counted(study.base.epochs, "epoch")
    parts = [f"{sanitize(study.study, 40)} {word}, {study.done}/{study.target} trials of {length}"]
    if study.best is not None:
        parts.append(f"best {percent(study.best.accuracy or 0)} (#{study.best.number})")
    base = study.base_trial
    if base is not None and base.accuracy is not None:
        parts.append(f"base {percent(base.accuracy)}")
    return ", ".join(parts)
