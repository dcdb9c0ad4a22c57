"""What can be done where no study is looked at: old studies, and the fields that a new one can search."""

import time
from collections.abc import Sequence

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from engine.vocabulary.config import FIELDS
from engine.vocabulary.messages import StudySummary
from engine.vocabulary.search_space import FIXED
from tui.state.words.trials import example_range, study_row
from tui.terminal.sanitize import sanitize
from tui.widgets.key_table import KeyTable

WELCOME = (
    "Many short runs, one after another or several at once. Optuna proposes values; the trial with the best accuracy on"
    " held-out training images wins. The first trial is the base: the values on the Setup screen. F5 starts the search;"
    " f edits the ranges, as name=low..high, name=log:low..high or name=a,b,c. Enter on a field below adds it, or takes"
    " it out."
)
BRIEF = (
    "Many short runs: the best on held-out images wins. F5 starts, f edits the ranges. Enter on a field adds it, or"
    " takes it out."
)
COLUMNS = ("study", "best", "base", "trials", "age", "searches, or what is wrong")


class StudyTable(KeyTable):
    """The studies of this folder, the one that changed last first. The cursor stays with its study."""

    DEFAULT_CSS = """
    StudyTable { height: auto; max-height: 45%; margin: 0 0 1 0; padding: 0 1; scrollbar-size: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__(id="studies")
        self._studies: tuple[StudySummary, ...] = ()

    def on_mount(self) -> None:
        self.add_columns(*COLUMNS)

    @property
    def chosen(self) -> StudySummary | None:
        """The study under the cursor."""
        return self._studies[self.cursor_row] if 0 <= self.cursor_row < len(self._studies) else None

    def show(self, studies: Sequence[StudySummary], live: str, now: float) -> None:
        """Draw a list of studies; the one in progress says so."""
        chosen = self.chosen
        self._studies = tuple(studies)
        self.clear()
        for study in studies:
            self.add_row(*map(Text, study_row(study, live, now)))
        names = [study.study for study in studies]
        if chosen is not None and chosen.study in names:
            self.move_cursor(row=names.index(chosen.study))


class FieldTable(KeyTable):
    """The fields that a study can search, with their defaults and bounds; Enter adds one to the ranges."""

    DEFAULT_CSS = """
    FieldTable { height: 1fr; padding: 0 1; scrollbar-size: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__(id="fields")
        self._names = [name for name in FIELDS if name not in FIXED]

    def on_mount(self) -> None:
        self.add_columns("field", "default", "a range to try", "what it is")
        for name in self._names:
            field = FIELDS[name]
            about = f"{field.label}: {field.help}"
            cells = name, str(field.default), example_range(name), sanitize(about, 300)
            self.add_row(*map(Text, cells))

    @property
    def chosen(self) -> str:
        """What is written to search the field under the cursor, as it is suggested here."""
        return example_range(self._names[self.cursor_row])


class StudyHome(Vertical):
    """How a search works, the studies that there are, and the fields to search."""

    SCOPED_CSS = False  # it goes by the height of its screen
    DEFAULT_CSS = """
    StudyHome { height: 1fr; }
    StudyHome #brief { display: none; height: auto; padding: 0 1; color: $text-muted; }
    .-short StudyHome #brief { display: block; }
    .-short StudyHome.-listed #brief { display: none; }
    .-short StudyHome #welcome { display: none; }
    .-short StudyHome StudyTable { margin: 0; }
    StudyHome #welcome { height: auto; padding: 0 1 1 1; color: $text-muted; }
    """

    def compose(self) -> ComposeResult:
        yield Static(WELCOME, markup=False, id="welcome")
        yield Static(BRIEF, markup=False, id="brief")
        yield StudyTable()
        yield FieldTable()

    def on_mount(self) -> None:
        self.show((), "")

    def show(self, studies: Sequence[StudySummary], live: str) -> None:
        table = self.query_one(StudyTable)
        table.show(studies, live, time.time())
        table.display = bool(studies)
        self.set_class(bool(studies), "-listed")
