"""The app: its screens, its handlers, and the keys, palette and help that come from the table of actions."""

import locale
import os
import signal
from pathlib import Path

from msgspec.structs import replace

from engine.vocabulary.config import RunConfig
from tui.app.first_use import (
    confusion_screen,
    digits_screen,
    draw_screen,
    inside_screen,
    runs_screen,
    setup_screen,
    tune_screen,
)
from tui.app.handlers.coach import CoachHandlers
from tui.app.handlers.confusion import ConfusionHandlers
from tui.app.handlers.data import DataHandlers
from tui.app.handlers.digits import DigitHandlers
from tui.app.handlers.drawing import DrawingHandlers
from tui.app.handlers.exports import ExportHandlers
from tui.app.handlers.inside import InsideHandlers
from tui.app.handlers.palette import PaletteCommands
from tui.app.handlers.preferences import PreferenceHandlers
from tui.app.handlers.runs.forks import ForkHandlers
from tui.app.handlers.runs.listed import RunListHandlers
from tui.app.handlers.runs.opened import RunHandlers
from tui.app.handlers.runs.reports import ReportHandlers
from tui.app.handlers.setup import SetupHandlers
from tui.app.handlers.tuning import TuningHandlers
from tui.app.themes import legible_colours
from tui.preferences.keys import textual_keymap
from tui.preferences.values import DEFAULTS, Preferences
from tui.screens.train import TrainScreen
from tui.state.actions.lookup import NAVIGATION, bindings
from tui.state.actions.table import ACTIONS
from tui.state.state import classes_of


class MnistApp(
    CoachHandlers,
    ConfusionHandlers,
    DataHandlers,
    DigitHandlers,
    DrawingHandlers,
    ExportHandlers,
    ForkHandlers,
    InsideHandlers,
    PaletteCommands,
    PreferenceHandlers,
    ReportHandlers,
    RunHandlers,
    RunListHandlers,
    SetupHandlers,
    TuningHandlers,
):
    """Screens that draw the state of one engine, and what becomes of the wishes of who sits before them."""

    TITLE = "mnist-tui"
    CSS_PATH = Path(__file__).with_name("app.tcss")
    BINDINGS = bindings("app")
    MODES = {mode: mode for _, mode, _ in NAVIGATION}  # noqa: RUF012
    DEFAULT_MODE = "train"
    SCREENS = {  # noqa: RUF012
        "train": TrainScreen,
        "digits": digits_screen,
        "confusion": confusion_screen,
        "runs": runs_screen,
        "setup": setup_screen,
        "tune": tune_screen,
        "draw": draw_screen,
        "inside": inside_screen,
    }

    def __init__(
        self,
        checkpoints: Path,
        data: str = "",
        *,
        ascii: bool | None = None,
        notify: bool = True,
        coach: bool = True,
        preferences: Preferences = DEFAULTS,
        preferences_file: Path | None = None,
    ) -> None:
        """Create the app; without a `preferences_file` nothing that is changed is remembered."""
        if ascii is None and preferences.drawing != "auto":
            ascii = preferences.drawing == "ascii"
        super().__init__(checkpoints, data, ascii=ascii, notify=notify, coach=coach)
        self.preferences = preferences
        self.preferences_file = preferences_file
        self.state = replace(self.state, next_config=RunConfig(data=data, log_to=preferences.log_to))
        self.frame_time = preferences.refresh or self.frame_time
        self.paced = not preferences.refresh
        self.theme = preferences.theme
        self.set_keymap(textual_keymap(preferences.keys))

    def get_css_variables(self) -> dict[str, str]:
        return dict(legible_colours(tuple(super().get_css_variables().items())))

    def action_help(self) -> None:
        from tui.screens.help import HelpScreen

        self.push_screen(HelpScreen(self.current_mode, classes_of(self.state)), self.read_guide)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if len(self.screen_stack) > 1 and action in {each.name for each in ACTIONS if each.scope == "app"}:
            return False  # a dialog is open
        return super().check_action(action, parameters)


def open_app(
    checkpoints: Path,
    data: str,
    notify: bool = True,
    coach: bool = True,
    preferences: Preferences = DEFAULTS,
    preferences_file: Path | None = None,
    kind: type[MnistApp] = MnistApp,
) -> int:
    """Run the app until it is left; return the exit status."""
    locale.setlocale(locale.LC_CTYPE, "")
    for exported in ("COLUMNS", "LINES"):  # believed before the terminal, which may have been resized since
        os.environ.pop(exported, None)
    app = kind(
        checkpoints, data, notify=notify, coach=coach, preferences=preferences, preferences_file=preferences_file
    )
    app.run()
    signal.setitimer(signal.ITIMER_REAL, 0)  # it has been left in order
    return 1 if app.return_code is None else app.return_code
