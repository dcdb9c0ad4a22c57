"""From one state of the screen to the next: what the events of the engine add up to. Pure; no Textual here."""

from msgspec.structs import replace

from engine.vocabulary.messages import (
    AnyEvent,
    AugmentationPreviewed,
    CommandFailed,
    DataFailed,
    DataProgress,
    DataReady,
    EngineFailed,
    EngineReady,
    HistoryRead,
    ModelDescribed,
    Predicted,
    QueueChanged,
    RatesTried,
    RobustnessMeasured,
    RunEnded,
    RunEvent,
    RunOpened,
    RunsChanged,
    RunsListed,
    RunStarted,
    RunTold,
    Snapshot,
    StudiesListed,
    StudyEvent,
    StudyOpened,
    StudyStarted,
    TrialTold,
)
from tui.state.confusion.answers import OURS, heard
from tui.state.drawing.answers import apply_to_drawing, is_of_drawing
from tui.state.gallery.answers import KINDS
from tui.state.run import apply_to_run, open_run
from tui.state.state import State
from tui.state.study import apply_to_study
from tui.state.words.events import describe
from tui.state.words.networks import is_same_network
from tui.terminal.sanitize import sanitize

MOST_LOG_LINES = 500
KEPT = (  # by a snapshot, which tells all else anew
    *("link", "awaited", "runs", "marks", "studies", "networks", "coach", "next_config", "next_fork", "edited"),
    *("log_count", "failures", "failure", "written"),
)
MOST_NETWORKS = 16  # descriptions that are kept, of up to 2,000 layers each


def apply(state: State, event: AnyEvent) -> State:
    """Return the state after an event."""
    if event.reply_to in OURS or isinstance(event, RobustnessMeasured):
        return replace(state, certainty=heard(state.certainty, event))
    if is_of_drawing(event):
        return replace(state, drawing=apply_to_drawing(state.drawing, event))
    if state.inside.awaits(event):
        return replace(state, inside=state.inside.after(event))
    if event.reply_to in KINDS:
        return replace(state, gallery=state.gallery.answered(event))
    if isinstance(event, RunEvent):
        state = replace(state, run=apply_to_run(state.run, event))
        if isinstance(event, RunStarted):
            state = replace(state, opened=None, certainty=state.certainty.without(event.run))
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
                    histories=replace(state.histories, coming=None, several={}),
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
                state, digits=tuple(event.digits), digits_run=event.run, digits_step=event.step,
                digits_start=event.start,
            )  # fmt: skip
        case ModelDescribed():
            others = (each for each in state.networks if not is_same_network(each, event))
            state = replace(state, networks=(event, *others)[:MOST_NETWORKS])
        case AugmentationPreviewed():
            state = replace(state, augmented=event)
        case RatesTried():
            state = replace(state, rates=event)
        case RunTold():
            opened = state.opened  # it goes on as it is told
            if opened is not None and opened.run == event.told.run:
                opened = apply_to_run(opened, event.told)
            state = replace(state, histories=state.histories.told(event.told), opened=opened)
        case RunsChanged() if event.deleted:
            state = without_run(state, event.deleted)
        case RunsListed():
            listed = (() if event.first else state.listed) + tuple(event.runs)
            state = replace(state, listed=() if event.last else listed, runs=listed if event.last else state.runs)
        case QueueChanged():
            queue = (() if event.first else state.queue_listed) + tuple(event.runs)
            state = replace(
                state, queue_listed=() if event.last else queue, queue=queue if event.last else state.queue,
                queue_paused=event.paused, queue_jobs=event.jobs, queue_problem=event.problem,
            )  # fmt: skip
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


def without_run(state: State, run: str) -> State:
    """Return the state without a run that was deleted: listed, shown, marked or drawn."""
    state = replace(
        state,
        runs=tuple(each for each in state.runs if each.run != run),
        listed=tuple(each for each in state.listed if each.run != run),
        marks=tuple(mark for mark in state.marks if mark.run != run),
        histories=state.histories.without_deleted(run),
        certainty=state.certainty.without(run),
    )
    if state.run is not None and state.run.run == run:
        state = replace(state, run=None)
    if state.opened is not None and state.opened.run == run:
        state = replace(state, opened=None, opened_log=())
    return replace(state, digits=(), digits_run="") if state.digits_run == run else state


def log_lines(state: State, *lines: str) -> State:
    """Add lines to the log."""
    return replace(state, log=(*state.log, *lines)[-MOST_LOG_LINES:], log_count=state.log_count + len(lines))
