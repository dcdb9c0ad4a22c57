"""A run without a screen tells of itself, and of nothing that was before."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fake_engine import FakeClient, epoch_done, started
from limits import LIMIT

from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    CommandFailed,
    DataReady,
    Printed,
    RunEnded,
    Stop,
    StudyPaused,
    TrialSummary,
    TrialTold,
)
from tui.commands.run_coroutine import INTERRUPTED
from tui.commands.train.displays import Lines, told_where_nobody_reads
from tui.commands.train.follow import follow
from tui.commands.train.interrupts import STOP, Interrupts
from tui.commands.train.one_run import train_run
from tui.commands.train.outcome import Outcome, tell_end
from tui.link.errors import CommandRefused
from tui.link.session import Session
from tui.state.advice import Coach
from tui.state.run import apply_to_run

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
        await follow(session, Lines(), False, Coach(), RunConfig())

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
        (True, INTERRUPTED, "the engine stops the run after its current step"),
        (False, 1, "the engine ended"),
    ],
)
def test_a_run_that_was_not_seen_to_its_end_says_what_becomes_of_it(
    interrupted: bool, status: int, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    view = apply_to_run(None, started("0012-mlp"))
    assert tell_end(tmp_path, view, interrupted) == status
    said = capsys.readouterr().err
    assert words in said
    assert "`mnist-tui train --resume 12` continues it" in said


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


@pytest.mark.parametrize("came", [True, False])
async def test_a_run_that_was_stopped_before_it_began_is_no_failure(
    came: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    interrupts = Interrupts()

    @contextlib.asynccontextmanager
    async def attached(*_: object, **__: object) -> AsyncIterator[Session]:
        session = Session(FakeClient())  # type: ignore[arg-type]
        yield session

    def guard(session: Session | None) -> None:
        if session is not None:
            interrupts.came = came
            session.events.put_nowait((CommandFailed(reason="stopped before it began", reply_to=1), True))

    monkeypatch.setattr("tui.commands.train.one_run.attached", attached)
    monkeypatch.setattr(interrupts, "guard", guard)
    training = train_run(tmp_path, RunConfig(), interrupts, processes=None, json=False)
    if came:
        assert await training == Outcome(INTERRUPTED, None)
        assert "stopped before it began" in capsys.readouterr().err
    else:
        with pytest.raises(CommandRefused, match="stopped before it began"):
            await training


async def test_sigterm_waits_a_while_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.commands.train.interrupts.TERMINATED", 0.01)
    session = Session(FakeClient())  # type: ignore[arg-type]
    interrupts = Interrupts()
    interrupts._session = session
    interrupts._take(signal.SIGTERM)
    assert await asyncio.wait_for(session.events.get(), LIMIT) is None


@pytest.mark.parametrize("stderr_is_there", [True, False])
def test_who_stops_reading_leaves_a_run_that_goes_on_and_is_told_so(
    stderr_is_there: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise BrokenPipeError

    if not stderr_is_there:
        monkeypatch.setattr("builtins.print", broken)
    with pytest.raises(BrokenPipeError), told_where_nobody_reads():
        raise BrokenPipeError
    assert ("the run goes on: `mnist-tui` shows it" in capsys.readouterr().err) is stderr_is_there


@pytest.mark.parametrize("again", [False, True])
def test_data_that_was_loaded_before_is_told_only_if_the_run_begins_on_it(
    again: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    def data(path: str) -> DataReady:
        return DataReady(
            kind="npz file", path=path, train=10, test=10, sample=False, fingerprint="1" * 16, seconds=0.1, notes=[]
        )

    async def run() -> None:
        session = Session(FakeClient())  # type: ignore[arg-type]
        session.events.put_nowait((data("/before"), False))
        if again:
            session.events.put_nowait((data("/now"), True))
        for event in NEWS:
            session.events.put_nowait((event, True))
        await follow(session, Lines(), False, Coach(), RunConfig())

    asyncio.run(run())
    told = capsys.readouterr().err
    assert told.count("data: 10 training") == 1
    assert ("/now" if again else "/before") in told
    assert told.index("data: 10 training") < told.index("0002-now started")


def test_data_that_was_loaded_before_is_not_told_of_a_run_that_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    async def run() -> None:
        session = Session(FakeClient())  # type: ignore[arg-type]
        ready = DataReady(
            kind="npz file", path="/before", train=1, test=1, sample=False, fingerprint="1" * 16, seconds=0.1, notes=[]
        )
        session.events.put_nowait((ready, False))
        session.events.put_nowait((CommandFailed(reply_to=1, reason="/nowhere: is not there"), True))
        await follow(session, Lines(), False, Coach(), RunConfig())

    with pytest.raises(CommandRefused, match="is not there"):
        asyncio.run(run())
    assert "/before" not in capsys.readouterr().err
