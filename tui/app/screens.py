"""An app that shows one state: which screen is in front, when it is drawn, and questions that follow the state."""

from collections.abc import Callable
from dataclasses import replace

from engine.vocabulary.config import RunConfig
from tui.app.terminal import TerminalApp
from tui.screens.base import StateScreen
from tui.screens.dialogs import OVER, Dialog, Question
from tui.screens.setup import SetupScreen
from tui.state.store import State

AT_ONCE = 0.03  # seconds within which events that answer a key are drawn together


class ScreensApp(TerminalApp):
    """Draws its state on the screen in front, and on the dialogs over it."""

    def __init__(self, state: State, *, ascii: bool | None, notify: bool) -> None:
        super().__init__(ascii=ascii, notify=notify)
        self.state = state

    def set_state(self, state: State, *, soon: bool = True) -> None:
        """Take a state and see to it that it is drawn, at most once a frame."""
        self.state = state
        self.draw_soon(AT_ONCE if soon else self.frame_time)

    def draw(self) -> None:
        """Draw the state on the screen in front, and on the dialogs over it."""
        super().draw()
        for screen in reversed(self.screen_stack):
            if isinstance(screen, Dialog) and screen.is_mounted:
                screen.show(self.state)
            if isinstance(screen, StateScreen):
                if screen.is_mounted:
                    with self.batch_update():
                        screen.show(self.state)
                return

    def go(self, mode: str) -> None:
        """Bring a screen to the front, at once as it was when it was left, and then draw the present state."""
        if mode == "setup":
            self.get_screen("setup").set_focus(None)  # digits go to screens until somebody enters a field
        self.switch_mode(mode)
        if isinstance(self.screen, StateScreen) and self.screen.has_kept_styles:
            self.screen.refresh()
            self.screen._on_timer_update()  # its turn to draw: Textual gives it only when all messages are dealt with
        self.call_later(self.draw)

    def action_go(self, mode: str) -> None:
        self.go(mode)

    @property
    def config(self) -> RunConfig:
        """The configuration of the next run."""
        return self.state.next_config

    @config.setter
    def config(self, config: RunConfig) -> None:
        self.set_state(replace(self.state, next_config=config))

    def fill_form(self, config: RunConfig) -> None:
        """Have the form, and the next run, be so."""
        self.config = config
        self.get_screen("setup", SetupScreen).fill(config)

    def show_filled_form(self) -> None:
        """Show the form that was filled in, and say what is to do with it."""
        self.go("setup")
        self.notify("The form is filled in. Press F5 to train.", markup=False)

    async def ask_about_state(self, make: Callable[[State], Question | None]) -> str | None:
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
