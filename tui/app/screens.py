"""An app that shows one state: which screen is in front, when it is drawn, and questions that follow the state."""

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from msgspec.structs import replace
from textual import on

from engine.vocabulary.config import RunConfig
from tui.app.terminal import TerminalApp
from tui.screens.base import StateScreen
from tui.screens.follows import OVER, FollowsState
from tui.state.state import State

if TYPE_CHECKING:
    from tui.screens.dialogs import Question
    from tui.screens.digits import DigitsScreen
    from tui.screens.inside.screen import InsideScreen
    from tui.screens.runs import RunsScreen
    from tui.screens.setup import SetupScreen
    from tui.screens.tune import TuneScreen

AT_ONCE = 0.03  # seconds within which events that answer a key are drawn together


class ScreensApp(TerminalApp):
    """Draws its state on the screen in front, and on the dialogs over it."""

    def __init__(self, state: State, *, ascii: bool | None, notify: bool) -> None:
        super().__init__(ascii=ascii, notify=notify)
        self.state = state
        self._begun = False

    @on(StateScreen.Drawn)
    def note_frame(self) -> None:
        if not self._begun:
            self._begun = True
            self.after_first_frame()

    def after_first_frame(self) -> None:
        """Do what the first frame does not wait for."""

    def set_state(self, state: State, *, soon: bool = True) -> None:
        """Take a state and see to it that it is drawn, at most once a frame."""
        self.state = state
        self.draw_soon(AT_ONCE if soon else self.live_interval, live=not soon)

    def add_written(self, *files: str) -> None:
        """Note files that the user has had written, which the last page of the tour lists."""
        self.set_state(replace(self.state, written=(*self.state.written, *files)))

    def draw(self) -> None:
        """Draw the state on the screen in front, and on the dialogs over it."""
        super().draw()
        for screen in reversed(self.screen_stack):
            if screen.is_mounted and isinstance(screen, FollowsState):
                screen.show(self.state)
            if isinstance(screen, StateScreen):
                if screen.is_mounted:
                    with self.batch_update():
                        screen.show(self.state)
                return

    def go(self, mode: str) -> None:
        """Bring a screen to the front, at once as it was when it was left, and then draw the present state."""
        if mode == "setup":
            self.setup_screen.set_focus(None)  # digits go to screens until somebody enters a field
        self.switch_mode(mode)
        if isinstance(self.screen, StateScreen) and self.screen.has_kept_styles:
            self.screen.draw_ahead()
        self.call_later(self.draw)

    def action_go(self, mode: str) -> None:
        self.go(mode)

    def has_in_front(self, mode: str) -> bool:
        """Whether this screen is in front, with no dialog over it."""
        return self.current_mode == mode and len(self.screen_stack) == 1

    @property
    def digits_screen(self) -> "DigitsScreen":
        return cast("DigitsScreen", self.get_screen("digits"))

    @property
    def inside_screen(self) -> "InsideScreen":
        return cast("InsideScreen", self.get_screen("inside"))

    @property
    def runs_screen(self) -> "RunsScreen":
        return cast("RunsScreen", self.get_screen("runs"))

    @property
    def setup_screen(self) -> "SetupScreen":
        return cast("SetupScreen", self.get_screen("setup"))

    @property
    def tune_screen(self) -> "TuneScreen":
        return cast("TuneScreen", self.get_screen("tune"))

    @property
    def config(self) -> RunConfig:
        """The configuration of the next run."""
        return self.state.next_config

    @config.setter
    def config(self, config: RunConfig) -> None:
        self.set_state(replace(self.state, next_config=config))

    @property
    def fork(self) -> str:
        """The checkpoint that the run of the form is to begin with."""
        return self.state.next_fork

    @fork.setter
    def fork(self, checkpoint: str) -> None:
        self.set_state(replace(self.state, next_fork=checkpoint))

    def fill_form(self, config: RunConfig) -> None:
        """Have the form, and the next run, be so."""
        self.config = config
        self.setup_screen.fill(config)

    def show_filled_form(self) -> None:
        """Show the form that was filled in, and say what is to do with it."""
        self.go("setup")
        self.notify("The form is filled in. Press F5 to train.", markup=False)

    async def ask_about_state(self, make: "Callable[[State], Question | None]") -> str | None:
        """Ask a question that follows what happens: `make` gives it anew, or None once there is nothing to ask.

        Return the answer, OVER when there was nothing to ask any more.
        """
        question = make(self.state)
        if question is None:
            return OVER
        question.follow = make
        return await self.push_screen_wait(question)

    def key_label(self, action: str, label: str) -> str:
        """Return what a key is called now."""
        return label
