"""What all screens share: the bar on top, the keys below, and a `show` that draws a State."""

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Footer

from tui.store import State
from tui.widgets.run_bar import RunBar


class StateScreen(Screen[None]):
    """A screen that draws the state of the app and keeps none of it."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide"), (160, "-very-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall"), (44, "-very-tall")]  # noqa: RUF012

    ascii: bool = False

    def compose(self) -> ComposeResult:
        yield RunBar()
        yield from self.compose_body()
        yield Footer(show_command_palette=False)

    def compose_body(self) -> ComposeResult:
        raise NotImplementedError

    def show(self, state: State) -> None:
        """Draw a state. Called when it changed and this screen is in front."""
        self.query_one(RunBar).show(state)
        self.show_body(state)
        self.refresh_bindings()

    def show_body(self, state: State) -> None:
        raise NotImplementedError
