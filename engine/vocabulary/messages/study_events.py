"""Events of a study."""

import msgspec

from engine.vocabulary.config import RunConfig, Value
from engine.vocabulary.messages.base import Count, Event, Loss, Seconds, Share, Text


class TrialSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One trial of a study: what it changes of the base configuration, and its figures on the validation images.

    `state` is waiting, running, finished, pruned, failed, or lost (its engine is gone; another trial takes its place).
    """

    number: Count
    state: Text
    changes: dict[str, Value] = {}
    accuracy: Share | None = None
    loss: Loss | None = None
    epochs: Count = 0
    seconds: Seconds = 0.0
    base: bool = False
    reason: Text = ""


class StudyStarted(Event, frozen=True):
    """A study began or goes on; a TrialTold for each of its trials so far follows. `search` as in StartStudy."""

    study: Text
    time: Seconds
    base: RunConfig
    search: list[Text]
    trials: Count
    sampler: Text
    pruner: Text
    storage: Text
    validation_images: Count = 0


class TrialTold(Event, frozen=True):
    """How a trial stands now, whichever engine trains it."""

    study: Text
    trial: TrialSummary


class ImportancesTold(Event, frozen=True):
    """The share that each field has in what makes good trials good."""

    study: Text
    importances: dict[str, Share]


class StudyPaused(Event, frozen=True):
    """Nothing is trained until Continue; `reason` says why where nobody asked for it (a storage, say)."""

    study: Text
    reason: Text = ""


class StudyContinued(Event, frozen=True):
    study: Text


class StudyEnded(Event, frozen=True):
    """`state` is finished, stopped or failed; `reason` says why when it failed."""

    study: Text
    state: Text
    reason: Text = ""


StudyEvent = StudyStarted | TrialTold | ImportancesTold | StudyPaused | StudyContinued | StudyEnded
