"""The state of the screen: what the events of the engine add up to. Pure; no Textual here.

    state = apply(state, event)

Screens draw a State and nothing else; they never keep a copy of what is in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    AnyEvent,
    AugmentationPreviewed,
    CommandFailed,
    DataFailed,
    DataProgress,
    DataReady,
    Digit,
    EngineFailed,
    EngineReady,
    HistoryRead,
    ModelDescribed,
    Predicted,
    QueueChanged,
    QueuedRun,
    RatesTried,
    RunEnded,
    RunEvent,
    RunOpened,
    RunsListed,
    RunStarted,
    RunSummary,
    RunTold,
    Snapshot,
    StudiesListed,
    StudyEvent,
    StudyOpened,
    StudyStarted,
    StudySummary,
    TrialTold,
)
from tui.state.advice import Coach
from tui.state.marks import Histories, Mark, parent_marks
from tui.state.run import RunView, apply_to_run, open_run
from tui.state.study import StudyView, apply_to_study
from tui.state.words.events import describe
from tui.terminal.sanitize import sanitize

MOST_LOG_LINES = 500
KEPT = (  # by a snapshot, which tells all else anew
    *("link", "awaited", "runs", "marks", "studies", "networks", "coach", "next_config", "next_fork", "edited"),
    *("log_count", "failures", "failure"),
)
MOST_ENDED = 32  # runs that have trained beside others, whose curves are kept
MOST_NETWORKS = 16  # descriptions that are kept, of up to 2,000 layers each


@dataclass(frozen=True)
class State:
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
    several: Mapping[str, RunView] = field(default_factory=dict)  # runs that train at once, and some that have ended
    opened: RunView | None = None
    study: StudyView | None = None
    studies: tuple[StudySummary, ...] = ()  # of this folder, the one that changed last first
    opened_study: StudyView | None = None  # a past one that is looked at
    runs: tuple[RunSummary, ...] = ()
    listed: tuple[RunSummary, ...] = ()  # of a newer list, whose other parts are on their way
    marks: tuple[Mark, ...] = ()  # runs to draw beside each other, by their letters
    histories: Histories = field(default_factory=Histories)  # of past runs that are drawn, but not opened
    queue: tuple[QueuedRun, ...] = ()  # runs that wait until nothing trains, the next one first
    queue_listed: tuple[QueuedRun, ...] = ()  # of a newer queue, whose other parts are on their way
    queue_paused: bool = False
    queue_jobs: int = 1  # how many of them may train at once
    queue_problem: str = ""  # why it cannot be read
    digits: tuple[Digit, ...] = ()
    digits_run: str = ""
    digits_step: int = 0
    digits_start: int = -1  # where the question that they answer began
    networks: tuple[ModelDescribed, ...] = ()  # those that screens asked about, the newest first
    augmented: AugmentationPreviewed | None = None
    rates: RatesTried | None = None  # what the learning-rate finder has seen
    coach: Coach = field(default_factory=Coach)
    next_config: RunConfig = field(default_factory=RunConfig)  # of the next run
    next_fork: str = ""  # the checkpoint that it begins with
    edited: QueuedRun | None = None  # the waiting run that the form has
    log: tuple[str, ...] = ()
    log_count: int = 0  # lines so far, those that left the log among them
    log_began: int = 0  # lines before the history that the log is of
    opened_log: tuple[str, ...] = ()  # of the past run that is shown
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
        return self.several.get(run) or self.histories.views.get(run)

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

    @property
    def shown_study(self) -> StudyView | None:
        return self.opened_study or self.study

    @property
    def training(self) -> bool:
        return self.run is not None and self.run.live

    @property
    def at_once(self) -> list[RunView]:
        """The runs that train beside each other."""
        return [view for view in self.several.values() if view.live]

    @property
    def busy(self) -> bool:
        """Whether anything trains."""
        return self.training or self.tuning or bool(self.at_once)

    @property
    def waiting(self) -> int:
        """How many runs wait and can start."""
        return sum(not run.problem for run in self.queue)

    @property
    def tuning(self) -> bool:
        return self.study is not None and self.study.live


def apply(state: State, event: AnyEvent) -> State:
    """Return the state after an event."""
    if isinstance(event, RunEvent):
        state = replace(state, run=apply_to_run(state.run, event))
        if isinstance(event, RunStarted):
            state = replace(state, opened=None)
        if isinstance(event, RunStarted | RunEnded):
            state = replace(state, histories=state.histories.without(event.run))
    if isinstance(event, StudyEvent):
        state = replace(state, study=apply_to_study(state.study, event))
        if isinstance(event, StudyStarted):
            state = replace(state, opened_study=None)
    match event:
        case Snapshot():
            opened, opened_study = state.opened, state.opened_study  # past runs are no news: what is looked at stays
            if event.first:
                state = State(
                    **{name: getattr(state, name) for name in KEPT},
                    histories=replace(state.histories, coming=None),
                    log_began=state.log_count,
                )
            for part in event.events:
                log = state.log, state.log_count
                state = apply(state, part)
                if isinstance(part, TrialTold):  # thousands of old trials would push all else out of the log
                    state = replace(state, log=log[0], log_count=log[1])
            state = replace(state, opened=opened, opened_study=opened_study)
        case EngineReady():
            state = replace(state, engine=event, engine_problem="")
        case EngineFailed():
            state = replace(state, engine_problem=sanitize(event.reason), awaited=False)
        case DataReady():
            state = replace(state, data=event, data_problem="", progress=None)
        case DataFailed():
            state = replace(state, data_problem=sanitize(event.reason), progress=None)
        case DataProgress():
            state = replace(state, progress=event, data_problem="")
        case Predicted():
            state = replace(
                state,
                digits=tuple(event.digits),
                digits_run=event.run,
                digits_step=event.step,
                digits_start=event.start,
            )
        case ModelDescribed():
            others = (each for each in state.networks if not is_same_network(each, event))
            state = replace(state, networks=(event, *others)[:MOST_NETWORKS])
        case AugmentationPreviewed():
            state = replace(state, augmented=event)
        case RatesTried():
            state = replace(state, rates=event)
        case RunTold():
            state = with_told(state, event.told)
        case RunsListed():
            listed = (() if event.first else state.listed) + tuple(event.runs)
            state = replace(state, listed=() if event.last else listed, runs=listed if event.last else state.runs)
        case QueueChanged():
            queue = (() if event.first else state.queue_listed) + tuple(event.runs)
            state = replace(
                state,
                queue_listed=() if event.last else queue,
                queue=queue if event.last else state.queue,
                queue_paused=event.paused,
                queue_jobs=event.jobs,
                queue_problem=event.problem,
            )
        case StudiesListed():
            state = replace(state, studies=tuple(event.studies))
        case StudyOpened():
            past_study = None if event.first else state.opened_study
            for told in event.history:
                past_study = apply_to_study(past_study, told)
            live = state.study is not None and state.study.live and state.study.study == event.summary.study
            state = replace(state, opened_study=None if live else past_study)
        case RunOpened():
            before = () if event.first else state.opened_log
            past = (sanitize(line) for part in event.history for line in describe(part))
            state = replace(
                state,
                opened=open_run(None if event.first else state.opened, event),
                opened_log=(*before, *past)[-MOST_LOG_LINES:],
            )
        case HistoryRead():
            drawn = [*(mark.run for mark in state.marks), *([state.shown.run] if state.shown else [])]
            wanted = {*drawn, *map(state.parent_of, drawn)}
            state = replace(state, histories=state.histories.after(event, wanted))
        case CommandFailed():
            state = replace(state, failures=state.failures + 1, failure=sanitize(event.reason))
    lines = [sanitize(line) for line in describe(event)]
    if isinstance(event, DataFailed) and state.shown is None:
        return state  # the first screen says it
    return log_lines(state, *lines) if lines else state


def with_told(state: State, event: RunEvent) -> State:
    """Return the state after an event of one of several runs; one that is looked at goes on as it is told."""
    view = apply_to_run(state.several.get(event.run), event)
    if view is None:
        return state
    several = {**state.several, event.run: view}
    ended = [name for name, each in several.items() if not each.live]
    for name in ended[: max(0, len(ended) - MOST_ENDED)]:
        del several[name]
    opened = state.opened
    if opened is not None and opened.run == event.run:
        opened = apply_to_run(opened, event)
    return replace(state, several=several, opened=opened)


def is_same_network(one: ModelDescribed, other: ModelDescribed | RunConfig) -> bool:
    return (one.model, one.width, one.depth) == (other.model, other.width, other.depth)


def described(state: State, config: RunConfig) -> ModelDescribed | None:
    """Return what is known of the network of a config."""
    return next((each for each in state.networks if is_same_network(each, config)), None)


def log_lines(state: State, *lines: str) -> State:
    """Add lines to the log."""
    return replace(state, log=(*state.log, *lines)[-MOST_LOG_LINES:], log_count=state.log_count + len(lines))
