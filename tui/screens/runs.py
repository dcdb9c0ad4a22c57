"""The runs screen: every run of this folder; open one, or resume it."""

from dataclasses import dataclass

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.events import ScreenResume
from textual.message import Message
from textual.widgets import DataTable, Static

from engine.vocabulary.config import Value
from engine.vocabulary.messages import RunSummary
from tui.screens.base import StateScreen
from tui.state.actions import bindings
from tui.state.store import State
from tui.state.words.runs import RUN_COLUMNS, run_notes, run_row
from tui.terminal.sanitize import sanitize


class RunTable(DataTable[Text]):
    """The list: the name of a run stays where it is, left and right bring the columns that do not fit."""

    def action_cursor_left(self) -> None:
        self.scroll_columns(-1)

    def action_cursor_right(self) -> None:
        self.scroll_columns(1)

    def scroll_columns(self, direction: int) -> None:
        self.scroll_relative(x=direction * self.size.width // 3, animate=False)


class RunsScreen(StateScreen):
    """A table, newest run first."""

    BINDINGS = bindings("runs")

    DEFAULT_CSS = """
    RunsScreen {
        DataTable { height: 1fr; background: $background; background-tint: $background 0%;
                    scrollbar-size-horizontal: 0; }
        DataTable:focus { background-tint: $background 0%; }
        #empty { height: 1fr; content-align: center middle; color: $text-muted; }
        #about { height: auto; max-height: 3; padding: 0 1; color: $text-muted; }
        #problem { height: auto; max-height: 3; padding: 0 1; color: $text-error; }
    }
    """

    @dataclass
    class Opened(Message):
        run: str

    @dataclass
    class Resumed(Message):
        """Continue a run, with these changes of its hyperparameters."""

        summary: RunSummary
        changes: dict[str, Value]

    class Refreshed(Message):
        """Ask for the list again."""

    def __init__(self) -> None:
        super().__init__()
        self._runs: tuple[RunSummary, ...] = ()
        self._free = False  # nothing trains, so that a run can be resumed

    def compose_body(self) -> ComposeResult:
        yield RunTable(cursor_type="row", zebra_stripes=False, fixed_columns=1)
        yield Static("No runs yet. Press t to train.", markup=False, id="empty")
        yield Static("", markup=False, id="about")
        yield Static("", markup=False, id="problem")

    def on_mount(self) -> None:
        self.query_one(DataTable).add_columns(*RUN_COLUMNS)

    def on_screen_resume(self, event: ScreenResume) -> None:
        self.post_message(self.Refreshed())

    def show_body(self, state: State) -> None:
        free = state.link == "live" and not state.training and not state.tuning
        if free != self._free:
            self._free = free
            self.refresh_bindings()
        table = self.query_one(DataTable)
        table.display = bool(state.runs)
        self.query_one("#empty").display = not state.runs
        if state.runs == self._runs:
            return
        chosen, row = self.current, table.cursor_row
        self._runs = state.runs
        table.clear()
        for run in state.runs:
            table.add_row(*(Text(cell) for cell in run_row(run)))
        names = [run.run for run in state.runs]
        following = chosen is not None and chosen.run in names and row > 0  # at the top it stays with the newest
        table.move_cursor(row=names.index(chosen.run) if following and chosen else min(row, len(names) - 1))

    @property
    def current(self) -> RunSummary | None:
        row = self.query_one(DataTable).cursor_row
        return self._runs[row] if 0 <= row < len(self._runs) else None

    @on(DataTable.RowHighlighted)
    def explain(self) -> None:
        self.query_one("#about", Static).update(sanitize(" ".join(run_notes(self.current))) if self.current else "")
        ended = self.current is not None and self.current.state == "finished"  # its reason is why it ended early
        self.query_one("#problem", Static).update(sanitize(self.current.problem) if self.current and not ended else "")
        self.refresh_bindings()

    @on(DataTable.RowSelected)
    def open_selected(self) -> None:
        self.action_open()

    def action_open(self) -> None:
        if self.current is not None:
            self.post_message(self.Opened(self.current.run))

    def action_resume(self) -> None:
        if self.current is not None:
            self.post_message(self.Resumed(self.current, {}))

    def action_resume_lower(self) -> None:
        if self.current is not None:
            self.post_message(self.Resumed(self.current, {"lr": self.current.lr / 10}))

    def action_columns(self, direction: int) -> None:
        self.query_one(RunTable).scroll_columns(direction)

    def action_refresh(self) -> None:
        self.post_message(self.Refreshed())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("resume", "resume_lower"):
            run = self.current if self.is_mounted else None
            works = self._free and run is not None and run.resumable and (action == "resume" or run.state == "failed")
            return True if works else None if action == "resume" else False
        if action == "columns":
            return bool(self.is_mounted and self.query_one(RunTable).max_scroll_x)
        return True
