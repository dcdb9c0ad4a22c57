"""Help: every key, from the table of actions; what is typed after / narrows it down, and Enter opens the guide."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from engine.vocabulary.messages.base import DIGITS
from tui.preferences.keys import key_label
from tui.preferences.values import DEFAULTS, KeyMap
from tui.screens.dialogs import Dialog
from tui.state.actions.lookup import SCOPES
from tui.state.actions.table import ACTIONS
from tui.state.class_words import worded
from tui.terminal.sanitize import sanitize
from tui.widgets.list_keys import Pane

MORE = {
    "app": (
        ("tab", "Go to the next pane or field."),
        ("ctrl+q", "Leave; q does the same."),
    ),
    "confusion": (("enter", "Show the test digits of the pair; so does a double click."),),
}

PROMISE = (
    "Runs train in a separate process, the engine. It goes on when this screen closes, the connection drops or the"
    " terminal dies. Start `mnist-tui` for the same folder of runs to come back."
)


class HelpScreen(Dialog[str | None]):
    """A page that scrolls. Escape leaves the search, then the page; ? closes it.

    Answers with the page of the guide that is to be read.
    """

    BINDINGS = [  # noqa: RUF012
        ("slash", "search", "search"),
        ("enter", "guide", "guide"),
        ("question_mark,q", "dismiss", "close"),
        ("escape", "back", "close"),
    ]

    DEFAULT_CSS = """
    HelpScreen {
        #help {
            width: 84; max-width: 100%; height: auto; max-height: 100%;
            border: round $primary; border-title-color: $text-primary; border-subtitle-color: $text-muted;
            background: $surface;
        }
        &.-ascii #help { border: ascii $primary; }
        Pane { height: auto; max-height: 100%; padding: 0 2; scrollbar-gutter: stable; }
        Static { height: auto; }
        Input { display: none; margin: 0 2; }
        &.searching Input { display: block; }
        &.searching { align: center top; }
        &.searching Pane { max-height: 85vh; }
    }
    """

    def __init__(self, here: str = "", classes: Sequence[str] = DIGITS) -> None:
        super().__init__()
        self._here = here
        self._class_names = classes

    def compose(self) -> ComposeResult:
        with Vertical(id="help") as page:
            page.border_title = "keys"
            page.border_subtitle = (
                "[@click=screen.guide]enter reads the guide[/], [@click=screen.search]/ searches[/],"
                " [@click=screen.back]escape closes[/]"
            )
            yield Input(placeholder="what a key does, or the key", compact=True)
            with Pane():
                yield Static(help_table(self._here, self._keys, classes=self._class_names), markup=False)

    def on_mount(self) -> None:
        self.set_class(self.app.has_class("-ascii"), "-ascii")
        self.query_one(Pane).focus()

    @property
    def _keys(self) -> KeyMap:
        return getattr(self.app, "preferences", DEFAULTS).keys

    def action_guide(self) -> None:
        from tui.documents.pages import INDEX, SCREEN_PAGES

        self.dismiss(SCREEN_PAGES.get(self._here, INDEX))

    def action_search(self) -> None:
        self.add_class("searching")
        self.set_focus(self.query_one(Input))  # at once, for what is typed next

    def action_back(self) -> None:
        if self.has_class("searching"):
            self.query_one(Input).value = ""
            self.remove_class("searching")
            self.query_one(Pane).focus()
        else:
            self.dismiss(None)

    @on(Input.Changed)
    def narrow(self, event: Input.Changed) -> None:
        self.query_one(Static).update(help_table(self._here, self._keys, event.value, self._class_names))
        self.query_one(Pane).scroll_home(animate=False)

    @on(Input.Submitted)
    def read(self) -> None:
        self.query_one(Pane).focus()


def help_table(
    here: str = "", keys: KeyMap = DEFAULTS.keys, sought: str = "", classes: Sequence[str] = DIGITS
) -> Group:
    """Return keys and what they do, in two columns, for data of these classes; those of the screen `here` first.

    Of what is `sought`, each word has to be in the key, its label, its help or the name of its screen.
    """
    words = sought.lower().split()
    groups = []
    for scope, name in sorted(SCOPES.items(), key=lambda each: each[0] != here):
        title = worded(name, classes)
        rows = [(key_label(each, keys), each.label, each.help) for each in ACTIONS if each.scope == scope]
        rows += [(key, "", help) for key, help in MORE.get(scope, ())]
        rows = [(key, label, worded(help, classes)) for key, label, help in rows]
        found = [row for row in rows if all(word in f"{' '.join(row)} {title}".lower() for word in words)]
        if found:
            groups.append((title, found))
    wide = max((cell_len(key) for _, rows in groups for key, _, _ in rows), default=0)
    parts: list[RenderableType] = []
    for title, rows in groups:
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True, width=wide)
        table.add_column(ratio=1)
        for key, _, help in rows:
            table.add_row(Text(key, "bold"), Text(help))
        parts += [Text(""), Text(title, "bold underline"), table]
    if not groups:
        parts += [Text(""), Text(f"No key does “{sanitize(sought, 60)}”. Escape shows all.")]
    if not words:
        parts += [Text(""), Text(PROMISE)]
    return Group(*parts)
