"""A study without a screen: its trials as lines on stderr, the best configuration as a command on stdout."""

import sys
from pathlib import Path

import msgspec

from engine.vocabulary.config import RunConfig
from engine.vocabulary.fields import counted
from engine.vocabulary.messages import (
    AnyEvent,
    DataProgress,
    JobsPlanned,
    LoadData,
    PlanJobs,
    Printed,
    RunEvent,
    StartStudy,
    StudyEnded,
    StudyEvent,
    StudyStarted,
    TrackerTold,
    TrialTold,
)
from tui.commands.run_coroutine import INTERRUPTED
from tui.commands.train.displays import JsonLines, Lines, told_where_nobody_reads
from tui.commands.train.interrupts import Interrupts
from tui.commands.train.one_run import warn_of_logout
from tui.commands.train.own_events import own_events
from tui.link.attach import attached, with_new_engine
from tui.link.errors import CommandRefused
from tui.link.session import CaughtUp, Rejoined, Session
from tui.state.run import RunView
from tui.state.study import StudyView, apply_to_study
from tui.state.words.events import describe
from tui.state.words.figures import percent
from tui.state.words.options import command_line
from tui.state.words.runs import plan_in_words
from tui.state.words.trials import trial_words
from tui.terminal.notifications import call_for_attention
from tui.terminal.sanitize import sanitize


class TrialLines(Lines):
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


async def tune_headless(checkpoints: Path, command: StartStudy, *, json: bool, notify: bool = True) -> int:
    """Run a study to its end and return the exit status.

    The first Ctrl-C leaves it as it is, to be continued; a second one does not wait for that. An engine that a user's
    own network has changed for good makes way for a new one.
    """
    await warn_of_logout()
    return await with_new_engine(checkpoints, lambda: tune_once(checkpoints, command, json=json, notify=notify))


async def tune_once(checkpoints: Path, command: StartStudy, *, json: bool, notify: bool) -> int:
    """Run a study with the engine that there is. Raises EngineStale."""
    display: Lines = JsonLines() if json else TrialLines()
    interrupts = Interrupts("stopping")
    async with attached(
        checkpoints, data=command.base.data, processes=1 if command.jobs != 1 else None, jobs=command.jobs
    ) as session:
        session.client.send(LoadData(id=2, path=command.base.data))  # not what another screen had loaded before
        if command.jobs != 1:
            question = PlanJobs(config=command.base, jobs=command.jobs, runs=command.trials)
            plan = await session.ask(question, JobsPlanned)
            display.say(plan_in_words(plan, "trials"))
            command = msgspec.structs.replace(command, jobs=plan.jobs)
        session.client.send(command)
        interrupts.guard(session)
        try:
            with told_where_nobody_reads("the study goes on"):
                view = await follow_study(session, display, notify and sys.stderr.isatty(), interrupts)
        except CommandRefused as error:
            if not (interrupts.came and session.waits):
                raise
            print(sanitize(str(error)), file=sys.stderr)  # stopped before it began
            return INTERRUPTED
        except KeyboardInterrupt:  # nobody reads what is printed
            return INTERRUPTED
    if interrupts.came and (view is None or view.live):
        print("left at once; the engine stops the study, `mnist-tui studies` shows how to continue it", file=sys.stderr)
        return INTERRUPTED
    if view is None:
        raise CommandRefused(session.end_reason)
    report(view, command.base, json)
    if view.live:
        print("the engine ended; the trials that are done are kept", file=sys.stderr)
    if view.state == "finished":
        return 0 if view.best is not None else 1
    storage = f" --storage {command.storage}" if command.storage and "@" not in command.storage else ""
    print(f"`mnist-tui tune --name {sanitize(view.study)}{sanitize(storage)}` continues it", file=sys.stderr)
    return INTERRUPTED if interrupts.came else 1


async def follow_study(session: Session, display: Lines, notify: bool, interrupts: Interrupts) -> StudyView | None:
    """Show events until the study that we asked for ends, or we are told to leave; return it."""
    view: StudyView | None = None
    ours = False
    session.waits = True
    async for event, news in own_events(session, StudyStarted, interrupts):
        if isinstance(event, Rejoined | CaughtUp):
            continue  # a study is of one process, and ends once
        if isinstance(event, StudyEvent) and (news or ours):  # a program that was suspended gets a snapshot
            view = apply_to_study(view, event)
            ours = ours or isinstance(event, StudyStarted)
            session.waits = False
            if isinstance(display, TrialLines):
                display.study = view
        if news or not isinstance(event, RunEvent | StudyEvent | Printed | DataProgress | TrackerTold):
            display.show(event, None)
        if notify and news:
            call_for_attention(event)
        if isinstance(event, StudyEnded) and ours:
            return view
    return view


def report(view: StudyView, asked: RunConfig, json: bool) -> None:
    """Say what the search was worth, and print how to train the best configuration, where and on what was asked."""
    best, base = view.best, view.base_trial
    if best is None:
        print("no trial was trained to the end", file=sys.stderr)
        return
    print(sanitize(f"best: {trial_words(view, best)}"), file=sys.stderr)
    if base is not None and base.accuracy is not None:
        budget = counted(view.base.epochs, "epoch")
        print(f"the base: {percent(base.accuracy)}, also after {budget}", file=sys.stderr)
    if view.importances:
        shares = ", ".join(f"{sanitize(name, 40)} {100 * share:.0f} %" for name, share in view.importances.items())
        print(f"what mattered: {shares}", file=sys.stderr)
    print(
        "measured on held-out training images, not on the test set. To train on all training images (with more --epochs"
        " for a full run):",
        file=sys.stderr,
    )
    here = {name: getattr(asked, name) for name in ("data", "device", "precision")}
    command = sanitize(command_line(view.config_of(best).replace(here)), longest=2000)
    print(command, file=sys.stderr if json else sys.stdout)
