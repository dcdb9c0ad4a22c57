"""The coach without a screen: on stderr, once, and never on stdout."""

import asyncio
import json

import pytest
from click.testing import CliRunner
from fake_engine import FakeClient, epoch_done, started

from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import RunEnded
from tests.tui.coach.fake_rule import REMEDY, SEEN, Rule, rule
from tui.__main__ import cli
from tui.commands.train.displays import Display, JsonLines, Lines, ProgressBars
from tui.commands.train.follow import follow
from tui.link.session import Session
from tui.state.advice import Coach

__all__ = ["rule"]
LIFE = [started(), epoch_done(1), epoch_done(2), RunEnded(run="0001-seed-cnn", step=80, time=1.0, state="finished")]


def watch(display: Display, coach: Coach) -> None:
    async def run() -> None:
        session = Session(FakeClient())  # type: ignore[arg-type]
        for event in LIFE:
            session.events.put_nowait((event, True))
        await follow(session, display, False, coach, RunConfig())

    asyncio.run(run())


@pytest.mark.parametrize("display", [Lines, JsonLines, ProgressBars])
def test_advice_is_told_once_on_stderr(display: type[Display], rule: Rule, capsys: pytest.CaptureFixture[str]) -> None:
    watch(display(), Coach())
    told = capsys.readouterr()
    words = " ".join(told.err.split())
    assert words.count(f"coach: over-fitting: {SEEN} {REMEDY}") == 1
    assert "mnist-tui train --dropout 0.75" in words
    assert "coach" not in told.out
    if display is JsonLines:
        assert [json.loads(line)["event"] for line in told.out.splitlines()] == [
            "RunStarted", "EpochDone", "EpochDone", "RunEnded",
        ]  # fmt: skip


def test_advice_that_no_hyperparameter_follows_comes_without_a_command(
    rule: Rule, capsys: pytest.CaptureFixture[str]
) -> None:
    rule.changes = {}
    watch(Lines(), Coach())
    told = " ".join(capsys.readouterr().err.split())
    assert told.count(f"coach: over-fitting: {SEEN} {REMEDY}") == 1
    assert "mnist-tui train" not in told


def test_switched_off_it_says_nothing(rule: Rule, capsys: pytest.CaptureFixture[str]) -> None:
    watch(Lines(), Coach(on=False))
    assert "coach" not in capsys.readouterr().err
    assert rule.looks == 0


@pytest.mark.parametrize(
    ("words", "variable", "coached"),
    [
        (["train"], None, True),
        (["train", "--no-coach"], None, False),
        (["--no-coach", "train"], None, False),
        (["train"], "0", False),
        (["train", "--coach"], "1", True),
        (["train", "--coach"], "0", True),
        (["--coach", "train"], "0", True),
        (["--coach", "train", "--no-coach"], None, False),
    ],
)
def test_the_coach_is_switched_off_by_an_option_or_the_environment(
    words: list[str], variable: str | None, coached: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[bool] = []

    async def train_headless(*_: object, coach: bool, **__: object) -> int:
        told.append(coach)
        return 0

    monkeypatch.setattr("tui.commands.train.one_run.train_headless", train_headless)
    result = CliRunner().invoke(cli, words, env={"MNIST_TUI_COACH": variable})
    assert result.exit_code == 0, result.output
    assert told == [coached]
