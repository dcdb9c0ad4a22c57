"""How a run is shown without a screen: plain lines, a progress bar, or JSON lines."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Protocol

import msgspec

from engine.vocabulary.messages import AnyEvent, DataProgress, DataReady, EpochDone, RunStarted, StepsDone
from tui.state.run import RunView
from tui.state.words.events import describe, warnings
from tui.state.words.figures import duration
from tui.terminal.sanitize import ascii_json, sanitize


class Display(Protocol):
    """Shows a run as it goes."""

    def show(self, event: AnyEvent, view: RunView | None) -> None: ...

    def say(self, line: str) -> None: ...


class Lines:
    """Plain lines, for a log file or a pipe."""

    def show(self, event: AnyEvent, view: RunView | None) -> None:
        for line in describe(event):
            self.say(line)

    def say(self, line: str) -> None:
        print(sanitize(line), file=sys.stderr, flush=True)


class ProgressBars(Lines):
    """A rich progress bar for the epoch under the lines, for a terminal."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        self.console = Console(stderr=True, markup=False, highlight=False)
        self.progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.fields[figures]}", markup=False),
            console=self.console,
            transient=True,
            refresh_per_second=4,
        )
        self.task = self.progress.add_task("waiting for the engine", total=None, figures="")

    def __enter__(self) -> None:
        self.progress.start()

    def __exit__(self, *_: object) -> None:
        self.progress.stop()

    def show(self, event: AnyEvent, view: RunView | None) -> None:
        super().show(event, view)
        if isinstance(event, DataProgress):
            self.progress.update(
                self.task, description=sanitize(event.action), completed=event.done, total=event.total, figures=""
            )
        elif view is not None and isinstance(event, StepsDone | EpochDone | RunStarted):
            left = view.seconds_left
            loss = f"loss {event.losses[-1]:.4f}  " if isinstance(event, StepsDone) else ""
            eta = f"  {duration(left)} left" if left is not None else ""
            self.progress.update(
                self.task,
                description=self.describe_task(view),
                completed=view.step % view.steps_per_epoch or (view.steps_per_epoch if view.step else 0),
                total=view.steps_per_epoch,
                figures=f"{loss}{view.images_per_s:,.0f} images/s{eta}",
            )

    def describe_task(self, view: RunView) -> str:
        return f"epoch {min(view.epoch + 1, view.config.epochs)}/{view.config.epochs}"

    def say(self, line: str) -> None:
        self.console.print(sanitize(line))


class JsonLines(Lines):
    """Every event as one JSON line on stdout; what is for people on stderr."""

    def show(self, event: AnyEvent, view: RunView | None) -> None:
        told = msgspec.structs.replace(event, examples=[]) if isinstance(event, DataReady) else event  # for screens
        sys.stdout.write(ascii_json(told) + "\n")
        sys.stdout.flush()
        for line in warnings(event) if isinstance(event, DataReady) else []:
            self.say(line)


@contextmanager
def told_where_nobody_reads(what: str = "the run goes on") -> Iterator[None]:
    """Say that an engine goes on although whoever read what is printed has left."""
    try:
        yield
    except OSError as error:
        left = isinstance(error, BrokenPipeError)
        why = "nobody reads the output any more" if left else "the output cannot be written"
        with suppress(OSError):
            print(f"{why}; {what}: `mnist-tui` shows it", file=sys.stderr, flush=True)
        raise
