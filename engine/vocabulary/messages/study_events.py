"""Events of a study, and the studies of a folder."""

import typing

import msgspec

from engine.vocabulary.config import RunConfig, Value
from engine.vocabulary.messages.base import Count, Event, Loss, Seconds, Share, Text

MOST_POINTS = 32  # of a trial's course


class TrialSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One trial of a study: what it changes of the base configuration, and its figures on the validation images.

    `state` is waiting, running, finished, pruned, failed, or lost (its engine is gone; another trial takes its place).
    `course` has the accuracies after its epochs so far, at most MOST_POINTS of them at even distances, the last one
    among them.
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
    course: typing.Annotated[list[Share], msgspec.Meta(max_length=MOST_POINTS)] = []


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


class StudySummary(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list of studies. `problem` says why its journal cannot be read, `damage` what of it.

    `changed` is when it last did, `trials` how many of `target` have ended, `base` the trial of the base configuration.
    """

    study: Text
    changed: Seconds = 0.0
    trials: Count = 0
    target: Count = 0
    epochs: Count = 0
    best: TrialSummary | None = None
    base: TrialSummary | None = None
    search: list[Text] = []
    damage: Text = ""
    problem: Text = ""


class StudiesListed(Event, frozen=True):
    """The studies of this folder, the one that changed last first; `more` are left out."""

    studies: list[StudySummary]
    more: Count = 0


class StudyOpened(Event, frozen=True):
    """A study that is kept, as events. A long one comes in several parts, as in a Snapshot."""

    summary: StudySummary
    history: list[StudyEvent]
    first: bool = True
    last: bool = True
