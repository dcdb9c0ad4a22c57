"""A run is followed through an engine that starts again, or that this program lagged behind."""

import asyncio

import pytest
from fake_engine import READY, FakeClient, started

from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import CommandFailed, RunEnded
from tui.commands.train.displays import Lines
from tui.commands.train.follow import follow
from tui.commands.train.interrupts import STOP, Interrupts
from tui.link.errors import CommandRefused
from tui.link.session import CaughtUp, Rejoined, Session
from tui.state.advice import Coach
from tui.state.run import RunView


def test_what_every_snapshot_has_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    """A resume sends each program a snapshot of the run that goes on."""
    follow_all((READY, False), (CaughtUp(), False), (READY, False), (OURS, False), (CaughtUp(), False), (OURS, True))
    assert capsys.readouterr().err.count("engine ready") == 1


def follow_all(*items: tuple[object, bool], interrupts: Interrupts | None = None) -> RunView | None:
    """Follow a run through these events, and then the end of the engine."""

    async def run() -> RunView | None:
        session = Session(FakeClient())  # type: ignore[arg-type]
        session.rejoins = True
        for item in items:
            session.events.put_nowait(item)  # type: ignore[arg-type]
        session.events.put_nowait(None)
        return await follow(session, Lines(), False, Coach(), RunConfig(), interrupts)

    return asyncio.run(run())


OURS = started("0002-now")


LOST = "a process of the group is lost"


def again(*known: object) -> list[tuple[object, bool]]:
    """What is told of an engine that started again: its snapshot, and that this was it."""
    return [*((event, False) for event in known), (Rejoined(LOST, known), False)]  # type: ignore[arg-type]


def caught_up(*known: object) -> list[tuple[object, bool]]:
    """What is told to a program that lagged too far behind."""
    return [*((event, False) for event in known), (CaughtUp(), False)]


def test_a_run_that_goes_on_after_a_lost_process_is_followed_to_its_end() -> None:
    resumed = started("0002-now", step=40, epoch=1)
    end = RunEnded(run="0002-now", step=80, time=1.0, state="finished")
    view = follow_all((OURS, True), *again(OURS), (resumed, True), (end, True))
    assert view is not None
    assert view.state == "finished"


@pytest.mark.parametrize("news", [True, False])
def test_a_run_that_was_lost_with_a_process_ends_with_the_reason(
    news: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    end = RunEnded(run="0002-now", step=3, time=1.0, state="failed", reason="no checkpoint")
    items = [*again(OURS), (end, True)] if news else again(OURS, end)
    view = follow_all((OURS, True), *items)
    assert view is not None
    assert (view.state, view.reason) == ("failed", "no checkpoint")
    assert "0002-now failed at step 3: no checkpoint" in capsys.readouterr().err


def test_an_earlier_end_of_a_run_that_was_resumed_is_not_its_end() -> None:
    """The log that an engine starts again with begins before the resume."""
    stopped = RunEnded(run="0002-now", step=40, time=1.0, state="stopped")
    resumed = started("0002-now", step=40, epoch=1)
    end = RunEnded(run="0002-now", step=80, time=2.0, state="finished")
    for then in (again(OURS, stopped, resumed), [*caught_up(OURS, stopped, resumed)]):
        view = follow_all((resumed, True), *then, (end, True))
        assert view is not None
        assert view.state == "finished"


def test_a_run_that_ended_while_the_program_was_suspended_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    end = RunEnded(run="0002-now", step=80, time=2.0, state="finished")
    view = follow_all((OURS, True), *caught_up(OURS, end))
    assert view is not None
    assert view.state == "finished"
    assert capsys.readouterr().err.count("0002-now finished") == 1


@pytest.mark.parametrize("known", [[], [started("0003-other")]])
def test_a_run_that_is_gone_without_an_end_is_not_waited_for(known: list[object]) -> None:
    """Another engine took the place of the one that was lost, and trains nothing, or something else."""
    with pytest.raises(CommandRefused, match=f"0002-now has ended with a process .*: {LOST}"):
        follow_all((OURS, True), *again(*known))


@pytest.mark.parametrize(
    "before", [[], [started("0001-before"), RunEnded(run="0001-before", step=1, time=1.0, state="finished")]]
)
def test_a_command_that_was_lost_with_a_process_is_told_to_be(before: list[object]) -> None:
    with pytest.raises(CommandRefused, match=f"the run did not start: its command was lost .*: {LOST}"):
        follow_all(*((event, False) for event in before), *again(*before))


def test_a_run_that_began_while_the_connection_was_lost_is_ours() -> None:
    end = RunEnded(run="0002-now", step=80, time=1.0, state="finished")
    view = follow_all(*again(OURS), (end, True))
    assert view is not None
    assert (view.run, view.state) == ("0002-now", "finished")


def test_a_refusal_to_stop_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    follow_all((OURS, True), (CommandFailed(reason="no room", reply_to=STOP), True), interrupts=Interrupts())
    assert "not stopped: no room" in capsys.readouterr().err
