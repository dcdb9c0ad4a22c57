"""A run without a screen tells of itself, and of nothing that was before."""

import asyncio
from pathlib import Path

import pytest
from fake_engine import FakeClient, epoch_done, started

from engine.messages import Printed, RunEnded, StudyPaused, TrialSummary, TrialTold
from tui.coach.advice import Coach
from tui.plain import INTERRUPTED, Lines, follow, tell_end
from tui.run_view import apply_to_run
from tui.session import Session

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
