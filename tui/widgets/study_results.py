"""One study: its trials, the selected one in full, charts, and all trials side by side."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.events import Resize
from textual.widgets import DataTable, Static

from engine.vocabulary.fields import counted
from engine.vocabulary.messages import TrialSummary
from engine.vocabulary.search_space import Range
from tui.state.study import StudyView
from tui.state.words.figures import percent
from tui.terminal.sanitize import sanitize
from tui.widgets.chart import Chart
from tui.widgets.leaderboard import Leaderboard
from tui.widgets.parallel_coordinates import ParallelCoordinates
from tui.widgets.study_base import StudyBase, how_it_goes
from tui.widgets.study_chart import CourseChart, FieldChart, StudyChart
from tui.widgets.trial_detail import TrialDetail

ROOM_FOR_CHART = 70  # columns beside the trials


class StudyResults(Vertical):
    """Trials and charts; before the first trial has ended, what the study is instead of charts without a line.

    Where room lacks, `turn` shows in place of the trials the selected one in full, and the charts that were left out.
    """

    SCOPED_CSS = False  # it goes by the size of its screen
    DEFAULT_CSS = """
    .-widest FieldChart { display: block; }
    .-narrow TrialDetail, .-short TrialDetail, .-narrow CourseChart, .-short CourseChart { display: none; }
    .-narrow #trials-side Leaderboard { height: 1fr; }
    .-tall.-wide #trials-side Leaderboard, .-tall.-widest #trials-side Leaderboard { max-height: 55%; }
    .-very-tall.-wide #trials-side Leaderboard, .-very-tall.-widest #trials-side Leaderboard { max-height: 55%; }
    StudyResults {
        height: 1fr;
        #headline { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
        #results { height: 1fr; }
        #trials-side { width: auto; max-width: 70%; height: 1fr; scrollbar-size: 1 1; }
        #trials-side Leaderboard { height: auto; max-height: 1fr; }
        #charts { width: 1fr; height: 1fr; padding: 0 0 0 1; }
        StudyChart { width: 1fr; height: 1fr; }
        FieldChart { width: 1fr; display: none; }
        StudyBase { display: none; }
        &.-new StudyBase { display: block; }
        &.-new #charts, &.-new FieldChart { display: none; }
        #course { display: none; width: 41; height: auto; padding: 1 1 0 1; color: $text-muted; }
        &.-new #course { display: block; }
        &.-new #trials-side Leaderboard { height: auto; }
        &.-field #charts { display: none; }
        &.-field FieldChart { display: block; }
        &.-turned #trials-side { width: 44; }
        &.-turned #trials-side Leaderboard { height: 3; overflow-x: hidden; }
        &.-turned #trials-side TrialDetail { display: block; padding: 0 1; }
        &.-turned #charts StudyChart { display: none; }
        &.-turned #charts CourseChart { display: block; }
        &.-turned ParallelCoordinates { display: none; }
        &.-tight #charts, &.-tight FieldChart, &.-tight StudyBase { display: none; }
        &.-tight #trials-side { width: 1fr; max-width: 100%; }
        &.-tight #trials-side Leaderboard { width: 1fr; }
        &.-tight.-field #results { layout: vertical; }
        &.-tight.-field #trials-side { height: 3; }
        &.-tight.-field FieldChart { display: block; }
        &.one-chart #trials-side, &.one-chart ParallelCoordinates, &.one-chart StudyChart { display: none; }
        &.one-chart #charts.without { display: none; }
        &.one-chart StudyChart.alone { display: block; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._study: StudyView | None = None
        self._turned = False

    def compose(self) -> ComposeResult:
        yield Static("", markup=False, id="headline")
        with Horizontal(id="results"):
            with VerticalScroll(id="trials-side", can_focus=False):
                yield Leaderboard()
                yield TrialDetail()
                yield Static("", markup=False, id="course")
            with Vertical(id="charts"):
                yield StudyChart()
                yield CourseChart()
            yield FieldChart()
            yield StudyBase()
        yield ParallelCoordinates()

    def on_resize(self, event: Resize) -> None:
        self.set_class(event.size.width < ROOM_FOR_CHART, "-tight")
        self._lay_out()

    def _lay_out(self) -> None:
        """Where all panes have room there is nothing to turn to."""
        small = self.screen.has_class("-narrow") or self.screen.has_class("-short")
        self.set_class(self._turned and small, "-turned")

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
        self.set_class(study.done == 0, "-new")
        if study.done == 0:
            self.query_one("#course", Static).update(how_it_goes(study))
            self.query_one(StudyBase).show(study)
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

    @on(Chart.Opened)
    def maximise(self, event: Chart.Opened) -> None:
        """Show this chart alone, or all again."""
        alone = not event.chart.has_class("alone")
        for chart in self.query(StudyChart):
            chart.set_class(alone and chart is event.chart, "alone")
        self.query_one("#charts").set_class(event.chart.parent is not self.query_one("#charts"), "without")
        self.set_class(alone, "one-chart")

    def show_other_field(self) -> None:
        """Draw the accuracies by the values of the next field, or first of the one that matters most."""
        chart = self.query_one(FieldChart)
        if not chart.display:
            self.add_class("-field")
            return
        chart.field += 1
        if not self.screen.has_class("-widest") and self._study is not None:
            ranges = sum(isinstance(each, Range) for each in self._study.space)
            self.set_class(chart.field % max(1, ranges) != 0, "-field")
        self.show_trial()

    def turn(self) -> None:
        """Show the selected trial in full and the other charts, or the trials again."""
        self._turned = not self._turned
        self._lay_out()


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
