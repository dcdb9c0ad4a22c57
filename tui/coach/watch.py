"""When the coach looks at a run: once an epoch, and when one begins, changes, ends or is deleted; never at a step."""

from msgspec.structs import replace

from engine.vocabulary.messages import (
    AnyEvent,
    EpochDone,
    RunEnded,
    RunOpened,
    RunsChanged,
    RunStarted,
    Snapshot,
    Steered,
)
from tui.state.advice import Advice, Coach
from tui.state.run import RunView
from tui.state.state import State
from tui.state.store import log_lines

WORTH_A_LOOK = EpochDone | RunEnded | RunOpened | RunsChanged | RunStarted | Snapshot | Steered


def update_advice(state: State, event: AnyEvent | None = None) -> State:
    """Return the state with the coach's advice on the run that is shown, and a line in the log for what is new.

    `event` is what brought the state about; without one the coach looks in any case.
    """
    if event is not None and not isinstance(event, WORTH_A_LOOK):
        return state
    if isinstance(event, Snapshot | RunOpened) and not event.last:
        return state
    if isinstance(event, RunsChanged) and not event.deleted:
        return state
    if isinstance(event, EpochDone | RunEnded | Steered) and state.opened is not None:
        return state  # it looks at the run in progress when that is shown again
    coach = apply_rules(state.coach, state.shown)
    if state.opened is not None:
        return replace(state, coach=coach)  # the log is that of the run in progress
    return log_lines(replace(state, coach=coach.mark_said()), *(advice.line for advice in coach.new_advice()))


def apply_rules(coach: Coach, view: RunView | None) -> Coach:
    """Return the coach with its advice on a run."""
    if view is None or not coach.on:
        return coach.receive("", ())
    from tui.coach.rules import RULES  # before the first run there is nothing to judge

    found: list[Advice] = []
    for rule in RULES:
        if (advice := rule(view)) is not None:
            found.append(advice)
            if advice.final and (view.run, advice.rule) not in coach.dismissed:
                break
    return coach.receive(view.run, tuple(found))
