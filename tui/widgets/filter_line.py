"""The line above a list: what it is filtered by, how many are shown, and in which order."""

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from tui.state.run_filter import Filter, FilterError
from tui.terminal.sanitize import sanitize


class FilterLine(Widget):
    """Filters while one types. A word that means nothing is said below, and the filter before it stays."""

    EXAMPLE = ""

    DEFAULT_CSS = """
    FilterLine {
        height: auto;
        #filter-line { height: 1; }
        #filter-label { width: auto; padding: 0 1; color: $text-accent; }
        Input { width: 1fr; background: $background; }
        Input:focus { background: $surface; }
        #filter-count { width: auto; padding: 0 1; color: $text-muted; }
        #filter-problem { height: auto; max-height: 2; padding: 0 1; color: $text-error; display: none; }
        &.wrong #filter-problem { display: block; }
    }
    """

    BINDINGS = [  # noqa: RUF012
        ("escape", "clear", "all"),
        ("down", "leave", "to the list"),
    ]

    @dataclass
    class Changed(Message):
        """Another filter holds."""

        filter: Filter

    class Left(Message):
        """The list is to have the keys again."""

    def __init__(self) -> None:
        super().__init__()
        self.filter = Filter()
        self._problem = ""
        self._counted = 0  # characters of what was said last

    def compose(self) -> ComposeResult:
        with Horizontal(id="filter-line"):
            yield Static("/", id="filter-label")
            yield Input(placeholder=f"filters: {self.EXAMPLE}", compact=True, select_on_focus=False)
            yield Static("", markup=False, id="filter-count")
        yield Static("", markup=False, id="filter-problem")

    @property
    def text(self) -> str:
        return self.query_one(Input).value

    def edit(self) -> None:
        self.screen.set_focus(self.query_one(Input))  # at once: what is typed next is text, and no command

    def fill(self, text: str) -> None:
        self.query_one(Input).value = text

    def parse(self, text: str) -> Filter:
        """Return what is asked of the things of the list. Raises FilterError."""
        raise NotImplementedError

    def say(self, text: str) -> None:
        """Say at the end of the line how many are shown."""
        same = len(text) == self._counted  # then nothing has to be laid out anew
        self._counted = len(text)
        self.query_one("#filter-count", Static).update(text, layout=not same)

    @on(Input.Changed)
    def read(self, event: Input.Changed) -> None:
        event.stop()
        problem = ""
        try:
            found = self.parse(event.value)
        except FilterError as error:
            found = self.filter
            problem = "" if error.unfinished else sanitize(str(error))
        self._complain(problem)
        if found != self.filter:
            self.filter = found
            self.post_message(self.Changed(found))

    def _complain(self, problem: str) -> None:
        if problem != self._problem:
            self._problem = problem
            self.set_class(bool(problem), "wrong")
            self.query_one("#filter-problem", Static).update(problem)

    @on(Input.Submitted)
    def submit(self, event: Input.Submitted) -> None:
        event.stop()
        try:
            self.parse(event.value)
        except FilterError as error:  # what is not finished is wrong from now on
            self._complain(sanitize(str(error)))
            return
        self.post_message(self.Left())

    def action_clear(self) -> None:
        self.fill("")
        self.post_message(self.Left())

    def action_leave(self) -> None:
        self.post_message(self.Left())
