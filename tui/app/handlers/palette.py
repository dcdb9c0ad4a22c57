"""The command palette: every command by a short name, in groups; those of other screens go there first."""

from collections.abc import Iterable

from textual.app import SystemCommand
from textual.screen import Screen

from tui.app.screens import ScreensApp
from tui.preferences.keys import key_label
from tui.state.actions.action import Action
from tui.state.actions.lookup import NAVIGATION, SCOPES
from tui.state.actions.table import ACTIONS

MODES = {mode for _, mode, _ in NAVIGATION}


class PaletteCommands(ScreensApp):
    """Names such as `Train: log axis`, `Runs: resume`, `Go to: Digits`."""

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        for each in super().get_system_commands(screen):
            if each.title not in ("Quit", "Keys"):
                yield SystemCommand(f"{SCOPES['app']}: {each.title.lower()}", each.help, each.callback)
        for action in ACTIONS:
            if action.scope == "app" or action.scope in MODES:
                yield SystemCommand(
                    command_name(action, self.key_label(action.name, action.label)),
                    f"{action.help} ({key_label(action, self.preferences.keys)})",
                    lambda action=action: self.call_later(self.run_command, action),
                )

    async def run_command(self, action: Action) -> None:
        """Do what a command says, on its screen; say so where it cannot be done now."""
        if action.scope in MODES and self.current_mode != action.scope:
            self.go(action.scope)
            self.call_after_refresh(self.run_on_screen, action)
        else:
            await self.run_on_screen(action)

    async def run_on_screen(self, action: Action) -> None:
        if not await self.run_action(action.name, self if action.scope == "app" else self.screen):
            self.notify(f"{command_name(action)}: not possible now.", severity="warning", markup=False)


def command_name(action: Action, label: str = "") -> str:
    """Return the name of an action in the palette."""
    group = "Go to" if action.name.startswith("go(") else SCOPES[action.scope].removesuffix(" screen")
    return f"{group}: {label or action.label}"
