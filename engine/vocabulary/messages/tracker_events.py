"""What becomes of a run in the trackers that it is logged to."""

from engine.vocabulary.messages.base import Count, Event, Text


class TrackerTold(Event, frozen=True):
    """How far a tracker is with a run: it has all up to `step`; `done` when the run has ended and it has all of it.

    `where` is an address or folder in which to look, without secrets. `problem` says why it is behind, "" when it is
    not. It is in no log of a run: engine/tracking/cursor.py keeps it.
    """

    run: Text
    tracker: Text
    where: Text = ""
    step: Count = 0
    problem: Text = ""
    done: bool = False
