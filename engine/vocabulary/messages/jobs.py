"""Several runs at once, each in a process of its own: what is asked for and told of them alone."""

from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages.base import Command, Event
from engine.vocabulary.messages.run_events import RunEvent

MOST_JOBS = 64  # runs at once


class PlanJobs(Command, frozen=True):
    """Ask whether `jobs` runs of this configuration can train at once, 0 for as many as pay and of at most `runs`.

    A step of one is made and its memory measured. JobsPlanned answers, or CommandFailed where memory is short.
    """

    config: RunConfig
    jobs: int = 0
    runs: int = 0


class JobsPlanned(Event, frozen=True):
    """So many runs can train at once, with so many threads each (0 where they do not compute on the CPU).

    `memory` is what one takes, of `free` that there is, in bytes; `limited` says what sets the number.
    """

    jobs: int
    threads: int
    memory: int
    free: int
    limited: str = ""


class RunBegun(Event, frozen=True):
    """A run that was asked for trains beside others, under this name."""

    run: str


class RunTold(Event, frozen=True):
    """An event of a run that trains beside others, in a process of its own (StartRun, `jobs`).

    Told to clients that say in Hello that they know it: to all others the engine has one run at a time.
    """

    told: RunEvent
