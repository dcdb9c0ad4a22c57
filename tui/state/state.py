"""What the screen knows at one moment. Screens draw it and nothing else; they never keep a copy of what is in it."""

import msgspec

from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    AugmentationPreviewed,
    DataProgress,
    DataReady,
    Digit,
    EngineReady,
    ModelDescribed,
    QueuedRun,
    RatesTried,
    RunSummary,
    StudySummary,
)
from engine.vocabulary.messages.base import DIGITS
from tui.state.advice import Coach
from tui.state.confusion.answers import Answers
from tui.state.drawing.answers import DrawingAnswers
from tui.state.gallery.answers import GalleryState
from tui.state.inside import Inside
from tui.state.marks import Histories, Mark, parent_marks
from tui.state.run import RunView
from tui.state.study import StudyView
from tui.state.words.networks import is_same_network


class State(msgspec.Struct, frozen=True):
    """All that screens draw. `opened` is a past run that was asked for; `shown` is what charts show."""

    link: str = "connecting"  # connecting, live, foreign (an engine of another version: only to watch) or lost
    link_reason: str = ""
    silence: str = ""  # says that the engine does not answer, and for how long
    stalled: float = 0.0  # seconds without a step where steps should be made
    engine: EngineReady | None = None
    awaited: bool = False  # a run is to begin as soon as the engine is ready
    engine_problem: str = ""
    data: DataReady | None = None
    data_problem: str = ""
    progress: DataProgress | None = None
    run: RunView | None = None
    opened: RunView | None = None
    study: StudyView | None = None
    studies: tuple[StudySummary, ...] = ()  # of this folder, the one that changed last first
    opened_study: StudyView | None = None  # a past one that is looked at
    runs: tuple[RunSummary, ...] = ()
    listed: tuple[RunSummary, ...] = ()  # of a newer list, whose other parts are on their way
    marks: tuple[Mark, ...] = ()  # runs to draw beside each other, by their letters
    histories: Histories = msgspec.field(default_factory=Histories)  # of past runs that are drawn, but not opened
    queue: tuple[QueuedRun, ...] = ()  # runs that wait until nothing trains, the next one first
    queue_listed: tuple[QueuedRun, ...] = ()  # of a newer queue, whose other parts are on their way
    queue_paused: bool = False
    queue_jobs: int = 1  # how many of them may train at once
    queue_problem: str = ""  # why it cannot be read
    digits: tuple[Digit, ...] = ()
    digits_run: str = ""
    digits_step: int = 0
    digits_start: int = -1  # where the question that they answer began
    drawing: DrawingAnswers = msgspec.field(default_factory=DrawingAnswers)  # what is said of a drawn digit
    inside: Inside = msgspec.field(default_factory=Inside)  # of networks
    gallery: GalleryState = msgspec.field(default_factory=GalleryState)
    networks: tuple[ModelDescribed, ...] = ()  # those that screens asked about, the newest first
    augmented: AugmentationPreviewed | None = None
    rates: RatesTried | None = None  # what the learning-rate finder has seen
    certainty: Answers = msgspec.field(default_factory=Answers)  # mistakes, calibration, robustness
    coach: Coach = msgspec.field(default_factory=Coach)
    next_config: RunConfig = msgspec.field(default_factory=RunConfig)  # of the next run
    next_fork: str = ""  # the checkpoint that it begins with
    edited: QueuedRun | None = None  # the waiting run that the form has
    log: tuple[str, ...] = ()
    log_count: int = 0  # lines so far, those that left the log among them
    log_began: int = 0  # lines before the history that the log is of
    opened_log: tuple[str, ...] = ()  # of the past run that is shown
    written: tuple[str, ...] = ()  # files that this screen has written for the user
    failures: int = 0  # commands refused so far; a change means that `failure` is news
    failure: str = ""

    @property
    def shown(self) -> RunView | None:
        return self.opened or self.run

    def course_of(self, run: str) -> RunView | None:
        """Return the course of a run if it is known: of the one in progress, or one that was opened or read."""
        for view in (self.run, self.opened):
            if view is not None and view.run == run:
                return view
        return self.histories.course_of(run)

    def marked_or(self, run: str) -> list[str]:
        """Return the runs that are marked, or else this one."""
        return [mark.run for mark in self.marks] or [run]

    @property
    def courses(self) -> list[tuple[str, RunView]]:
        """The letters and the courses of the runs that are marked, as far as they are known."""
        return [(mark.letter, view) for mark in self.marks if (view := self.course_of(mark.run)) is not None]

    def parent_of(self, run: str) -> str:
        """Return the run that this is a fork of, "" for none."""
        view = self.course_of(run)
        return view.parent if view is not None else next((each.parent for each in self.runs if each.run == run), "")

    def courses_beside(self, run: str) -> list[tuple[str, RunView]]:
        """Return what is drawn beside a run: those that are marked, and the parents of all these, where known."""
        parents = parent_marks(self.marks, map(self.parent_of, (run, *(mark.run for mark in self.marks))))
        return [(mark.letter, view) for mark in (*self.marks, *parents) if (view := self.course_of(mark.run))]

    def of_other_data(self, run: str) -> frozenset[str]:
        """Return the runs of the list that were tested on other data than this one."""
        marked = {mark.run for mark in self.marks}
        known = {each.run: each.data for each in self.runs if each.data and each.run in (run, *marked)}
        return frozenset(name for name in marked if name in known and known.get(run, known[name]) != known[name])

    @property
    def shown_study(self) -> StudyView | None:
        return self.opened_study or self.study

    @property
    def training(self) -> bool:
        return self.run is not None and self.run.live

    @property
    def busy(self) -> bool:
        """Whether anything trains."""
        return self.training or self.tuning or bool(self.histories.at_once)

    @property
    def waiting(self) -> int:
        """How many runs wait and can start."""
        return sum(not run.problem for run in self.queue)

    @property
    def tuning(self) -> bool:
        return self.study is not None and self.study.live


def classes_of(state: State) -> tuple[str, ...]:
    """Return the names of the classes of what is shown: of a run, else of the data."""
    if state.shown is not None:
        return state.shown.classes
    return state.data.classes if state.data is not None else DIGITS


def described(state: State, config: RunConfig) -> ModelDescribed | None:
    """Return what is known of the network of a config."""
    return next((each for each in state.networks if is_same_network(each, config)), None)
