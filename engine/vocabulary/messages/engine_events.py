"""Events of the engine itself and of its data; the snapshot for a screen that attaches; the union of all events."""

from engine.vocabulary.messages.answers import (
    AugmentationPreviewed,
    CommandDone,
    CommandFailed,
    Evaluated,
    FilesPredicted,
    HistoryRead,
    ModelDescribed,
    Predicted,
    RatesTried,
    RunOpened,
    RunsChanged,
    RunsListed,
    StatusTold,
)
from engine.vocabulary.messages.base import DIGITS, Classes, Event
from engine.vocabulary.messages.data_facts import DataCheck
from engine.vocabulary.messages.insight import NetworkAnswer
from engine.vocabulary.messages.jobs import JobsPlanned, RunBegun, RunTold
from engine.vocabulary.messages.queue import Enqueued, QueueChanged
from engine.vocabulary.messages.run_events import RunEvent
from engine.vocabulary.messages.study_events import StudiesListed, StudyEvent, StudyOpened
from engine.vocabulary.messages.tracker_events import TrackerTold


class Welcome(Event, frozen=True):
    """The first line of the engine; all the rest of what it knows follows in a Snapshot."""

    protocol: int
    version: str
    pid: int
    checkpoints: str
    processes: int = 1  # that train together, this one among them
    agent: int = 0  # the pid of the torchrun that starts them again, 0 where there is none


class EngineReady(Event, frozen=True):
    """torch is loaded and a device chosen; `device_name` is what its maker calls it.

    Told again, with `stale`, when a user's own network has changed this process for good: the next run gets a new one.
    """

    device: str
    device_name: str
    torch: str
    threads: int
    stale: str = ""


class EngineFailed(Event, frozen=True):
    """The engine cannot work at all (torch does not import, say)."""

    reason: str


class DataProgress(Event, frozen=True):
    """Images decoded, or bytes downloaded, so far."""

    action: str
    done: int
    total: int


class DataReady(Event, frozen=True):
    """The data set in memory. `sample` marks the 5,000 digits that ship with the program.

    `notes` say how it was read; what is odd about its content is in `check`;
    `classes` are the names of its labels; `examples` the first training images of each, 784 gray values an image.
    """

    kind: str
    path: str
    train: int
    test: int
    sample: bool
    fingerprint: str
    seconds: float
    notes: list[str] = []
    check: DataCheck | None = None
    classes: Classes = DIGITS
    examples: list[list[bytes]] = []


class DataFailed(Event, frozen=True):
    reason: str


class Printed(Event, frozen=True):
    """Lines that the engine process wrote to its output, its warnings among them."""

    lines: list[str]


StateEvent = (
    RunEvent
    | RunTold
    | StudyEvent
    | EngineReady
    | EngineFailed
    | DataReady
    | DataFailed
    | DataProgress
    | Printed
    | QueueChanged
    | TrackerTold
)


class Snapshot(Event, frozen=True):
    """All that a screen needs to draw the engine as it is now, as events to apply in order.

    A long history comes in several parts; `first` begins anew, `last` ends it.
    """

    events: list[StateEvent]
    first: bool = True
    last: bool = True


AnyEvent = (
    StateEvent
    | Welcome
    | Snapshot
    | Predicted
    | AugmentationPreviewed
    | RatesTried
    | FilesPredicted
    | Evaluated
    | ModelDescribed
    | RunsListed
    | RunsChanged
    | RunOpened
    | HistoryRead
    | StudiesListed
    | StudyOpened
    | StatusTold
    | Enqueued
    | RunBegun
    | JobsPlanned
    | NetworkAnswer
    | CommandDone
    | CommandFailed
)
