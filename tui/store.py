"""The state of the screen: what the events of the engine add up to. Pure; no Textual here.

    state = apply(state, event)

Screens draw a State and nothing else; they never keep a copy of what is in it.
"""

import itertools
from dataclasses import dataclass, field, replace

from engine.config import RunConfig
from engine.messages import (
    AnyEvent,
    AugmentationPreviewed,
    CheckpointSaved,
    CommandFailed,
    Continued,
    DataFailed,
    DataProgress,
    DataReady,
    Digit,
    EngineFailed,
    EngineReady,
    EpochDone,
    ModelDescribed,
    Paused,
    Predicted,
    RatesTried,
    RunEnded,
    RunEvent,
    RunOpened,
    RunsListed,
    RunStarted,
    RunSummary,
    SavingFailed,
    Snapshot,
    Steered,
    StepsDone,
    StudyEvent,
    TrialTold,
)
from tui.coach.advice import Coach
from tui.describe import describe
from tui.inert import inert
from tui.study_view import StudyView, apply_to_study

MOST_POINTS = 4096  # losses kept for the chart; beyond, neighbours are averaged
MOST_LOG_LINES = 500
MOST_NETWORKS = 16  # descriptions that are kept, of up to 2,000 layers each

Point = tuple[float, float]


@dataclass(frozen=True)
class RunView:
    """One run as a screen shows it. `losses` are (step, loss), `marks` (step, what was steered)."""

    run: str
    config: RunConfig
    state: str
    device: str = ""
    parameters: int = 0
    train_images: int = 0
    test_images: int = 0
    sample: bool = False
    steps_per_epoch: int = 1
    step: int = 0
    images_per_s: float = 0.0
    losses: tuple[Point, ...] = ()
    epochs: tuple[EpochDone, ...] = ()
    marks: tuple[tuple[int, str], ...] = ()
    changed: int = 0  # the step since which it trains with this config
    confusion: tuple[tuple[int, ...], ...] = ()
    reason: str = ""
    problem: str = ""  # why it cannot be saved, and so waits

    @property
    def live(self) -> bool:
        return self.state in ("running", "paused")

    @property
    def epoch(self) -> int:
        """Finished epochs."""
        return self.epochs[-1].epoch if self.epochs else 0

    @property
    def run_fraction(self) -> float:
        return min(1.0, self.step / max(1, self.steps_per_epoch * self.config.epochs))

    @property
    def seconds_left(self) -> float | None:
        """Estimated time to the end of the run: the steps at the present speed, and a test for each epoch."""
        if not self.live or not self.images_per_s:
            return None
        images_left = (self.steps_per_epoch * self.config.epochs - self.step) * self.config.batch_size
        test = self.epochs[-1].test_seconds if self.epochs else 0.0
        return max(0.0, images_left / self.images_per_s) + test * (self.config.epochs - self.epoch)


@dataclass(frozen=True)
class State:
    """All that screens draw. `opened` is a past run that was asked for; `shown` is what charts show."""

    link: str = "connecting"  # connecting, live, foreign (an engine of another version: only to watch) or lost
    link_reason: str = ""
    engine: EngineReady | None = None
    engine_problem: str = ""
    data: DataReady | None = None
    data_problem: str = ""
    progress: DataProgress | None = None
    run: RunView | None = None
    opened: RunView | None = None
    study: StudyView | None = None
    runs: tuple[RunSummary, ...] = ()
    digits: tuple[Digit, ...] = ()
    digits_run: str = ""
    digits_step: int = 0
    networks: tuple[ModelDescribed, ...] = ()  # those that screens asked about, the newest first
    augmented: AugmentationPreviewed | None = None
    rates: RatesTried | None = None  # what the learning-rate finder has seen
    coach: Coach = field(default_factory=Coach)
    log: tuple[str, ...] = ()
    log_count: int = 0  # lines so far, those that left the log among them
    failures: int = 0  # commands refused so far; a change means that `failure` is news
    failure: str = ""

    @property
    def shown(self) -> RunView | None:
        return self.opened or self.run

    @property
    def training(self) -> bool:
        return self.run is not None and self.run.live

    @property
    def tuning(self) -> bool:
        return self.study is not None and self.study.live


def apply(state: State, event: AnyEvent) -> State:
    """Return the state after an event."""
    if isinstance(event, RunEvent):
        state = replace(state, run=apply_to_run(state.run, event))
        if isinstance(event, RunStarted):
            state = replace(state, opened=None)
    if isinstance(event, StudyEvent):
        state = replace(state, study=apply_to_study(state.study, event))
    match event:
        case Snapshot():
            opened = state.opened  # its past runs are no news: one that is looked at stays
            if event.first:
                state = State(link=state.link, runs=state.runs, networks=state.networks, coach=state.coach)
            for part in event.events:
                log = state.log, state.log_count
                state = apply(state, part)
                if isinstance(part, TrialTold):  # thousands of old trials would push all else out of the log
                    state = replace(state, log=log[0], log_count=log[1])
            state = replace(state, opened=opened)
        case EngineReady():
            state = replace(state, engine=event, engine_problem="")
        case EngineFailed():
            state = replace(state, engine_problem=inert(event.reason))
        case DataReady():
            state = replace(state, data=event, data_problem="", progress=None)
        case DataFailed():
            state = replace(state, data_problem=inert(event.reason), progress=None)
        case DataProgress():
            state = replace(state, progress=event, data_problem="")
        case Predicted():
            state = replace(state, digits=tuple(event.digits), digits_run=event.run, digits_step=event.step)
        case ModelDescribed():
            others = (each for each in state.networks if not is_same_network(each, event))
            state = replace(state, networks=(event, *others)[:MOST_NETWORKS])
        case AugmentationPreviewed():
            state = replace(state, augmented=event)
        case RatesTried():
            state = replace(state, rates=event)
        case RunsListed():
            state = replace(state, runs=(() if event.first else state.runs) + tuple(event.runs))
        case RunOpened():
            state = replace(state, opened=open_run(None if event.first else state.opened, event))
        case CommandFailed():
            state = replace(state, failures=state.failures + 1, failure=inert(event.reason))
        case _:
            pass
    lines = [inert(line) for line in describe(event)]
    return say(state, *lines) if lines else state


def is_same_network(one: ModelDescribed, other: ModelDescribed | RunConfig) -> bool:
    return (one.model, one.width, one.depth) == (other.model, other.width, other.depth)


def described(state: State, config: RunConfig) -> ModelDescribed | None:
    """Return what is known of the network of a config."""
    return next((each for each in state.networks if is_same_network(each, config)), None)


def say(state: State, *lines: str) -> State:
    """Add lines to the log."""
    return replace(state, log=(*state.log, *lines)[-MOST_LOG_LINES:], log_count=state.log_count + len(lines))


def open_run(opened: RunView | None, event: RunOpened) -> RunView | None:
    """Return the view of a run from its history, one part after the other."""
    for part in event.history:
        opened = apply_to_run(opened, part)
    if opened is None or not event.last:
        return opened
    return replace(opened, state=inert(event.summary.state), reason=inert(event.summary.problem))


def apply_to_run(view: RunView | None, event: RunEvent) -> RunView | None:
    """Return the run after one of its events; events of a run that was never seen to start are passed over."""
    if isinstance(event, RunStarted):
        return start_run(view, event)
    if view is None or view.run != event.run:
        return view
    if isinstance(event, SavingFailed):
        return replace(view, problem=inert(event.reason))
    if view.problem:
        view = replace(view, problem="")  # what happens on a run, happens on record: it can be saved again
    match event:
        case StepsDone():
            before = event.step - (event.steps or event.stride * len(event.losses))
            new = tuple(
                (float(min(before + (i + 1) * event.stride, event.step)), loss) for i, loss in enumerate(event.losses)
            )
            return replace(view, step=event.step, images_per_s=event.images_per_s, losses=bounded(view.losses + new))
        case EpochDone():
            confusion = tuple(tuple(row) for row in event.confusion) or view.confusion
            return replace(view, step=event.step, epochs=(*view.epochs, event), confusion=confusion)
        case Steered():
            text = ", ".join(
                f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}"
                for name, value in event.changes.items()
            )
            marks = (*view.marks, (event.step, text))
            return replace(view, config=event.config, marks=marks, changed=event.step)
        case Paused():
            return replace(view, state="paused")
        case Continued():
            return replace(view, state="running")
        case RunEnded():
            return replace(view, state=event.state, reason=inert(event.reason))
        case CheckpointSaved():
            return view


def start_run(view: RunView | None, event: RunStarted) -> RunView:
    """Return a new run's view; a resumed one keeps what came before the step it resumed from."""
    fresh = RunView(
        run=event.run,
        config=event.config,
        state="running",
        device=event.device,
        parameters=event.parameters,
        train_images=event.train_images,
        test_images=event.test_images,
        sample=event.sample,
        steps_per_epoch=event.steps_per_epoch,
        step=event.step,
    )
    if view is None or view.run != event.run or not event.step:
        return fresh
    return replace(
        fresh,
        losses=tuple(point for point in view.losses if point[0] <= event.step),
        epochs=tuple(epoch for epoch in view.epochs if epoch.epoch <= event.epoch),
        marks=tuple(mark for mark in view.marks if mark[0] <= event.step),
        changed=view.changed if event.config == view.config else event.step,
        confusion=view.confusion,
    )


def bounded(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """Return the points, neighbours averaged when there are too many; the newest stay as they are.

    The older half is averaged over equal stretches of steps, so that the beginning keeps its shape in the longest
    run. Stretches double, never shift: an average is only ever joined with its neighbour.
    """
    if len(points) <= MOST_POINTS:
        return points
    half = len(points) // 2
    stretch = 1
    while points[half][0] > stretch * (MOST_POINTS // 4):
        stretch *= 2
    merged = []
    for _, group in itertools.groupby(points[:half], key=lambda point: point[0] // stretch):
        steps, losses = zip(*group, strict=True)
        merged.append((sum(steps) / len(steps), sum(losses) / len(losses)))
    return (*merged, *points[half:])
