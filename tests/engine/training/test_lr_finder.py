"""The learning-rate finder: what it suggests, and that it leaves no trace."""

import contextlib
import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
from click.testing import CliRunner

from engine.data.dataset import Dataset
from engine.techniques.lr_suggestion import REACH, exploded, smooth, suggest
from engine.training.loop import train
from engine.training.lr_finder import HIGHEST, LOWEST, STEPS, find_rates
from engine.training.run import Run
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    CommandFailed,
    Continue,
    EpochDone,
    FindRate,
    Pause,
    RatesTried,
    StartRun,
    StopFinding,
)
from tests.engine.server.worker.driven_worker import Engine
from tests.engine.training.compared_runs import same, without_time
from tui.__main__ import cli
from tui.screens.rates import verdict
from tui.state.words.events import why_no_rate

CONFIG = RunConfig(batch_size=30, device="cpu", optimizer="sgd", epochs=4)


def valley(bottom: float) -> tuple[list[float], list[float]]:
    """Rates a decade apart by 20 steps, and losses that fall in a half sine to a bottom and rise again."""
    rates = [10.0 ** (i / 20 - 6) for i in range(141)]
    at = round(20 * bottom)
    return rates, [1 + abs(i - at) / 50 for i in range(141)]


def test_it_suggests_a_tenth_of_the_rate_of_the_lowest_loss() -> None:
    rates, losses = valley(bottom=5)
    assert suggest(rates, losses)[1] == pytest.approx(10.0 ** (5 - 6) / 10)


def test_it_suggests_the_rate_where_the_loss_falls_most_steeply() -> None:
    rates, _ = valley(5)
    losses = [2.3] * 60 + [2.3 - 0.1 * i for i in range(20)] + [0.3] * 61
    assert rates[60 + REACH - 2] <= suggest(rates, losses)[0] <= rates[80 - REACH + 2]


def test_too_few_losses_suggest_nothing() -> None:
    assert suggest([1e-6, 1e-5], [2.3, 2.2]) == (0.0, 0.0)
    assert suggest([], []) == (0.0, 0.0)


def test_a_loss_that_never_surely_falls_speaks_for_no_rate() -> None:
    rates, _ = valley(5)
    random = np.random.default_rng(0)
    for flat in ([2.3] * 141, list(2.3 + 0.01 * random.standard_normal(141)), [2.3 + 0.01 * i for i in range(141)]):
        assert suggest(rates, flat) == (0.0, 0.0)
    found = 0
    for _ in range(1000):
        found += suggest(rates, list(2.3 + random.standard_normal(141))) != (0.0, 0.0)
    assert found <= 10  # the lowest of so many stretches is low by chance


def test_a_loss_that_falls_a_little_but_surely_speaks() -> None:
    rates, losses = valley(5)
    noisy = list(losses + 0.1 * np.random.default_rng(0).standard_normal(141))
    assert suggest(rates, noisy)[1] == pytest.approx(10.0 ** (5 - 6) / 10, rel=0.5)


def test_nothing_outside_of_the_rates_tried_is_suggested() -> None:
    rates, losses = valley(bottom=0.9)
    steepest, suggestion = suggest(rates, losses)
    assert suggestion == rates[0] < rates[18] / 5
    assert rates[0] <= steepest <= rates[-1]


@pytest.mark.parametrize("model", ["seed-cnn", "fast-cnn"])
def test_images_without_content_get_no_suggestion(digits: Dataset, model: str) -> None:
    black = dataclasses.replace(digits, train_images=torch.zeros_like(digits.train_images))
    last = list(find_rates(CONFIG.replace({"model": model}), black))[-1]
    assert (last.done, last.steepest, last.decade_below) == (True, 0.0, 0.0)
    assert len(last.losses) > 10


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2))])
def test_batches_of_one_image_get_a_suggestion_within_the_rates_or_none(digits: Dataset, seed: int) -> None:
    last = list(find_rates(CONFIG.replace({"batch_size": 1, "seed": seed}), digits))[-1]
    for rate in (last.steepest, last.decade_below):
        assert rate == 0 or last.rates[0] <= rate <= last.rates[-1]


def test_why_nothing_is_suggested_is_told() -> None:
    nothing = RatesTried(rates=[1e-6] * 20, losses=[2.3] * 20, smoothed=[2.3] * 20, done=True)
    assert "the loss never fell below 2.300, where it began, by more than the noise" in why_no_rate(nothing)
    assert verdict(nothing).startswith("The loss never fell")
    few = msgspec.structs.replace(nothing, rates=[], losses=[], smoothed=[])
    assert "not a number from the first rates on" in why_no_rate(few)
    assert why_no_rate(msgspec.structs.replace(few, problem="no memory")) == "it ended early: no memory"


def test_find_lr_without_evidence_fails_and_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    nothing = RatesTried(rates=[1e-6] * 20, losses=[2.3] * 20, smoothed=[2.3] * 20, done=True)

    class Silent:
        async def ask(self, *_: object) -> None: ...

        async def until(self, *_: object) -> RatesTried:
            return nothing

    @contextlib.asynccontextmanager
    async def attached(*_: object, **__: object) -> AsyncIterator[Silent]:
        yield Silent()

    monkeypatch.setattr("tui.commands.train.lr_finder.attached", attached)
    for options in ([], ["--json"]):
        result = CliRunner().invoke(cli, ["find-lr", "--checkpoints", str(tmp_path), *options])
        assert result.exit_code == 1
        assert "the loss never fell below 2.300" in result.stderr
        assert "suggestion" not in result.stdout


def test_smoothing_keeps_a_straight_line_where_it_is() -> None:
    line = [0.5 * i for i in range(40)]
    assert smooth(line)[REACH:-REACH] == pytest.approx(line[REACH:-REACH])


def test_a_loss_of_four_times_the_lowest_has_exploded() -> None:
    assert not exploded([2.3] * 50)
    assert exploded([1.0] * 50 + [100.0] * 3)
    assert not exploded([])


def test_it_tries_rates_from_the_lowest_up_until_the_loss_explodes(digits: Dataset) -> None:
    told = list(find_rates(CONFIG, digits))
    last = told[-1]
    assert [each.done for each in told] == [False] * (len(told) - 1) + [True]
    assert last.rates[0] == LOWEST
    assert last.rates[-1] <= HIGHEST
    assert len(last.rates) == len(last.losses) == len(last.smoothed) <= STEPS
    ratios = {round(after / before, 9) for before, after in zip(last.rates, last.rates[1:], strict=False)}
    assert len(ratios) == 1
    assert LOWEST < last.steepest < 10
    assert LOWEST < last.decade_below < 1


@pytest.mark.parametrize("optimizer", ["adam", "sgd", "muon"])
def test_run_optimizer_and_generators_are_bit_identical_before_and_after(
    digits: Dataset, monkeypatch: pytest.MonkeyPatch, optimizer: str
) -> None:
    monkeypatch.setattr("engine.training.lr_finder.STEPS", 40)
    config = CONFIG.replace({"optimizer": optimizer, "ema": 0.9, "rotation": 10})
    events, run = None, Run(config, digits)
    events = train(run)
    while not isinstance(next(events), EpochDone):
        pass
    before = {name: value.clone() if isinstance(value, torch.Tensor) else value for name, value in run.state().items()}
    before["model"] = {name: value.clone() for name, value in run.model.state_dict().items()}
    moments = [
        {name: value.clone() for name, value in each.items()} for each in run.optimizer.state_dict()["state"].values()
    ]
    chance = torch.get_rng_state()
    for _ in find_rates(run.config, digits, run):
        assert torch.equal(torch.get_rng_state(), chance)
    assert same(run.model.state_dict(), before["model"])
    assert same(list(run.optimizer.state_dict()["state"].values()), moments)
    rest = [event.train_loss for event in events if isinstance(event, EpochDone)]
    undisturbed = [event.train_loss for event in train(Run(config, digits)) if isinstance(event, EpochDone)]
    assert rest == undisturbed[1:]


def test_with_a_run_it_looks_from_where_the_run_is(digits: Dataset) -> None:
    run = Run(CONFIG.replace({"optimizer": "adam", "lr": 0.01, "epochs": 12}), digits)
    list(train(run))
    trained = next(find_rates(run.config, digits, run)).losses
    fresh = next(find_rates(run.config, digits)).losses
    assert sum(trained) < 0.9 * sum(fresh)
    assert same(without_time(run.state())["position"], {"epoch": 12, "batch": 0, "step": 84})


@pytest.fixture
def engine(checkpoints: Path, digits_folder: Path) -> Engine:
    engine = Engine(checkpoints)
    engine.load(str(digits_folder))
    return engine


def find(engine: Engine) -> RatesTried:
    while engine.worker.jobs.finding is not None:
        engine.worker.jobs.advance()
    return engine.sink.of(RatesTried)[-1]


def test_the_engine_finds_a_rate_for_a_new_run_and_for_a_paused_one(engine: Engine) -> None:
    engine.done(FindRate(config=CONFIG))
    new = find(engine)
    assert new.done
    assert new.decade_below > 0
    engine.done(StartRun(config=CONFIG))
    assert "pause it" in engine.refused(FindRate(config=CONFIG))
    engine.train_until(lambda: engine.step >= 7)
    engine.done(Pause())
    engine.done(FindRate(config=CONFIG))
    assert find(engine).losses != new.losses
    engine.done(FindRate(config=CONFIG, new=True))
    assert find(engine).losses == new.losses
    assert "on other data" in engine.refused(FindRate(config=CONFIG.replace({"data": "/elsewhere"}), new=True))


def test_finding_ends_when_told_and_when_something_is_to_be_trained(engine: Engine) -> None:
    engine.done(FindRate(config=CONFIG))
    engine.done(StopFinding())
    assert engine.worker.jobs.finding is None
    engine.done(FindRate(config=CONFIG))
    engine.done(StartRun(config=CONFIG))
    ended = engine.sink.of(RatesTried)  # who waits for it hears of it
    assert [(each.done, each.problem) for each in ended] == [
        (True, "stopped by another command (StopFinding)"),
        (True, "stopped by another command (StartRun)"),
    ]
    engine.done(Pause())
    engine.done(FindRate(config=CONFIG))
    assert engine.worker.busy
    engine.done(Continue())
    assert engine.worker.jobs.finding is None


def test_a_bad_config_is_refused_before_anything_is_tried(engine: Engine) -> None:
    assert "Batch size" in engine.refused(FindRate(config=RunConfig(batch_size=0)))
    assert engine.worker.jobs.finding is None


def test_what_goes_wrong_on_the_copy_is_told_and_ends_nothing(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no memory for it")

    monkeypatch.setattr("engine.training.lr_finder.train_step", fail)
    engine.done(FindRate(config=CONFIG))
    told = find(engine)
    assert (told.done, told.problem) == (True, "RuntimeError: no memory for it")
    assert not isinstance(engine.tell(StartRun(config=CONFIG)), CommandFailed)
