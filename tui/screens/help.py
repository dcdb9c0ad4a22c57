"""Help: every key, from the table of actions."""

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.actions import ACTIONS

TITLES = {
    "app": "Everywhere",
    "train": "Train screen",
    "digits": "Digits screen",
    "runs": "Runs screen",
    "setup": "Setup screen",
}
MORE = (
    ("tab", "next pane or field"),
    ("ctrl+p", "all commands by name"),
    ("ctrl+q", "quit"),
)


class HelpScreen(ModalScreen[None]):
    """A page that scrolls; escape or ? closes it."""

    BINDINGS = [("escape,question_mark,q", "dismiss", "close")]  # noqa: RUF012

    DEFAULT_CSS = """
    HelpScreen {
        align: center middle;
        VerticalScroll {
            width: 84;
            max-width: 100%;
            height: auto;
            max-height: 100%;
            padding: 0 2;
            border: round $primary;
            border-title-color: $text-primary;
            border-subtitle-color: $text-muted;
            background: $surface;
        }
        Static { height: auto; }
    }
    """

    def compose(self) -> ComposeResult:
        with VerticalScroll() as page:
            page.border_title = "keys"
            page.border_subtitle = "escape closes"
            yield Static(help_text(), markup=False)


def help_text() -> Text:
    text = Text(end="")
    for scope, title in TITLES.items():
        text.append(f"\n{title}\n", "bold")
        for action in ACTIONS:
            if action.scope == scope:
                text.append(f"  {action.key_display or action.key:<9}", "bold").append(f"{action.help}\n")
        if scope == "app":
            for key, words in MORE:
                text.append(f"  {key:<9}", "bold").append(f"{words}\n")
    text.append("\nThe run is not in this window. ", "bold").append(
        "It trains in an engine process of its own, which goes on when this screen closes, the connection drops or"
        " the terminal dies. `mnist-tui` in the same folder comes back to it, with all its history.\n"
    )
    return text
