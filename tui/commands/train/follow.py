"""A run without a screen: progress on stderr, events as JSON lines on stdout."""

import asyncio
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from engine.storage.runs.folders import BEST, LAST
from engine.vocabulary.config import RunConfig, Value
from engine.vocabulary.messages import (
    AnyEvent,
    CommandDone,
    CommandFailed,
    DataFailed,
    DataProgress,
    DataReady,
    EngineFailed,
    EngineReady,
    EpochDone,
    LoadData,
    Printed,
    ResumeRun,
    RunEnded,
    RunEvent,
    RunStarted,
    StartRun,
    StepsDone,
    StudyEvent,
)
from tui.coach.watch import apply_rules
from tui.commands.train.interrupts import STOP, Interrupts
from tui.link.client import CommandRefused, refusal
from tui.link.logout import logout_warning
from tui.link.session import CaughtUp, Rejoined, Session, attached, with_new_engine
from tui.state.advice import Coach
from tui.state.run import RunView, apply_to_run
from tui.state.run_numbers import numbers_of
from tui.state.words.events import describe, warnings
from tui.state.words.figures import duration, percent
from tui.state.words.options import command_line
from tui.state.words.values import format_values
from tui.terminal.notifications import call, worth_a_call
from tui.terminal.sanitize import ascii_json, inert

INTERRUPTED = 130  # exit status after Ctrl-C


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
        print(inert(line), file=sys.stderr, flush=True)


class ProgressBars:
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
        for line in describe(event):
            self.say(line)
        if isinstance(event, DataProgress):
            self.progress.update(
                self.task, description=inert(event.action), completed=event.done, total=event.total, figures=""
            )
        elif view is not None and isinstance(event, StepsDone | EpochDone | RunStarted):
            left = view.seconds_left
            loss = f"loss {event.losses[-1]:.4f}  " if isinstance(event, StepsDone) else ""
            eta = f"  {duration(left)} left" if left is not None else ""
            self.progress.update(
                self.task,
                description=f"epoch {min(view.epoch + 1, view.config.epochs)}/{view.config.epochs}",
                completed=view.step % view.steps_per_epoch or (view.steps_per_epoch if view.step else 0),
                total=view.steps_per_epoch,
                figures=f"{loss}{view.images_per_s:,.0f} images/s{eta}",
            )

    def say(self, line: str) -> None:
        self.console.print(inert(line))


class JsonLines:
    """Every event as one JSON line on stdout; what is for people on stderr."""

    def show(self, event: AnyEvent, view: RunView | None) -> None:
        sys.stdout.write(ascii_json(event) + "\n")
        sys.stdout.flush()
        for line in warnings(event) if isinstance(event, DataReady) else []:
            self.say(line)

    def say(self, line: str) -> None:
        print(inert(line), file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Outcome:
    """What became of a run: the exit status, and the run as far as it is known."""

    status: int
    view: RunView | None


async def train_plainly(
    checkpoints: Path,
    config: RunConfig,
    *,
    resume: str = "",
    changes: dict[str, Value] | None = None,
    processes: int | None = None,
    json: bool,
    notify: bool = True,
    coach: bool = True,
) -> int:
    """Train a run to its end and return the exit status."""
    await warn_of_logout()
    outcome = await train_run(
        checkpoints,
        config,
        Interrupts(),
        resume=resume,
        changes=changes,
        processes=processes,
        json=json,
        notify=notify,
        coach=coach,
    )
    return outcome.status


async def warn_of_logout() -> None:
    if warning := await asyncio.to_thread(logout_warning):
        print(f"warning: {inert(warning)}", file=sys.stderr)


async def train_run(
    checkpoints: Path,
    config: RunConfig,
    interrupts: Interrupts,
    *,
    resume: str = "",
    changes: dict[str, Value] | None = None,
    processes: int | None = None,
    json: bool,
    notify: bool = True,
    coach: bool = False,
) -> Outcome:
    """Train a run to its end, unless it is interrupted, and tell of it.

    An engine that a user's own network has changed for good makes way for a new one.
    """
    ask = partial(
        train_once, checkpoints, config, interrupts,
        resume=resume, changes=changes, processes=processes, json=json, notify=notify, coach=coach,
    )  # fmt: skip
    return await with_new_engine(checkpoints, ask)


async def train_once(
    checkpoints: Path,
    config: RunConfig,
    interrupts: Interrupts,
    *,
    resume: str,
    changes: dict[str, Value] | None,
    processes: int | None,
    json: bool,
    notify: bool,
    coach: bool,
) -> Outcome:
    """Train a run with the engine that there is. Raises EngineStale."""
    display: Display = JsonLines() if json else ProgressBars() if sys.stderr.isatty() else Lines()
    async with attached(checkpoints, data=config.data, processes=processes) as session:
        if interrupts.came:  # before there was anything to stop
            return Outcome(INTERRUPTED, None)
        together = session.client.welcome.processes
        session.rejoins = together > 1
        config = config.replace({"processes": together})
        command: ResumeRun | StartRun = StartRun(id=1, config=config)
        if resume:
            command = ResumeRun(id=1, run=resume, changes=changes or {}, data=config.data)
        else:
            session.client.send(LoadData(id=2, path=config.data))  # not what another screen had loaded before
        session.client.send(command)
        interrupts.guard(session)
        try:
            with told_where_nobody_reads(), display if isinstance(display, ProgressBars) else nullcontext():
                view = await follow(
                    session, display, notify and sys.stderr.isatty(), Coach(on=coach), config, interrupts
                )
        except CommandRefused as error:
            if not (interrupts.came and session.waits):
                raise
            print(inert(str(error)), file=sys.stderr)  # stopped before it began
            return Outcome(INTERRUPTED, None)
        except KeyboardInterrupt:  # nobody reads what is printed
            return Outcome(INTERRUPTED, None)
        finally:
            interrupts.guard(None)
    return Outcome(tell_end(checkpoints, view, interrupts.came, session.last_words), view)


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


def tell_end(checkpoints: Path, view: RunView | None, interrupted: bool, last_words: str = "") -> int:
    """Say what became of a run; return the exit status."""
    if view is None or view.live:
        number = numbers_of([view.run]) if view is not None else "RUN"
        resume = f"`mnist-tui train --resume {inert(number)}` continues it"
        if interrupted:
            print(
                f"left at once; the engine stops the run after its current step and saves it: {resume}", file=sys.stderr
            )
            return INTERRUPTED
        why = f" ({inert(last_words)})" if last_words else ""
        print(f"the engine ended{why}; everything up to the last epoch is kept: {resume}", file=sys.stderr)
        return 1
    for line in result_of(checkpoints, view):
        print(inert(line, longest=5000), file=sys.stderr)
    if view.state in ("stopped", "interrupted"):
        return INTERRUPTED if interrupted else 1
    return 0 if view.state == "finished" else 1


def result_of(checkpoints: Path, view: RunView) -> list[str]:
    """Say what a run has reached: after the best epoch by validation, and after the last."""
    reported, last = view.reported, view.last
    if reported is None or last is None:
        return []
    best = reported.validation_accuracy is not None
    validated = f"validation accuracy {percent(reported.validation_accuracy or 0.0)}, " if best else ""
    lines = [
        f"{view.run}: {validated}test accuracy {percent(reported.test_accuracy)}, test loss {reported.test_loss:.4f}"
        f" after epoch {reported.epoch}{', the best by validation' if best else ''};"
        f" weights in {checkpoints / view.run / (BEST if best else LAST)}"
    ]
    if best and last.epoch != reported.epoch:
        lines.append(
            f"{view.run}: validation accuracy {percent(last.validation_accuracy or 0.0)}, test accuracy"
            f" {percent(last.test_accuracy)}, test loss {last.test_loss:.4f} after epoch {last.epoch}, the last;"
            f" weights in {checkpoints / view.run / LAST}"
        )
    if view.began:
        lines.append(
            f"{view.run}: changed during the run, started with {format_values(view.began)};"
            " no single command trains it again"
        )
    return lines


async def follow(
    session: Session,
    display: Display,
    notify: bool,
    coach: Coach,
    asked: RunConfig,
    interrupts: Interrupts | None = None,
) -> RunView | None:
    """Show events until the run that we asked for ends, or we are told to leave; return the run.

    Raises CommandRefused when it does not begin, or is gone without an end.
    """
    view: RunView | None = None
    ours = ""  # the name of our run, once it has begun
    end: RunEnded | None = None  # of our run, as the snapshot has it so far
    loaded: DataReady | None = None  # before we asked: told once a run begins on it
    shown: list[AnyEvent] = []
    session.waits = True
    while (item := await session.events.get()) is not None:
        event, news = item
        if isinstance(event, Rejoined | CaughtUp) and end is not None:  # it ended while nobody listened
            display.show(end, view)
            return view
        if isinstance(event, CaughtUp):
            continue
        if isinstance(event, Rejoined):
            view = view_of(event.known)
            if not ours and view is not None and view.live:  # it began while the connection was lost
                ours = view.run
            if view is None or view.run != ours or not view.live:
                raise CommandRefused(gone(ours, event.reason))
            if interrupts is not None:
                interrupts.repeat()
            continue
        if isinstance(event, CommandFailed) and event.reply_to == 1:
            raise refusal(event)
        if isinstance(event, CommandFailed) and event.reply_to == STOP and interrupts is not None:
            interrupts.refused(event)
        if isinstance(event, EngineFailed) and not session.rejoins:
            raise CommandRefused(f"the engine failed: {event.reason}")
        if isinstance(event, RunEvent):
            view = apply_to_run(view, event)
        if isinstance(event, DataFailed) or (isinstance(event, DataReady) and event.reply_to):
            continue  # an old one, or the refusal of our command tells it; what is loaded is told to all
        if isinstance(event, DataReady):
            loaded = None if news else event
            if not news:
                continue
        if loaded is not None and news and isinstance(event, RunStarted):
            display.show(loaded, None)
            loaded = None
        if not news and isinstance(event, RunStarted | RunEnded):
            end = event if isinstance(event, RunEnded) and event.run == ours else None
        ends = news and isinstance(event, RunEnded) and event.run == ours
        if news or not (isinstance(event, RunEvent | StudyEvent | Printed | DataProgress) or event in shown):
            display.show(event, view)
        if isinstance(event, EngineReady):
            shown.append(event)  # each snapshot has it
        if news and view is not None and isinstance(event, EpochDone | RunEnded):
            coach = advise(coach, view, display, asked)
        if notify and news and (text := worth_a_call(event)):
            print(call(text), end="", file=sys.stderr, flush=True)
        if news and isinstance(event, RunStarted):
            ours, session.waits = ours or event.run, False
        if isinstance(event, CommandDone) and event.reply_to == 1 and not ours:
            raise CommandRefused("the run failed before its first step; `mnist-tui runs` shows why")
        if ends:
            return view
    return view


def view_of(events: Iterable[AnyEvent]) -> RunView | None:
    """Return the run that events add up to."""
    view: RunView | None = None
    for event in events:
        view = apply_to_run(view, event) if isinstance(event, RunEvent) else view
    return view


def gone(run: str, reason: str) -> str:
    """Say that a run did not survive that its engine had to start again."""
    what = f"{run} has ended with" if run else "the run did not start: its command was lost with"
    why = f": {reason}" if reason else "; `mnist-tui engine log` shows why"
    return f"{what} a process of the engine, which had to start again{why}"


def advise(coach: Coach, view: RunView, display: Display, asked: RunConfig) -> Coach:
    """Say what the coach sees in a run that it has not said before; the command leaves to auto what was left to it."""
    coach = apply_rules(coach, view)
    for advice in coach.new_advice():
        display.say(advice.line)
        if not advice.changes:
            continue
        better = command_line(view.config.replace({**advice.changes, "precision": asked.precision}))
        better += " (this run was changed on the way, the new one is not)" if view.began else ""
        steered = "`mnist-tui` changes this run; for a new one: " if view.live and advice.steers else ""
        display.say(f"coach: {steered}{better}")
    return coach.mark_said()
