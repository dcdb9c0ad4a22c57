"""Events in words: the lines of the log pane and of `mnist-tui train` without a terminal."""

import time
from collections.abc import Mapping

from engine.vocabulary.config import FIELDS, Value
from engine.vocabulary.fields import counted
from engine.vocabulary.messages import (
    MNIST_FINGERPRINT,
    AnyEvent,
    CheckpointSaved,
    Continued,
    DataFailed,
    DataReady,
    EngineFailed,
    EngineReady,
    EpochDone,
    Paused,
    Printed,
    RatesTried,
    RunEnded,
    RunStarted,
    RunSummary,
    SavingFailed,
    Steered,
    StudyContinued,
    StudyEnded,
    StudyPaused,
    StudyStarted,
    ThreadsChanged,
    TrialSummary,
    TrialTold,
)
from tui.state.metrics import is_accuracy
from tui.state.significance import Sample
from tui.terminal.sanitize import inert


def describe(event: AnyEvent) -> list[str]:
    """Return what a person should read of an event; most have nothing to say."""
    match event:
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
                *event.notes,
                *warnings(event),
            ]
        case DataFailed():
            return [f"data: {event.reason}"]
        case RunStarted() if event.step:
            return [f"{event.run} resumed on {event.device} at step {event.step:,}"]
        case RunStarted():
            config = event.config
            several = f", {config.processes} processes" if config.processes > 1 else ""
            return [
                f"{event.run} started on {event.device}: {event.parameters:,} parameters, {epochs(config.epochs)},"
                f" batch {config.batch_size}, lr {config.lr:g} {config.schedule}, seed {config.seed},"
                f" {config.precision}{several}"
            ]
        case EpochDone():
            return [
                f"epoch {event.epoch}: train loss {event.train_loss:.4f}, accuracy {percent(event.train_accuracy)};"
                f" test loss {event.test_loss:.4f}, accuracy {percent(event.test_accuracy)};"
                f"{validation(event)} {event.seconds:.1f} s"
            ]
        case Steered():
            return [f"step {event.step:,}: {spell(name, value)}" for name, value in event.changes.items()]
        case Paused():
            return [f"paused at step {event.step:,}, saved"]
        case ThreadsChanged():
            why = ": other programs keep the machine busy" if event.busy else ""
            return [f"step {event.step:,}: {event.threads} of {counted(event.most_threads, 'thread')}{why}"]
        case Continued():
            return [f"continued at step {event.step:,}"]
        case RunEnded():
            reason = f": {event.reason}" if event.reason else ""
            return [f"{event.run} {event.state} at step {event.step:,}{reason}"]
        case StudyStarted():
            return [
                f"study {event.study} ({event.sampler}, pruner {event.pruner}) searches {' '.join(event.search)}:"
                f" {event.trials} trials of {epochs(event.base.epochs)}, compared on {event.validation_images:,}"
                f" training images held out; kept in {event.storage}"
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
        case CheckpointSaved():
            return []
        case _:
            return []


def warnings(data: DataReady) -> list[str]:
    """Return what is odd about the content of a data set."""
    return [f"data: warning: {finding.message}" for finding in (data.check.warnings if data.check else [])]


FEW_LOSSES = 10  # of the learning-rate finder, below which they say nothing
RUN_COLUMNS = ("run", "state", "epochs", "accuracy", "loss", "data", "changed", "started")


def run_row(run: RunSummary) -> tuple[str, ...]:
    """Return a run's line of a list under RUN_COLUMNS. Accuracy and loss are of the test after the epoch that is
    reported: the best one by validation, beside which the last is named, or the last where no images are held out."""
    accuracy = percent(run.test_accuracy) if run.test_accuracy is not None else "-"
    loss = run.test_loss
    if run.best is not None:
        of_last = f", last {accuracy.removesuffix(' %')}" if run.best.epoch != run.epoch else ""
        accuracy, loss = percent(run.best.test_accuracy) + of_last, run.best.test_loss
    return (
        inert(run.run, longest=255),
        inert(state_word(run.state), longest=16),
        f"{run.epoch}/{run.epochs}" + (f", best {run.best.epoch}" if run.best is not None else ""),
        accuracy,
        f"{loss:.4f}" if loss is not None else "-",
        data_word(run),
        inert(changes_of(run), longest=400),
        time.strftime("%Y-%m-%d %H:%M", time.localtime(run.started)) if run.started else "-",
    )


def data_word(run: RunSummary) -> str:
    if run.sample:
        return "sample"
    return "own" if run.data not in ("", MNIST_FINGERPRINT) else "full"


def changes_of(run: RunSummary) -> str:
    """Return `dropout 0.1, lr 0.001→0.0003`: what is not at its default, and from where to where it was steered."""
    still = {name: value for name, value in run.changes.items() if name not in run.began}
    now = {**run.changes, "epochs": run.epochs}
    defaults = {name: field.default for name, field in FIELDS.items()}
    moved = [f"{name} {moved_value(before, now.get(name, defaults.get(name)))}" for name, before in run.began.items()]
    lost = ["steered"] if run.steered and not run.began else []  # by a log that cannot be read
    return ", ".join([*([brief(still)] if still else []), *moved, *lost])


def moved_value(before: Value, now: Value | None) -> str:
    """Return `0.001→0.0003`; of what was steered back to where it began, `0.001→…→0.001`."""
    way = "→…→" if before == now else "→"
    return f"{shown_value(before)}{way}{shown_value(now) if now is not None else '?'}"


def about_run(run: RunSummary) -> list[str]:
    """Return what the line of a run in a list has no room for: what its figures are of, and that it was steered."""
    lines = []
    if run.best is not None and run.test_accuracy is not None:
        last = f"; the last, {run.epoch}, has {percent(run.test_accuracy)}" if run.epoch != run.best.epoch else ""
        lines.append(
            f"Epoch {run.best.epoch} is the best by validation ({percent(run.best.validation_accuracy or 0.0)}): test"
            f" accuracy {percent(run.best.test_accuracy)}{last}."
        )
    if run.steered:
        began = f" It started with {brief(run.began)}." if run.began else ""
        lines.append(f"Changed during the run, so no single command trains it again.{began}")
    if run.state == "finished" and run.problem:
        lines.append(f"It ended early: {run.problem}.")
    return lines


def shown_value(value: Value) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def describe_trial(trial: TrialSummary) -> str:
    """Return `trial 7 98.31 % (lr 0.0042, batch_size 50)`."""
    figure = percent(trial.accuracy) if trial.accuracy is not None else "no figure"
    values = ", ".join(
        f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}"
        for name, value in trial.changes.items()
    )
    state = "" if trial.state == "finished" else f" {trial.state}"
    reason = f", {trial.reason}" if trial.reason else ""
    return f"trial {trial.number}{state} {figure} ({'the base' if trial.base else values}){reason}"


def no_rate(tried: RatesTried) -> str:
    """Say why the learning-rate finder suggests nothing."""
    if tried.problem:
        return f"it ended early: {tried.problem}"
    if len(tried.losses) < FEW_LOSSES:
        return "the loss was not a number from the first rates on, so there is nothing to suggest"
    return (
        f"the loss never fell below {tried.smoothed[0]:.3f}, where it began, by more than the noise of batches: there"
        " is nothing to suggest; look at the data and their labels, or try larger batches"
    )


def epochs(count: int) -> str:
    return f"{count} epoch{'s' * (count != 1)}"


def state_word(state: str) -> str:
    return "training" if state == "running" else state


def validation(event: EpochDone) -> str:
    if event.validation_loss is None or event.validation_accuracy is None:
        return ""
    return f" validation loss {event.validation_loss:.4f}, accuracy {percent(event.validation_accuracy)};"


def percent(fraction: float) -> str:
    return f"{100 * fraction:.2f} %"


def figure(metric: str, value: float | None) -> str:
    """Return an accuracy or a loss, "-" for none."""
    if value is None:
        return "-"
    return percent(value) if is_accuracy(metric) else f"{value:.4f}"


def spread(metric: str, deviation: float | None) -> str:
    """Return how far accuracies, in percentage points, or losses lie apart."""
    if deviation is None:
        return "-"
    return f"{100 * deviation:.2f}" if is_accuracy(metric) else f"{deviation:.4f}"


def interval(metric: str, found: Sample | None) -> str:
    """Return `98.51 to 98.75 %`."""
    if found is None or found.low is None or found.high is None:
        return "-"
    return f"{figure(metric, found.low).removesuffix(' %')} to {figure(metric, found.high)}"


def confidence(limits: tuple[float, float]) -> str:
    """Return `98.51 to 98.75 %` for the limits of an accuracy."""
    low, high = limits
    return f"{percent(low).removesuffix(' %')} to {percent(high)}"


def spell(name: str, value: Value) -> str:
    """Return `Learning rate is now 0.0005`."""
    return f"{FIELDS[name].label if name in FIELDS else name} is now {shown_value(value)}"


def brief(values: Mapping[str, Value]) -> str:
    """Return `epochs 1, lr 0.01`."""
    return ", ".join(f"{name} {shown_value(value)}" for name, value in values.items())


def duration(seconds: float) -> str:
    """Return `7 s`, `2:05` or `3:10:00`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
