"""How runs are shown that train at once: lines and JSON with the run that they are of, and a progress bar for each."""

import sys
from typing import Protocol

from engine.vocabulary.messages import AnyEvent, RunEvent
from tui.commands.train.displays import Display, JsonLines, Lines, ProgressBars
from tui.state.run import RunView
from tui.state.words.events import describe


class Shown(Display, Protocol):
    def begin(self, run: str) -> None:
        """The lines that follow are of this run, "" for none."""


class NamedLines(Lines):
    """Plain lines that begin with the number of their run."""

    def __init__(self) -> None:
        self._run = ""

    def begin(self, run: str) -> None:
        self._run = run.partition("-")[0]

    def say(self, line: str) -> None:
        super().say(f"{self._run}  {line}" if self._run else line)


class Bars(ProgressBars):
    """A progress bar for each run, under lines that begin with its number."""

    def __init__(self) -> None:
        super().__init__()
        self._run = ""
        self._tasks = {"": self.task}

    def begin(self, run: str) -> None:
        self._run = run.partition("-")[0]

    def show(self, event: AnyEvent, view: RunView | None) -> None:
        if not isinstance(event, RunEvent) or view is None:
            super().show(event, view)
            return
        if (waiting := self._tasks.pop("", None)) is not None:
            self.progress.remove_task(waiting)
        if not view.live:
            if (done := self._tasks.pop(self._run, None)) is not None:
                self.progress.remove_task(done)
            for line in describe(event):
                self.say(line)
            return
        if self._run not in self._tasks:
            self._tasks[self._run] = self.progress.add_task("", total=None, figures="")
        self.task = self._tasks[self._run]
        super().show(event, view)

    def describe_task(self, view: RunView) -> str:
        return f"{self._run}  {super().describe_task(view)}"

    def say(self, line: str) -> None:
        super().say(f"{self._run}  {line}" if self._run else line)


class TaggedJson(JsonLines):
    """JSON lines; each event of a run names it anyway."""

    def begin(self, run: str) -> None: ...


def display_for(json: bool) -> Shown:
    return TaggedJson() if json else Bars() if sys.stderr.isatty() else NamedLines()
