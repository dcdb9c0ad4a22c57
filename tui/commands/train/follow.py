"""Follows a run without a screen: shows what it tells, to its end, across engines that start again."""

from collections.abc import Iterable

from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    AnyEvent,
    CommandDone,
    DataProgress,
    EngineReady,
    EpochDone,
    Printed,
    RunEnded,
    RunEvent,
    RunStarted,
    StudyEvent,
    TrackerTold,
)
from tui.coach.watch import apply_rules
from tui.commands.train.displays import Display
from tui.commands.train.interrupts import Interrupts
from tui.commands.train.own_events import COMMAND, own_events
from tui.commands.train.queue.turn import Turn
from tui.link.errors import CommandRefused
from tui.link.session import CaughtUp, Rejoined, Session
from tui.state.advice import Coach
from tui.state.run import RunView, apply_to_run
from tui.state.words.options import command_line
from tui.terminal.notifications import call_for_attention


async def follow(
    session: Session,
    display: Display,
    notify: bool,
    coach: Coach,
    asked: RunConfig,
    interrupts: Interrupts | None = None,
    turn: Turn | None = None,
) -> RunView | None:
    """Show events until the run that we asked for ends, or we are told to leave; return the run. One that waits in
    the queue is shown from its `turn` on.

    Raises CommandRefused when it does not begin, or is gone without an end.
    """
    view: RunView | None = None
    ours = ""  # the name of our run, once it has begun
    end: RunEnded | None = None  # of our run, as the snapshot has it so far
    shown: list[AnyEvent] = []
    session.waits = True
    async for event, news in own_events(session, RunStarted, interrupts):
        if turn is not None and not turn.came:
            came = turn.has_come(event)
            session.waits = not turn.number  # the queue may take hours, and that is no matter of the engine
            if interrupts is not None:
                interrupts.follow(turn)
            if not came:
                continue
            news = True  # whether it came with a snapshot or not
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
        if isinstance(event, RunEvent):
            view = apply_to_run(view, event)
        if not news and isinstance(event, RunStarted | RunEnded):
            end = event if isinstance(event, RunEnded) and event.run == ours else None
        if news or not (
            isinstance(event, RunEvent | StudyEvent | Printed | DataProgress | TrackerTold) or event in shown
        ):
            display.show(event, view)
        if isinstance(event, EngineReady):
            shown.append(event)  # each snapshot has it
        if news and view is not None and isinstance(event, EpochDone | RunEnded):
            coach = advise(coach, view, display, asked)
        if notify and news:
            call_for_attention(event)
        if news and isinstance(event, RunStarted):
            ours, session.waits = ours or event.run, False
        if isinstance(event, CommandDone) and event.reply_to == COMMAND and not ours:
            raise CommandRefused("the run failed before its first step; `mnist-tui runs` shows why")
        if news and isinstance(event, RunEnded) and event.run == ours:
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
