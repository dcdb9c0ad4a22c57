"""One study: its trials, the selected one in full, charts, and all trials side by side."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import DataTable, Static

from engine.vocabulary.fields import counted
from engine.vocabulary.messages import TrialSummary
from tui.state.study import StudyView
from tui.state.words.figures import percent
from tui.terminal.sanitize import sanitize
from tui.widgets.leaderboard import Leaderboard
from tui.widgets.parallel_coordinates import ParallelCoordinates
from tui.widgets.study_chart import CourseChart, FieldChart, StudyChart
from tui.widgets.trial_detail import TrialDetail


class StudyResults(Vertical):
    """Where room lacks, the detail and two of the three charts are left out."""

    DEFAULT_CSS = """
    StudyResults {
        height: 1fr;
        #headline { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
        #results { height: 1fr; }
        #trials-side { width: auto; max-width: 70%; height: 1fr; scrollbar-size: 1 1; }
        #trials-side Leaderboard { height: auto; max-height: 1fr; }
        #charts { width: 1fr; height: 1fr; }
        StudyChart { width: 1fr; height: 1fr; }
        FieldChart { width: 1fr; display: none; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._study: StudyView | None = None

    def compose(self) -> ComposeResult:
        yield Static("", markup=False, id="headline")
        with Horizontal(id="results"):
            with VerticalScroll(id="trials-side", can_focus=False):
                yield Leaderboard()
                yield TrialDetail()
            with Vertical(id="charts"):
                yield StudyChart()
                yield CourseChart()
            yield FieldChart()
        yield ParallelCoordinates()

    @property
    def chosen(self) -> TrialSummary | None:
        """The trial under the cursor."""
        return self.query_one(Leaderboard).chosen

    @property
    def has_trials(self) -> bool:
        return self.query_one(Leaderboard).row_count > 0

    def show(self, study: StudyView, *, anew: bool) -> None:
        """Draw a study, which is `anew` another one than before."""
        self._study = study
        self.query_one("#headline", Static).update(headline(study))
        self.query_one(Leaderboard).show(study, anew=anew)
        self.query_one(ParallelCoordinates).study = study
        self.query_one(ParallelCoordinates).refresh(layout=anew)
        self.show_trial()

    @on(DataTable.RowHighlighted)
    def show_trial(self) -> None:
        """Draw what depends on the trial under the cursor."""
        if self._study is None:
            return
        chosen = self.chosen
        for chart in self.query(StudyChart):
            chart.show_study(self._study, chosen)
        self.query_one(TrialDetail).show(self._study, chosen)
        self.query_one(ParallelCoordinates).chosen = chosen.number if chosen is not None else -1

    def show_other_field(self) -> None:
        """Draw the accuracies by the values of the next field."""
        self.query_one(FieldChart).field += 1
        self.show_trial()


def headline(study: StudyView) -> str:
    """Return the study in one line."""
    word = "tuning" if study.state == "running" else study.state
    length = counted(study.base.epochs, "epoch")
    parts = [f"{sanitize(study.study, 40)} {word}, {study.done}/{study.target} trials of {length}"]
    if study.best is not None:
        parts.append(f"best {percent(study.best.accuracy or 0)} (#{study.best.number})")
    base = study.base_trial
    if base is not None and base.accuracy is not None:
        parts.append(f"base {percent(base.accuracy)}")
    return ", ".join(parts)
