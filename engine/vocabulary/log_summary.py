"""What the log of a run says about it: its first hyperparameters, and its best epoch. Imports no torch.

summary = summarize_log(EventReader(folder))
"""

from collections.abc import Iterable

import msgspec

from engine.vocabulary.config import FIELDS, RunConfig, Value
from engine.vocabulary.messages import EpochDone, EpochFigures, RunEvent, RunStarted, Steered


class Change(msgspec.Struct, frozen=True):
    """A hyperparameter was steered after `step` steps."""

    step: int
    name: str
    before: Value
    after: Value


class LogSummary(msgspec.Struct, frozen=True):
    """A run so far: its configuration, how it came to be that, and each epoch that was the best by then."""

    config: RunConfig
    changes: tuple[Change, ...] = ()
    bests: tuple[EpochFigures, ...] = ()

    @property
    def began(self) -> dict[str, Value]:
        """The values at the start of what was steered on the way."""
        return {change.name: change.before for change in reversed(self.changes)}

    @property
    def best(self) -> EpochFigures | None:
        """The best epoch by validation accuracy, the earliest of equals; None where no images are held out."""
        return self.bests[-1] if self.bests else None

    def at(self, step: int) -> RunConfig:
        """Return the configuration that a checkpoint of this step was made with."""
        undone = {change.name: change.before for change in reversed(self.changes) if change.step >= step}
        return msgspec.structs.replace(self.config, **undone)

    def steered(self, step: int, config: RunConfig) -> "LogSummary":
        """Return the summary once another configuration holds from `step` on."""
        new = tuple(
            Change(step, name, getattr(self.config, name), getattr(config, name))
            for name in steerable(self.config, config)
            if getattr(self.config, name) != getattr(config, name)
        )
        return LogSummary(config, self.changes + new, self.bests)

    def resumed(self, event: RunStarted) -> "LogSummary":
        """Return the summary of a run that goes on at an earlier step: what came after it never was."""
        changes = tuple(change for change in self.changes if change.step < event.step)
        undone = {change.name: change.before for change in reversed(self.changes) if change.step >= event.step}
        then = msgspec.structs.replace(self.config, **undone)
        # Of those at this very step the checkpoint may know, or not: what it says is that they were.
        at_once = tuple(
            change for change in self.changes
            if change.step == event.step and getattr(event.config, change.name) == change.after
        )  # fmt: skip
        then = msgspec.structs.replace(then, **{change.name: change.after for change in at_once})
        bests = tuple(best for best in self.bests if best.epoch <= event.epoch)
        return LogSummary(then, changes + at_once, bests).steered(event.step, event.config)

    def after(self, event: RunEvent) -> "LogSummary":
        match event:
            case RunStarted():
                return self.resumed(event) if event.step else LogSummary(event.config)
            case Steered():
                return self.steered(event.step, event.config)
            case EpochDone() if is_better(event, self.best):
                return LogSummary(self.config, self.changes, (*self.bests, figures_of(event)))
        return self


def steerable(before: RunConfig, after: RunConfig) -> list[str]:
    """Return the fields whose change makes another run: where the rate does not depend on how many epochs there are, a
    run of more epochs begins like one of fewer."""
    by_length = {"cosine", "one-cycle"} & {before.schedule, after.schedule}
    return [
        name for name, field in FIELDS.items() if field.live and name != "log_to" and (name != "epochs" or by_length)
    ]


def figures_of(event: EpochDone) -> EpochFigures:
    return EpochFigures(
        epoch=event.epoch,
        test_loss=event.test_loss,
        test_accuracy=event.test_accuracy,
        validation_loss=event.validation_loss,
        validation_accuracy=event.validation_accuracy,
    )


def is_better(event: EpochDone, best: EpochFigures | EpochDone | None) -> bool:
    """Tell whether an epoch is better than the best so far by validation accuracy; never where there is none."""
    if event.validation_accuracy is None:
        return False
    return best is None or best.validation_accuracy is None or event.validation_accuracy > best.validation_accuracy


def summarize_log(events: Iterable[RunEvent]) -> LogSummary | None:
    """Return the summary of a run from its log, None for one that never started. Raises what reading raises."""
    summary: LogSummary | None = None
    for event in events:
        if summary is not None:
            summary = summary.after(event)
        elif isinstance(event, RunStarted):
            summary = LogSummary(event.config)
    return summary
