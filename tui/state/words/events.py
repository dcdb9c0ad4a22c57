"""Events in words: the lines of the log pane and of `mnist-tui train` without a terminal."""

from collections.abc import Sequence

from engine.vocabulary.fields import counted
from engine.vocabulary.messages import (
    AnyEvent,
    Continued,
    DataFailed,
    DataReady,
    EngineFailed,
    EngineReady,
    EpochDone,
    GraphsRefused,
    NetworkCompiled,
    Paused,
    Printed,
    RatesTried,
    RunEnded,
    RunStarted,
    RunTold,
    SavingFailed,
    Steered,
    StudyContinued,
    StudyEnded,
    StudyPaused,
    StudyStarted,
    ThreadsChanged,
    TrackerTold,
    TrialTold,
)
from engine.vocabulary.messages.base import DIGITS, names_in_words
from tui.state.words.figures import percent
from tui.state.words.runs import tracker_words
from tui.state.words.trials import describe_trial
from tui.state.words.values import describe_change

FEW_LOSSES = 10  # of the learning-rate finder, below which they say nothing


def describe(event: AnyEvent) -> list[str]:
    """Return what a person should read of an event; most have nothing to say."""
    match event:
        case RunTold():
            return [
                line if event.told.run in line else f"{event.told.run.partition('-')[0]}: {line}"
                for line in describe(event.told)
            ]
        case EngineReady() if event.stale:
            return [f"the next run gets a new engine: {event.stale}"]
        case EngineReady():
            return [f"engine ready: {event.device}, {event.device_name}, torch {event.torch}"]
        case EngineFailed():
            return [f"engine failed: {event.reason}"]
        case DataReady() if not event.reply_to:  # as an answer it repeats what every screen was told
            what = f"{event.train:,} training and {event.test:,} test images"
            sample = " that ships with mnist-tui" if event.sample else ""
            return [
                f"data: {what} from {event.path} ({event.kind}{sample}), {event.seconds:.1f} s",
                *class_lines(event.classes),
                *event.notes,
                *warnings(event),
            ]
        case DataFailed():
            return [f"data: {event.reason}"]
        case RunStarted() if event.resumes:
            return [f"{event.run} resumed on {event.device} at step {event.step:,}"]
        case RunStarted():
            config = event.config
            several = f", {config.processes} processes" if config.processes > 1 else ""
            return [
                f"{event.run} started on {event.device}: {event.parameters:,} parameters,"
                f" {counted(config.epochs, 'epoch')}, batch {config.batch_size}, lr {config.lr:g}"
                f" {config.schedule}, seed {config.seed}, {config.precision}{several}",
                *fork_words(event),
            ]
        case EpochDone():
            return [
                f"epoch {event.epoch}: train loss {event.train_loss:.4f}, accuracy {percent(event.train_accuracy)};"
                f" test loss {event.test_loss:.4f}, accuracy {percent(event.test_accuracy)};"
                f"{validation(event)} {event.seconds:.1f} s"
            ]
        case Steered():
            return [f"step {event.step:,}: {describe_change(name, value)}" for name, value in event.changes.items()]
        case Paused():
            return [f"paused at step {event.step:,}, saved"]
        case ThreadsChanged():
            why = ": other programs keep the machine busy" if event.busy else ""
            return [f"step {event.step:,}: {event.threads} of {counted(event.most_threads, 'thread')}{why}"]
        case NetworkCompiled():
            if event.reason:
                return [f"step {event.step:,}: the network is not compiled: {event.reason}"]
            return [f"step {event.step:,}: network compiled in {event.seconds:.0f} s"]
        case GraphsRefused():
            return [f"step {event.step:,}: slower from here, without CUDA graphs: {event.reason}"]
        case Continued():
            return [f"continued at step {event.step:,}"]
        case RunEnded():
            reason = f": {event.reason}" if event.reason else ""
            return [f"{event.run} {event.state} at step {event.step:,}{reason}"]
        case StudyStarted():
            return [
                f"study {event.study} ({event.sampler}, pruner {event.pruner}) searches {' '.join(event.search)}:"
                f" {event.trials} trials of {counted(event.base.epochs, 'epoch')}, compared on"
                f" {event.validation_images:,} training images held out; kept in {event.storage}"
            ]
        case TrialTold() if event.trial.state in ("finished", "pruned", "failed"):
            return [f"study {event.study}: {describe_trial(event.trial)}"]
        case StudyPaused():
            return [f"study {event.study} paused" + (f", waiting: {event.reason}" if event.reason else "")]
        case StudyContinued():
            return [f"study {event.study} continued"]
        case StudyEnded():
            return [f"study {event.study} {event.state}" + (f": {event.reason}" if event.reason else "")]
        case SavingFailed():
            return [f"cannot save at step {event.step:,}: {event.reason}; the run waits and goes on when saving works"]
        case Printed():
            return [f"engine: {line}" for line in event.lines]
        case TrackerTold():
            return [tracker_words(event)]
        case _:
            return []


def fork_words(event: RunStarted) -> list[str]:
    if not event.parent:
        return []
    return [f"{event.run} is a fork of {event.parent}, from step {event.parent_step:,} (epoch {event.parent_epoch}) on"]


def class_lines(classes: Sequence[str]) -> list[str]:
    """Name the classes of a data set, where they are no digits."""
    return [] if tuple(classes) == DIGITS else [f"data: {len(classes)} classes: {names_in_words(classes)}"]


def warnings(data: DataReady) -> list[str]:
    """Return what is odd about the content of a data set."""
    return [f"data: warning: {finding.message}" for finding in (data.check.warnings if data.check else [])]


def why_no_rate(tried: RatesTried) -> str:
    """Say why the learning-rate finder suggests nothing."""
    if tried.problem:
        return f"it ended early: {tried.problem}"
    if len(tried.losses) < FEW_LOSSES:
        return "the loss was not a number from the first rates on, so there is nothing to suggest"
    return (
        f"the loss never fell below {tried.smoothed[0]:.3f}, where it began, by more than the noise of batches: there"
        " is nothing to suggest; look at the data and their labels, or try larger batches"
    )


def validation(event: EpochDone) -> str:
    if event.validation_loss is None or event.validation_accuracy is None:
        return ""
    return f" validation loss {event.validation_loss:.4f}, accuracy {percent(event.validation_accuracy)};"
