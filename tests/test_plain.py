"""A run without a screen tells of itself, and of nothing that was before."""

import asyncio
import signal
from pathlib import Path

import pytest
from fake_engine import FakeClient, epoch_done, started
from limits import LIMIT

from engine.messages import CommandFailed, Printed, RunEnded, Stop, StudyPaused, TrialSummary, TrialTold
from tui.client import CommandRefused
from tui.coach.advice import Coach
from tui.interrupts import STOP, Interrupts
from tui.plain import INTERRUPTED, Lines, follow, tell_end
from tui.run_view import RunView, apply_to_run
from tui.session import Rejoined, Session

BEFORE = [
    Printed(lines=["Traceback of another run"]),
    started("0001-before"),
    epoch_done(1, run="0001-before"),
    RunEnded(run="0001-before", step=40, time=1.0, state="failed", reason="of another run"),
    TrialTold(study="other", trial=TrialSummary(number=0, state="finished", accuracy=0.5)),
    StudyPaused(study="other"),
]
NEWS = [
    started("0002-now"),
    Printed(lines=["a warning of its own"]),
    RunEnded(run="0002-now", step=40, time=1.0, state="finished"),
]


def test_what_was_before_a_run_is_not_told(capsys: pytest.CaptureFixture[str]) -> None:
    async def run() -> None:
        session = Session(FakeClient())  # type: ignore[arg-type]
        for event in BEFORE:
            session.events.put_nowait((event, False))
        for event in NEWS:
            session.events.put_nowait((event, True))
        await follow(session, Lines(), False, Coach())

    asyncio.run(run())
    told = capsys.readouterr().err
    assert "another run" not in told
    assert "other" not in told
    assert "0001-before" not in told
    assert "0002-now started" in told
    assert "engine: a warning of its own" in told


@pytest.mark.parametrize(
    ("interrupted", "status", "words"),
    [
        (True, INTERRUPTED, "the engine stops it after its present step"),
        (False, 1, "the engine has ended"),
    ],
)
def test_a_run_that_was_not_seen_to_its_end_says_what_becomes_of_it(
    interrupted: bool, status: int, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    view = apply_to_run(None, started("0012-mlp"))
    assert tell_end(tmp_path, view, interrupted) == status
    said = capsys.readouterr().err
    assert words in said
    assert "`mnist-tui train --resume 12` goes on with it" in said


# ------------------------------------------- a run of an engine that starts again


def follow_all(*items: tuple[object, bool], interrupts: Interrupts | None = None) -> RunView | None:
    """Follow a run through these events, and then the end of the engine."""

    async def run() -> RunView | None:
        session = Session(FakeClient())  # type: ignore[arg-type]
        session.rejoins = True
        for item in items:
            session.events.put_nowait(item)  # type: ignore[arg-type]
        session.events.put_nowait(None)
        return await follow(session, Lines(), False, Coach(), interrupts)

    return asyncio.run(run())


OURS = started("0002-now")
LOST = "a process of the group is lost"


def again(*known: object) -> list[tuple[object, bool]]:
    """What is told of an engine that started again: its snapshot, and that this was it."""
    return [*((event, False) for event in known), (Rejoined(LOST, known), False)]  # type: ignore[arg-type]


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


@pytest.mark.parametrize("known", [[], [started("0003-other")]])
def test_a_run_that_is_gone_without_an_end_is_not_waited_for(known: list[object]) -> None:
    """Another engine took the place of the one that was lost, and trains nothing, or something else."""
    with pytest.raises(CommandRefused, match=f"0002-now has ended with a process .*: {LOST}"):
        follow_all((OURS, True), *again(*known))


@pytest.mark.parametrize(
    "before", [[], [started("0001-before"), RunEnded(run="0001-before", step=1, time=1.0, state="finished")]]
)
def test_a_command_that_was_lost_with_a_process_is_told_to_be(before: list[object]) -> None:
    with pytest.raises(CommandRefused, match=f"the run did not begin: the command was lost .*: {LOST}"):
        follow_all(*((event, False) for event in before), *again(*before))


def test_a_run_that_began_while_the_connection_was_lost_is_ours() -> None:
    end = RunEnded(run="0002-now", step=80, time=1.0, state="finished")
    view = follow_all(*again(OURS), (end, True))
    assert view is not None
    assert (view.run, view.state) == ("0002-now", "finished")


def test_a_refusal_to_stop_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    follow_all((OURS, True), (CommandFailed(reason="no room", reply_to=STOP), True), interrupts=Interrupts())
    assert "not stopped: no room" in capsys.readouterr().err


async def test_sigterm_leaves_a_run_that_cannot_be_stopped_and_control_c_stays(
    capsys: pytest.CaptureFixture[str],
) -> None:
    refusal = CommandFailed(reason="no room", reply_to=STOP)
    for number, left in ((signal.SIGINT, False), (signal.SIGTERM, True)):
        session = Session(FakeClient())  # type: ignore[arg-type]
        interrupts = Interrupts()
        interrupts._session = session
        interrupts._take(number)
        assert session.client.sent == [Stop(id=STOP)]  # type: ignore[attr-defined]
        interrupts.refused(refusal)
        assert session.events.empty() is not left


async def test_sigterm_waits_a_while_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.interrupts.TERMINATED", 0.01)
    session = Session(FakeClient())  # type: ignore[arg-type]
    interrupts = Interrupts()
    interrupts._session = session
    interrupts._take(signal.SIGTERM)
    assert await asyncio.wait_for(session.events.get(), LIMIT) is None
