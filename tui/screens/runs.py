"""The runs screen: every run of this folder, what is known of each, and what differs between some."""

from textual import on, work
from textual.app import ComposeResult
from textual.css.query import NoMatches
from textual.events import ScreenResume
from textual.reactive import reactive
from textual.timer import Timer
from textual.widgets import Static

from tui.screens.run_questions import SortChoice
from tui.screens.run_wishes import RunWishes
from tui.state.actions.lookup import bindings
from tui.state.run_filter import SORTS, sorted_runs
from tui.state.run_filter.live import with_live
from tui.state.state import State
from tui.state.words.runs import run_notes, short_run_name
from tui.terminal.sanitize import sanitize
from tui.widgets.charts.keyed import KeyedPane
from tui.widgets.filter_help import FilterHelp
from tui.widgets.queue_list import QueueList
from tui.widgets.run_comparison import RunComparison
from tui.widgets.run_filter_line import RunFilterLine
from tui.widgets.run_list import RunList
from tui.widgets.run_panes import CurvesSide, RunPanes
from tui.widgets.runs_welcome import RunsWelcome

RESTING = 0.2  # seconds that the cursor stays on a run before its history is asked for
OF_A_RUN = {
    *("mark", "open", "clone", "rename", "note", "star", "delete", "resume", "resume_lower", "export", "report"),
}
NAMED = {"delete", "resume", "resume_lower"}  # what they act on is in the line of keys too


class RunsScreen(RunWishes):
    """The list; beside or under it the run under the cursor, and the curves of those that are marked."""

    BINDINGS = bindings("runs")
    AUTO_FOCUS = "RunList"

    DEFAULT_CSS = """
    RunsScreen {
        #about { height: auto; max-height: 3; padding: 0 1; color: $text-muted; }
        #problem { height: auto; max-height: 3; padding: 0 1; color: $text-error; }
        RunsWelcome { display: none; }
        &.empty RunsWelcome { display: block; }
        FilterHelp { display: none; }
        &.nothing-found FilterHelp { display: block; }
        &.empty RunPanes, &.nothing-found RunPanes { display: none; }
    }
    """

    sort: reactive[str] = reactive("age", init=False)
    """One of SORTS."""

    descending: reactive[bool] = reactive(False, init=False)
    """The highest values first."""

    def __init__(self) -> None:
        super().__init__()
        self._state = State()
        self._free = False  # nothing trains, so that a run can be resumed
        self._drawn: object = None
        self._resting: Timer | None = None
        self._written: dict[str, str] = {}  # the lines below the list
        self.deleted = ""  # the run that was deleted last

    def compose_body(self) -> ComposeResult:
        yield QueueList()
        yield RunFilterLine()
        yield RunPanes()
        yield RunsWelcome()
        yield FilterHelp()
        yield Static("", markup=False, id="about")
        yield Static("", markup=False, id="problem")

    def on_mount(self) -> None:
        if sort := self.preferences.sort:
            self.set_reactive(RunsScreen.sort, sort.removeprefix("-"))
            self.set_reactive(RunsScreen.descending, sort.startswith("-"))
        for name in ("sort", "descending"):
            self.watch(self, name, self._keep_order, init=False)
        self.query_one(CurvesSide).take(self.preferences.curves_share)

    def _keep_order(self) -> None:
        self.prefer(sort=("-" if self.descending else "") + self.sort)

    @on(CurvesSide.Resized)
    def keep_share(self, event: CurvesSide.Resized) -> None:
        self.prefer(curves_share=round(event.share, 3))

    def on_screen_resume(self, event: ScreenResume) -> None:
        self.post_message(self.Refreshed())

    # ------------------------------------------------------------------ drawing

    def show_body(self, state: State) -> None:
        self.query_one(QueueList).show(state)
        self._state = state
        free = state.link == "live" and not state.busy
        if free != self._free:
            self._free = free
            self.refresh_bindings()
        self.set_class(not state.runs, "empty")
        self.query_one(RunsWelcome).show(state)
        self._draw()

    def _draw(self) -> None:
        """Show the runs that match, in their order; the same costs nothing."""
        state, line = self._state, self.query_one(RunFilterLine)
        live = [view for view in (state.run, *state.histories.at_once) if view is not None and view.live]
        now = [(view.run, view.state, view.epoch, view.config) for view in live]
        drawn = (state.runs, now, line.filter, state.marks)
        if (*drawn, self.sort, self.descending) != self._drawn:
            self._drawn = (*drawn, self.sort, self.descending)
            runs = [run for run in with_live(state.runs, *live) if line.filter.matches(run)]
            runs = sorted_runs(runs, self.sort, self.descending)
            self.set_class(bool(state.runs) and not runs, "nothing-found")
            if not runs:
                self.query_one(FilterHelp).runs = tuple(state.runs)
            self.run_list.show(runs, state.marks, self.sort, self.descending)
            line.count(len(runs), len(state.runs), f"by {self.sort} {'▼' if self.descending else '▲'}")
        self._inspect()

    @on(RunComparison.Told)
    def _inspect(self) -> None:
        """Show what is known of the run under the cursor, and of those that are marked."""
        state, run = self._state, self.current
        panes = self.query_one(RunPanes)
        panes.set_class(bool(state.marks), "marked")
        summaries = {each.run: each for each in with_live(state.runs, state.run, *state.histories.at_once)}
        marked = [summaries[mark.run] for mark in state.marks if mark.run in summaries]
        self.query_one(RunComparison).show(state.marks, marked)
        looked = run.run if run is not None and not state.courses else ""
        panes.show(run, state.course_of(looked), state.courses_beside(looked))  # round the comparison
        unread = state.histories.problems.get(run.run, "") if run is not None else ""
        ended = run is not None and run.state == "finished"  # its reason is why it ended early
        self._write("#about", " ".join(run_notes(run)) if run is not None else "")
        self._write("#problem", run.problem if run is not None and not ended and run.problem else unread)

    def _write(self, line: str, text: str) -> None:
        if self._written.get(line) != text:
            self._written[line] = text
            static = self.query_one(line, Static)
            static.display = bool(text)
            static.update(sanitize(text))

    @on(RunList.Highlighted)
    def explain(self) -> None:
        self._inspect()
        self.refresh_bindings()
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(RESTING, self._look)

    def _look(self) -> None:
        self.post_message(self.Looked(self.current.run if self.current is not None else ""))

    # ------------------------------------------------------------------ filter and order

    def action_filter(self) -> None:
        self.query_one(RunFilterLine).edit()

    @on(RunFilterLine.Changed)
    def filter_list(self) -> None:
        self._draw()

    @on(RunFilterLine.Left)
    @on(KeyedPane.Left)
    def focus_list(self) -> None:
        self.run_list.focus()

    def action_back(self) -> None:
        """Go back one level: from what is looked at to the list, to all runs, to no marks."""
        panes, line = self.query_one(RunPanes), self.query_one(RunFilterLine)
        if panes.can_inspect and panes.inspecting:
            self.action_inspect()
        elif line.text:
            line.fill("")
        else:
            self.post_message(self.Marked(""))

    def action_resize(self, steps: int) -> None:
        self.query_one(CurvesSide).grow(steps)

    def action_next_pane(self) -> None:
        self.focus_next()

    def action_inspect(self) -> None:
        panes = self.query_one(RunPanes)
        panes.inspecting = not panes.inspecting
        if not panes.inspecting:
            self.run_list.focus()
        self.refresh_bindings()

    @work
    async def action_sort(self) -> None:
        chosen = await self.app.push_screen_wait(SortChoice(self.sort, self.descending))
        if chosen is not None:
            self.sort_by(chosen)

    def sort_by(self, sort: str) -> None:
        """Sort in the direction that people look for; again, the other way round."""
        self.descending = not self.descending if sort == self.sort else SORTS[sort].descending
        self.sort = sort
        self._draw()

    @on(RunList.HeadClicked)
    def sort_by_column(self, event: RunList.HeadClicked) -> None:
        sort = {"started": "age"}.get(event.column, event.column)
        if sort in SORTS:
            self.sort_by(sort)

    # ------------------------------------------------------------------ keys

    def key_label(self, action: str, label: str) -> str:
        """Return a key's label with the run that it acts on."""
        if action.partition("(")[0] in NAMED and self.is_mounted and self.current is not None:
            return f"{label} {short_run_name(self.current.run)}"
        return label

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        try:
            run, panes = self.current, self.query_one(RunPanes)
        except NoMatches:  # the screen is not there yet
            return True
        if action in OF_A_RUN and self.query_one(QueueList).has_focus_within:
            return False
        if action in ("resume", "resume_lower"):
            works = self._free and run is not None and run.resumable and (action == "resume" or run.state == "failed")
            return True if works else None if action == "resume" else False
        if action in ("rename", "note", "star", "delete"):
            return run is not None and self._state.link == "live"
        if action in ("sort", "filter"):
            return bool(self._state.runs)
        if action in ("mark", "clone", "open", "export", "report"):
            return run is not None
        if action == "restore":
            return bool(self.deleted) and self._state.link == "live"
        if action == "resize":
            return panes.has_class("beside")
        if action == "columns":
            return self.run_list.has_more_columns
        if action == "inspect":
            return panes.can_inspect and run is not None
        if action == "back":
            looked = panes.can_inspect and panes.inspecting
            return looked or bool(self.query_one(RunFilterLine).text) or bool(self._state.marks)
        return True
