"""The command palette: every command by a short name, in groups; those of other screens go there first."""

from collections.abc import Iterable

from textual.app import SystemCommand
from textual.command import DiscoveryHit, Hits
from textual.dom import DOMNode
from textual.screen import Screen
from textual.system_commands import SystemCommandsProvider

from tui.app.screens import ScreensApp
from tui.preferences.keys import key_label
from tui.state.actions.action import Action
from tui.state.actions.lookup import NAVIGATION, SCOPES
from tui.state.actions.table import ACTIONS
from tui.state.class_words import worded
from tui.state.state import classes_of

MODES = {mode for _, mode, _ in NAVIGATION}


class Commands(SystemCommandsProvider):
    """Textual's own, but in the order in which the app lists its commands."""

    async def discover(self) -> Hits:
        for name, help, callback, _ in self.app.get_system_commands(self.screen):
            yield DiscoveryHit(name, callback, help=help)


class PaletteCommands(ScreensApp):
    """Names such as `Train: log axis`, `Runs: resume`, `Go to: Digits`."""

    COMMANDS = {Commands}  # noqa: RUF012

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Return what the screen in front can do, then what works everywhere, then what other screens can do."""
        ours = [action for action in ACTIONS if action.scope == "app" or mode_of(action) in MODES]
        for action in sorted(ours, key=lambda action: (mode_of(action) != self.current_mode, action.scope != "app")):
            yield SystemCommand(
                worded(command_name(action, self.key_label(action.name, action.label)), classes_of(self.state)),
                f"{worded(action.help, classes_of(self.state))} ({key_label(action, self.preferences.keys)})",
                lambda action=action: self.call_later(self.run_command, action),
            )
        guide = "Read how the program is used, page by page, or search it. (?, then Enter)"
        yield SystemCommand(f"{SCOPES['app']}: guide", guide, lambda: self.read_guide("index"))
        for each in super().get_system_commands(screen):
            if each.title not in ("Quit", "Keys"):
                yield SystemCommand(f"{SCOPES['app']}: {each.title.lower()}", each.help, each.callback)

    def read_guide(self, topic: str | None) -> None:
        """Open the guide at a page; without one, do nothing."""
        if topic is not None:
            from tui.screens.guide import GuideScreen

            self.push_screen(GuideScreen(topic))

    async def run_command(self, action: Action) -> None:
        """Do what a command says, on its screen; say so where it cannot be done now."""
        mode = mode_of(action)
        if mode in MODES and self.current_mode != mode:
            self.go(mode)
            self.call_after_refresh(self.run_on_screen, action)
        else:
            await self.run_on_screen(action)

    async def run_on_screen(self, action: Action) -> None:
        if not await self.run_action(action.name, self.owner_of(action)):
            self.notify(f"{command_name(action)}: not possible now.", severity="warning", markup=False)

    def owner_of(self, action: Action) -> DOMNode:
        """Return what has the action: the app, the screen in front, or its queue."""
        if action.scope == "app":
            return self
        return self.screen.query_one("QueueList") if action.scope == "queue" else self.screen


def mode_of(action: Action) -> str:
    """Return the screen where an action is."""
    return "runs" if action.scope == "queue" else action.scope


def command_name(action: Action, label: str = "") -> str:
    """Return the name of an action in the palette."""
    group = (
        "Go to" if action.name.startswith("go(") else SCOPES[action.scope].partition(" (")[0].removesuffix(" screen")
    )
    return f"{group}: {label or action.label}"
