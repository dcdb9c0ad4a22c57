"""The queue: runs that wait until nothing trains, and what can be done with them."""

import msgspec

from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages.base import Command, Count, Event, Seconds, Text

MOST_QUEUED = 1000


class QueuedRun(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A run that waits; `fork` as in StartRun. `problem` says why it could not begin: it is then passed over until
    somebody edits or removes it."""

    id: Count
    config: RunConfig
    fork: Text = ""
    added: Seconds = 0.0
    problem: Text = ""


class Enqueue(Command, frozen=True):
    """Have a run wait until nothing trains; answered by Enqueued. An empty `config.data` means the default search."""

    config: RunConfig
    fork: str = ""


class EditQueued(Command, frozen=True):
    """Put another configuration in the place of a waiting run's."""

    queued: int
    config: RunConfig
    fork: str = ""


class RemoveQueued(Command, frozen=True):
    queued: int


class MoveQueued(Command, frozen=True):
    """Put a waiting run at another place, counted from 0; what is too high is the last one."""

    queued: int
    place: int


class ClearQueue(Command, frozen=True):
    """Remove all waiting runs. A queue file that cannot be read is kept under another name."""


class PauseQueue(Command, frozen=True):
    """Start no waiting run, also not with the next engine, until ContinueQueue. What trains goes on."""


class ContinueQueue(Command, frozen=True):
    pass


class SetJobs(Command, frozen=True):
    """Have so many of the waiting runs train at once; 1 for one after the other."""

    jobs: int


class Enqueued(Event, frozen=True):
    """The run waits under this number; `place` counts from 0."""

    queued: Count
    place: Count


class QueueChanged(Event, frozen=True):
    """All waiting runs, the next one first; many come in several parts, as in a Snapshot.

    `problem` says why the queue cannot be read: no run is then taken from it, and none is added.
    """

    runs: list[QueuedRun]
    paused: bool = False
    problem: Text = ""
    first: bool = True
    last: bool = True
    jobs: Count = 1  # of them train at once


QueueCommand = Enqueue | EditQueued | RemoveQueued | MoveQueued | ClearQueue | PauseQueue | ContinueQueue | SetJobs
