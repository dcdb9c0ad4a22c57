"""Several runs at once without a screen: begun, told, stopped together, and what is refused."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner
from fake_engine import epoch_done, started

from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import Command, RunBegun, RunEnded, RunTold, StartRun, Stop
from tui.__main__ import cli
from tui.commands.train.outcome import Outcome
from tui.commands.train.seeds.at_once import AtOnce, Result, StopAll
from tui.commands.train.seeds.displays import NamedLines
from tui.commands.train.seeds.series import at_once
from tui.link.errors import CommandRefused, EngineBusy


class FakeSession:
    """An engine that begins runs as it is told, and ends each when the test says so."""

    def __init__(self) -> None:
        self.events: asyncio.Queue[Any] = asyncio.Queue()
        self.client = self
        self.begun: list[StartRun] = []
        self.sent: list[Command] = []
        self.refusals: list[CommandRefused] = []
        self.most = 0
        self.live: set[str] = set()

    async def request(self, command: StartRun, kind: type) -> RunBegun:
        if self.refusals:
            raise self.refusals.pop(0)
        self.begun.append(command)
        run = f"{len(self.begun):04}-seed-cnn"
        self.tell(started(run=run, seed=command.config.seed))
        self.live.add(run)
        self.most = max(self.most, len(self.live))
        return RunBegun(run=run)

    def send(self, command: Command) -> None:
        self.sent.append(command)
        if isinstance(command, Stop):
            self.end(command.run, "stopped")

    def tell(self, event: Any) -> None:
        self.events.put_nowait((RunTold(told=event), True))

    def end(self, run: str, state: str = "finished") -> None:
        self.live.discard(run)
        self.tell(epoch_done(1, run))
        self.tell(RunEnded(run=run, step=4, time=2.0, state=state))


def configs(count: int) -> list[RunConfig]:
    return [RunConfig(seed=seed) for seed in range(count)]


async def train(session: FakeSession, count: int, jobs: int, then: Callable[[AtOnce], None]) -> list[Result | None]:
    """Train, and do something whenever nothing else happens."""
    training = AtOnce(session, NamedLines(), StopAll(), coach=False)  # type: ignore[arg-type]

    async def drive() -> None:
        while True:
            for _ in range(20):
                await asyncio.sleep(0)
            then(training)

    driving = asyncio.create_task(drive())
    try:
        return await training.train_all(configs(count), jobs)
    finally:
        driving.cancel()


def states(results: list[Result | None]) -> list[str]:
    return [each.view.state for each in results if isinstance(each, Outcome) and each.view is not None]


async def test_so_many_train_at_once_and_each_line_names_its_run(capsys: pytest.CaptureFixture[str]) -> None:
    session = FakeSession()
    results = await train(session, 5, 2, lambda _: session.end(min(session.live)))
    assert states(results) == ["finished"] * 5
    assert [(command.config.seed, command.jobs) for command in session.begun] == [(seed, 2) for seed in range(5)]
    assert session.most == 2
    lines = capsys.readouterr().err.splitlines()
    assert "seed 4, 5 of 5" in lines
    assert any(line.startswith("0003  epoch 1:") for line in lines)


async def test_a_place_that_somebody_else_has_taken_is_waited_for() -> None:
    session = FakeSession()
    session.tell(started(run="0042-mlp"))  # somebody else's

    def then(training: AtOnce) -> None:
        if training.live:
            session.end(min(training.live))
        elif not session.refusals:
            session.tell(RunEnded(run="0042-mlp", step=4, time=2.0, state="finished"))

    session.refusals += [EngineBusy("2 runs of 2 train already")]
    results = await train(session, 3, 1, then)
    assert states(results) == ["finished"] * 3


async def test_what_is_refused_is_told_and_the_others_are_trained() -> None:
    session = FakeSession()
    session.refusals.append(CommandRefused("no such network"))
    results = await train(session, 3, 1, lambda _: session.end(min(session.live)))
    assert isinstance(results[0], CommandRefused)
    assert states(results) == ["finished"] * 2


async def test_ctrl_c_stops_all_that_train_and_begins_no_other() -> None:
    session = FakeSession()

    def then(training: AtOnce) -> None:
        if not training.interrupts.came:
            training.interrupts.came = True
            training.interrupts._ask(session)  # type: ignore[arg-type]

    results = await train(session, 4, 2, then)
    assert states(results) == ["stopped", "stopped"]
    assert results[2:] == [None, None]
    assert [command.run for command in session.sent if isinstance(command, Stop)] == ["0001-seed-cnn", "0002-seed-cnn"]


async def test_an_engine_that_is_gone_ends_it() -> None:
    session = FakeSession()
    results = await train(session, 4, 2, lambda _: session.events.put_nowait(None))
    assert [isinstance(each, Outcome) and each.view is not None and each.view.live for each in results[:2]] == [
        True
    ] * 2
    assert results[2:] == [None, None]


def test_seeds_that_were_not_begun_are_none_of_the_series(tmp_path: Any) -> None:
    view = SimpleNamespace(run="0001-seed-cnn", live=False, state="stopped", reason="", epochs=(), sample=True)
    done = at_once(tmp_path, configs(3), [Outcome(0, view), CommandRefused("no room"), None], True)  # type: ignore[arg-type]
    assert [(run.seed, run.state) for run in done] == [(0, "stopped"), (1, "failed")]
    with pytest.raises(CommandRefused, match="no room"):
        at_once(tmp_path, configs(2), [CommandRefused("no room"), None], False)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--jobs", "2"], "add --seeds"),
        (["--seeds", "2", "--jobs", "2", "--wait"], "leave out --wait"),
        (["--seeds", "2", "--jobs", "2", "--queue"], "leave out --queue"),
        (["--seeds", "2", "--jobs", "2", "--processes", "2"], "leave out --processes or --jobs"),
        (["--seeds", "2", "--jobs", "0"], "'0' is no number of runs; give 1 to 64, or auto"),
        (["--seeds", "2", "--jobs", "65"], "give 1 to 64, or auto"),
        (["--seeds", "2", "--jobs", "many"], "give 1 to 64, or auto"),
    ],
)
def test_what_does_not_go_together_is_refused(words: list[str], said: str) -> None:
    result = CliRunner().invoke(cli, ["train", *words])
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())
