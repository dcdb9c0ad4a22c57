"""The optimizer and the schedules of its learning rate."""

from pathlib import Path

import pytest
import torch
from torch import nn

from engine.config import RunConfig
from engine.dataset import Dataset
from engine.messages import EpochDone
from engine.optim import SCHEDULES, build_optimizer, learning_rate
from engine.run import Run, resume
from engine.train import train

CONFIG = RunConfig(epochs=3, batch_size=20, device="cpu", lr=0.01, schedule="one-cycle", beta1=0.7, beta2=0.9)


@pytest.mark.parametrize("steps", [10, 235, 6000])
def test_one_cycle_is_that_of_torch(steps: int) -> None:
    optimizer = torch.optim.SGD(nn.Linear(1, 1).parameters(), lr=0.01)
    theirs = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.01, total_steps=steps, cycle_momentum=False)
    expected = []
    for _ in range(steps):
        expected.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        theirs.step() if len(expected) < steps else None
    found = [learning_rate(CONFIG, step, steps) for step in range(steps)]
    assert found == pytest.approx(expected)


def test_a_constant_rate_is_the_rate_to_the_last_bit() -> None:
    assert {learning_rate(RunConfig(lr=0.1 + 0.2), step, 10) for step in (0, 3, 9, 50)} == {0.1 + 0.2}


def test_a_schedule_has_a_rate_for_any_step_of_any_run() -> None:
    for name in SCHEDULES:
        config = CONFIG.replace({"schedule": name})
        for step, steps in ((0, 0), (0, 1), (1, 1), (10**9, 3)):
            assert 0 < learning_rate(config, step, steps) <= config.lr


def test_adam_takes_what_the_config_says() -> None:
    [group] = build_optimizer(CONFIG.replace({"weight_decay": 0.25}), nn.Linear(1, 1)).param_groups
    assert (group["lr"], group["betas"], group["weight_decay"], group["fused"]) == (0.01, (0.7, 0.9), 0.25, True)


def test_an_epoch_tells_the_rate_of_its_last_step(digits: Dataset) -> None:
    run = Run(CONFIG, digits)
    steps = CONFIG.epochs * run.steps_per_epoch
    told = [event.lr for event in train(run) if isinstance(event, EpochDone)]
    assert told == [learning_rate(CONFIG, (epoch + 1) * run.steps_per_epoch - 1, steps) for epoch in range(3)]
    assert max(told) > 10 * told[-1]


def test_a_resumed_run_goes_on_where_its_schedule_was(digits: Dataset, tmp_path: Path) -> None:
    whole = Run(CONFIG, digits)
    list(train(whole))
    run = Run(CONFIG, digits, folder=tmp_path)
    for event in train(run):
        if isinstance(event, EpochDone):
            break
    run.save()
    rest = resume("r", tmp_path, digits)
    list(train(rest))
    for ours, theirs in zip(whole.model.parameters(), rest.model.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_label_smoothing_raises_the_training_loss_and_is_no_part_of_the_test(digits: Dataset) -> None:
    def first_epoch(smoothing: float) -> EpochDone:
        run = Run(CONFIG.replace({"label_smoothing": smoothing, "lr": 1e-6}), digits)
        return next(event for event in train(run) if isinstance(event, EpochDone))

    plain, smooth = first_epoch(0.0), first_epoch(0.9)
    assert smooth.train_loss != plain.train_loss
    assert smooth.test_loss == pytest.approx(plain.test_loss, abs=1e-3)


def test_adam_takes_the_steps_of_torchs_own_to_the_last_bit() -> None:
    ours, theirs = (nn.Linear(5, 3) for _ in range(2))
    theirs.load_state_dict(ours.state_dict())
    config = RunConfig(lr=0.01, beta1=0.8, beta2=0.95, weight_decay=0.1)
    optimizers = (
        build_optimizer(config, ours),
        torch.optim.Adam(theirs.parameters(), lr=0.01, betas=(0.8, 0.95), weight_decay=0.1, fused=True),
    )
    for _ in range(5):
        images = torch.randn(4, 5)
        for network, optimizer in zip((ours, theirs), optimizers, strict=True):
            optimizer.zero_grad()
            network(images).square().sum().backward()
            optimizer.step()
    assert torch.equal(ours.weight, theirs.weight)
    assert torch.equal(ours.bias, theirs.bias)
