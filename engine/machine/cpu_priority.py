"""How much of the processor's time the engine claims beside other sessions of this machine.

Linux shares cores out between sessions, of which the engine has one of its own; `nice` has a say only within one
(https://man7.org/linux/man-pages/man7/sched.7.html, autogroup).
"""

import contextlib
from pathlib import Path

from engine.vocabulary.messages import AnyEvent, RunEnded, ThreadsChanged

SETTING = Path("/proc/self/autogroup")
GIVES_WAY = "5"  # from -20 to 19: a third of the share of a screen that needs it
FAIR = "0"


def give_way(gives: bool = True) -> None:
    """Let screens go first where training keeps every core busy, or take a fair share."""
    with contextlib.suppress(OSError):
        SETTING.write_text(GIVES_WAY if gives else FAIR)


class Priority:
    """That of a run: one that leaves cores to other programs need not give way to them as well."""

    def __init__(self) -> None:
        self._gives_way = True

    def follow(self, event: AnyEvent) -> None:
        """Called with each event of what trains."""
        if isinstance(event, ThreadsChanged | RunEnded):
            gives = isinstance(event, RunEnded) or not event.busy
            if gives != self._gives_way:
                give_way(gives)
            self._gives_way = gives
