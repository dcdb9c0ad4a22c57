"""A run that waits in the queue: its turn, and what keeps it from coming."""

from engine.vocabulary.fields import counted
from engine.vocabulary.messages import AnyEvent, Enqueued, QueueChanged, QueuedRun, RunStarted
from tui.commands.train.displays import Display
from tui.commands.train.own_events import COMMAND
from tui.link.errors import CommandRefused
from tui.link.session import CaughtUp, Rejoined


class Turn:
    """`number` is that of the run in the queue, 0 until the engine has told it."""

    def __init__(self, display: Display) -> None:
        self.display = display
        self.number = 0
        self.came = False
        self._listed: list[QueuedRun] = []
        self._said = ""

    def has_come(self, event: AnyEvent | Rejoined | CaughtUp) -> bool:
        """Take an event while the run waits; tell whether it is of the run. Raises CommandRefused when it is removed
        from the queue, or could not start."""
        match event:
            case _ if self.came:
                return True
            case Enqueued(reply_to=reply_to) if reply_to == COMMAND:
                self.number = event.queued
                self._look(paused=None)
            case RunStarted() if self.number and event.queued == self.number:
                self.came = True
            case QueueChanged():
                self._listed = [*([] if event.first else self._listed), *event.runs]
                if event.last and self.number:
                    self._look(paused=event.paused)
        return self.came

    def _look(self, paused: bool | None) -> None:
        own = next((run for run in self._listed if run.id == self.number), None)
        if own is None:
            raise CommandRefused(f"waiting run {self.number} was removed from the queue")
        if own.problem:
            raise CommandRefused(f"waiting run {self.number} could not start: {own.problem}")
        before = sum(not run.problem for run in self._listed[: self._listed.index(own)])
        line = f"waits as {self.number} in the queue, {counted(before, 'run')} before it"
        if paused:
            line += "; the queue is paused, `mnist-tui queue continue` lets it go on"
        if line != self._said:
            self._said = line
            self.display.say(line)
