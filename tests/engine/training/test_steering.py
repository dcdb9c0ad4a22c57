"""Hyperparameters changed during a run: from the next step on, or not at all."""

from typing import Any

import msgspec
import pytest
import torch
from torch import nn

from engine.data.find import Dataset
from engine.training.loop import train
from engine.training.run import Run
from engine.vocabulary.config import ConfigError
from engine.vocabulary.messages import EpochDone
from tests.engine.training.compared_runs import (  # noqa: F401  (_report_every_step is a fixture)
    CONFIG,
    _report_every_step,
    figures,
    weights,
)


def test_steering_takes_effect_at_the_next_step(digits: Dataset) -> None:
    run = Run(CONFIG, digits)
    events = train(run)
    next(events)
    run.steer({"lr": 0.5, "weight_decay": 0.25, "dropout": 0.75, "dropout2d": 0.125})
    [group] = run.optimizer.param_groups
    assert (run.lr, group["weight_decay"]) == (0.5, 0.25)
    rates = [module.p for module in run.model.modules() if isinstance(module, nn.Dropout | nn.Dropout2d)]
    assert sorted(rates) == [0.125, 0.75]
    before = weights(run)
    next(events)
    # Adam's first step is as long as the learning rate in almost every direction.
    assert (weights(run) - before).abs().median() == pytest.approx(0.5, rel=0.01)


def test_a_steered_run_differs_and_its_epoch_names_the_rate(digits: Dataset) -> None:
    def run_with(changes: dict[str, Any]) -> tuple[torch.Tensor, list[EpochDone]]:
        run = Run(CONFIG, digits)
        events = []
        for event in train(run):
            events.append(event)
            if run.step == 3:
                run.steer(changes)
        return weights(run), figures(events)

    plain, _ = run_with({})
    for changes in ({"lr": 0.01}, {"weight_decay": 0.5}, {"dropout": 0.0}, {"dropout2d": 0.0}):
        steered, epochs = run_with(changes)
        assert not torch.equal(plain, steered), changes
        assert epochs[0].lr == changes.get("lr", CONFIG.lr)


@pytest.mark.parametrize(("epochs", "steps"), [(1, 7), (4, 28)])
def test_epochs_can_be_fewer_or_more_during_a_run(digits: Dataset, epochs: int, steps: int) -> None:
    run = Run(CONFIG, digits)
    for _ in train(run):
        if run.step == 3:
            run.steer({"epochs": epochs})
    assert (run.epoch, run.step) == (epochs, steps)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"lr": 0.5, "weight_decay": -1}, "weight_decay"),
        ({"lr": "nan"}, "lr"),
        ({"lr": 0.5, "batch_size": 10}, "cannot change during a run"),
        ({"seed": 1}, "cannot change during a run"),
        ({"device": "cpu"}, "cannot change during a run"),
        ({"lr": 0.5, "epochs": 1}, "too few"),
        ({"lrr": 0.5}, "did you mean lr"),
    ],
)
def test_bad_steering_changes_nothing(digits: Dataset, changes: dict[str, Any], reason: str) -> None:
    run = Run(CONFIG, digits)
    for event in train(run):
        if isinstance(event, EpochDone):
            break
    before = (run.config, msgspec.json.encode(run.optimizer.param_groups[0]["lr"]))
    with pytest.raises(ConfigError, match=reason):
        run.steer(changes)
    assert (run.config, msgspec.json.encode(run.optimizer.param_groups[0]["lr"])) == before
    assert run.optimizer.param_groups[0]["weight_decay"] == 0.0
