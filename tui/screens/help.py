"""Help: every key, from the table of actions."""

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from tui.screens.dialogs import Page
from tui.state.actions import ACTIONS

TITLES = {
    "app": "Everywhere",
    "train": "Train screen",
    "digits": "Digits screen",
    "confusion": "Confusion screen",
    "runs": "Runs screen",
    "queue": "Queue (at the top of Runs)",
    "setup": "Setup screen",
    "tune": "Tune screen",
    "network": "Networks (f8 on Setup)",
}
MORE = {
    "app": (
        ("tab", "Go to the next pane or field."),
        ("ctrl+p", "Search all commands by name."),
        ("ctrl+q", "Leave; q does the same."),
    ),
    "confusion": (("arrows", "Select a pair of digits."), ("enter", "Show these test digits.")),
}

PROMISE = (
    "Runs train in a separate process, the engine. It goes on when this screen closes, the connection drops or the"
    " terminal dies. Start `mnist-tui` for the same folder of runs to come back."
)


class HelpScreen(Page[None]):
    """A page that scrolls; escape or ? closes it."""

    BINDINGS = [("escape,question_mark,q", "dismiss", "close")]  # noqa: RUF012

    def __init__(self, here: str = "") -> None:
        super().__init__()
        self._here = here

    def compose(self) -> ComposeResult:
        with VerticalScroll() as page:
            page.border_title = "keys"
            page.border_subtitle = "escape closes"
            yield Static(help_table(self._here), markup=False)


def help_table(here: str = "") -> Table:
    """Return keys and what they do, in two columns; those of the screen `here` first."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    for scope, title in sorted(TITLES.items(), key=lambda each: each[0] != here):
        table.add_row("")
        table.add_row(Text(title, "bold underline"))
        rows = [(action.key_display or action.key, action.help) for action in ACTIONS if action.scope == scope]
        for key, words in [*rows, *MORE.get(scope, ())]:
            table.add_row(Text(key, "bold"), Text(words))
    table.add_row("")
    table.add_row("", Text(PROMISE))
    return table
