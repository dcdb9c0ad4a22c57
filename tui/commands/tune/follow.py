"""A study without a screen: its trials as lines on stderr, the best configuration as a command on stdout."""

import asyncio
import signal
import sys
from pathlib import Path

from engine.vocabulary.config import RunConfig
from engine.vocabulary.fields import counted
from engine.vocabulary.messages import (
    AnyEvent,
    CommandFailed,
    DataFailed,
    DataProgress,
    DataReady,
    EngineFailed,
    LoadData,
    Printed,
    RunEvent,
    StartStudy,
    Stop,
    StudyEnded,
    StudyEvent,
    StudyStarted,
    TrialTold,
)
from tui.commands.train.follow import INTERRUPTED, Display, JsonLines, told_where_nobody_reads
from tui.commands.train.interrupts import STOP, TERMINATED, listen
from tui.link.client import CommandRefused, refusal
from tui.link.logout import logout_warning
from tui.link.session import CaughtUp, Rejoined, Session, attached, with_new_engine
from tui.state.run import RunView
from tui.state.study import StudyView, apply_to_study
from tui.state.words.events import describe
from tui.state.words.figures import percent
from tui.state.words.options import command_line
from tui.state.words.trials import trial_words
from tui.terminal.notifications import call, worth_a_call
from tui.terminal.sanitize import inert


class TrialLines:
    """Plain lines; trials with the best so far. Those that a study had before it is continued are only counted."""

    def __init__(self) -> None:
        self.study: StudyView | None = None
        self._before = False

    def show(self, event: AnyEvent, view: RunView | None) -> None:
        best = ""
        if isinstance(event, StudyStarted):
            self._before = True
        elif isinstance(event, TrialTold) and self.study is not None:
            of = f"{self.study.done} of {self.study.target}"
            if self._before and event.trial.state in ("running", "waiting"):
                self._before = False
                if self.study.done:
                    self.say(f"{of} trials {'is' if self.study.done == 1 else 'are'} done already")
            if self._before:
                return
            if self.study.best is not None:
                best = f"; {of}, best {percent(self.study.best.accuracy or 0)} of trial {self.study.best.number}"
        for line in describe(event):
            self.say(line + best)

    def say(self, line: str) -> None:
        print(inert(line), file=sys.stderr, flush=True)


async def tune_plainly(checkpoints: Path, command: StartStudy, *, json: bool, notify: bool = True) -> int:
    """Run a study to its end and return the exit status.

    The first Ctrl-C leaves it as it is, to be continued; a second one does not wait for that. An engine that a user's
    own network has changed for good makes way for a new one.
    """
    return await with_new_engine(checkpoints, lambda: tune_once(checkpoints, command, json=json, notify=notify))


async def tune_once(checkpoints: Path, command: StartStudy, *, json: bool, notify: bool) -> int:
    """Run a study with the engine that there is. Raises EngineStale."""
    display: JsonLines | TrialLines = JsonLines() if json else TrialLines()
    if warning := await asyncio.to_thread(logout_warning):
        print(f"warning: {inert(warning)}", file=sys.stderr)
    async with attached(checkpoints, data=command.base.data) as session:
        session.client.send(LoadData(id=2, path=command.base.data))  # not what another screen had loaded before
        session.client.send(command)
        stopping = asyncio.Event()

        def stop(number: int) -> None:
            if stopping.is_set():
                session.events.put_nowait(None)
                return
            stopping.set()
            print("stopping; press Ctrl-C again to leave at once", file=sys.stderr)
            session.client.send(Stop(id=STOP))
            if number == signal.SIGTERM:
                loop.call_later(TERMINATED, session.events.put_nowait, None)

        loop = asyncio.get_running_loop()
        listen(stop)
        try:
            with told_where_nobody_reads("the study goes on"):
                view = await follow_study(session, display, notify and sys.stderr.isatty())
        except CommandRefused as error:
            if not (stopping.is_set() and session.waits):
                raise
            print(inert(str(error)), file=sys.stderr)  # stopped before it began
            return INTERRUPTED
        except KeyboardInterrupt:  # nobody reads what is printed
            return INTERRUPTED
    if stopping.is_set() and (view is None or view.live):
        print("left at once; the engine stops the study, `mnist-tui studies` shows how to continue it", file=sys.stderr)
        return INTERRUPTED
    if view is None:
        raise CommandRefused(session.farewell)
    report(view, command.base, json)
    if view.live:
        print("the engine ended; the trials that are done are kept", file=sys.stderr)
    if view.state != "finished":
        storage = f" --storage {command.storage}" if command.storage and "@" not in command.storage else ""
        print(f"`mnist-tui tune --name {inert(view.study)}{inert(storage)}` continues it", file=sys.stderr)
    if view.state != "finished":
        return INTERRUPTED if stopping.is_set() else 1
    return 0 if view.best is not None else 1


async def follow_study(session: Session, display: Display, notify: bool) -> StudyView | None:
    """Show events until the study that we asked for ends, or we are told to leave; return it."""
    view: StudyView | None = None
    ours = False
    loaded: DataReady | None = None  # before we asked: told once a study begins on it
    session.waits = True
    while (item := await session.events.get()) is not None:
        event, news = item
        if isinstance(event, Rejoined | CaughtUp):
            continue  # a study is of one process, and ends once
        if isinstance(event, CommandFailed) and event.reply_to == 1:
            raise refusal(event)
        if isinstance(event, CommandFailed) and event.reply_to == STOP:
            print(f"not stopped: {inert(event.reason)}", file=sys.stderr)
        if isinstance(event, EngineFailed):
            raise CommandRefused(f"the engine failed: {event.reason}")
        if isinstance(event, DataFailed) or (isinstance(event, DataReady) and event.reply_to):
            continue  # an old one, or the refusal of our command tells it
        if isinstance(event, DataReady):
            loaded = None if news else event
            if not news:
                continue
        if loaded is not None and news and isinstance(event, StudyStarted):
            display.show(loaded, None)
            loaded = None
        if isinstance(event, StudyEvent) and (news or ours):  # a program that was suspended gets a snapshot
            view = apply_to_study(view, event)
            ours = ours or isinstance(event, StudyStarted)
            session.waits = False
            if isinstance(display, TrialLines):
                display.study = view
        if news or not isinstance(event, RunEvent | StudyEvent | Printed | DataProgress):
            display.show(event, None)
        if notify and news and (text := worth_a_call(event)):
            print(call(text), end="", file=sys.stderr, flush=True)
        if isinstance(event, StudyEnded) and ours:
            return view
    return view


def report(view: StudyView, asked: RunConfig, json: bool) -> None:
    """Say what the search was worth, and print how to train the best configuration, where and on what was asked."""
    best, base = view.best, view.base_trial
    if best is None:
        print("no trial was trained to the end", file=sys.stderr)
        return
    print(inert(f"best: {trial_words(view, best)}"), file=sys.stderr)
    if base is not None and base.accuracy is not None:
        budget = counted(view.base.epochs, "epoch")
        print(f"the base: {percent(base.accuracy)}, also after {budget}", file=sys.stderr)
    if view.importances:
        shares = ", ".join(f"{inert(name, 40)} {100 * share:.0f} %" for name, share in view.importances.items())
        print(f"what mattered: {shares}", file=sys.stderr)
    print(
        "measured on held-out training images, not on the test set. To train on all training images (with more --epochs"
        " for a full run):",
        file=sys.stderr,
    )
    here = {name: getattr(asked, name) for name in ("data", "device", "precision")}
    command = inert(command_line(view.config_of(best).replace(here)), longest=2000)
    print(command, file=sys.stderr if json else sys.stdout)
