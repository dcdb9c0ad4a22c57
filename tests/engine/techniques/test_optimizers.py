"""The optimizer and the schedules of its learning rate."""

from pathlib import Path

import pytest
import torch
from torch import nn

from engine.data.dataset import Dataset
from engine.techniques.optimizers import OPTIMIZERS, build_optimizer
from engine.training.loop import train
from engine.training.run import Run, resume
from engine.vocabulary.config import FIELDS, ConfigError, RunConfig
from engine.vocabulary.messages import EpochDone
from engine.vocabulary.schedule import SCHEDULES, learning_rate

CONFIG = RunConfig(epochs=3, batch_size=20, device="cpu", lr=0.01, schedule="one-cycle", beta1=0.7, beta2=0.9)


def test_the_form_offers_every_optimizer_and_every_schedule() -> None:
    assert FIELDS["optimizer"].choices == tuple(OPTIMIZERS)
    assert FIELDS["schedule"].choices == tuple(SCHEDULES)


def test_adam_takes_what_the_config_says() -> None:
    [group] = build_optimizer(CONFIG.replace({"weight_decay": 0.25}), nn.Linear(1, 1)).param_groups
    assert (group["lr"], group["betas"], group["weight_decay"], group["fused"]) == (0.01, (0.7, 0.9), 0.25, True)


def test_an_epoch_tells_the_rate_of_its_last_step(digits: Dataset) -> None:
    run = Run(CONFIG, digits)
    told = [event.lr for event in train(run) if isinstance(event, EpochDone)]
    assert told == [
        learning_rate(CONFIG, (epoch + 1) * run.steps_per_epoch - 1, run.steps_per_epoch) for epoch in range(3)
    ]
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


@pytest.mark.parametrize("channels_last", [False, pytest.param(True, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_learns(name: str, channels_last: bool, digits: Dataset) -> None:
    precision = "bf16" if channels_last else "fp32"
    lr = 0.05 if name in ("sgd", "nesterov") else 0.005
    config = RunConfig(optimizer=name, epochs=8, batch_size=20, lr=lr, device="cpu", precision=precision, dropout=0.1)
    epochs = [event for event in train(Run(config, digits)) if isinstance(event, EpochDone)]
    assert epochs[-1].train_loss < 0.7 * epochs[0].train_loss


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_goes_on_after_a_resume_as_if_nothing_had_been(
    name: str, digits: Dataset, tmp_path: Path
) -> None:
    config = RunConfig(optimizer=name, epochs=2, batch_size=30, device="cpu", clip=0.5, ema=0.9, momentum=0.8)
    whole = Run(config, digits)
    list(train(whole))
    run = Run(config, digits, folder=tmp_path)
    for event in train(run):
        if isinstance(event, EpochDone):
            break
    run.save()
    rest = resume("r", tmp_path, digits)
    list(train(rest))
    for mine, theirs in ((whole.model, rest.model), (whole.tested, rest.tested)):
        for ours, others in zip(mine.parameters(), theirs.parameters(), strict=True):
            assert torch.equal(ours, others)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_what_is_steered_reaches_every_optimizer(name: str, digits: Dataset) -> None:
    run = Run(RunConfig(optimizer=name, epochs=2, batch_size=100, device="cpu"), digits)
    run.steer({"weight_decay": 0.125, "momentum": 0.5, "beta1": 0.25, "beta2": 0.75})
    for group in run.optimizer.param_groups:
        assert group["weight_decay"] == 0.125
        assert group.get("betas", (0.25, 0.75)) == (0.25, 0.75)
        assert group.get("alpha", 0.75) == 0.75
        assert "alpha" in group or group.get("momentum", 0.5) == 0.5


def test_nesterov_without_momentum_is_refused() -> None:
    with pytest.raises(ConfigError, match="needs momentum"):
        RunConfig().replace({"optimizer": "nesterov", "momentum": 0})


def test_a_long_gradient_is_scaled_down_to_the_limit(digits: Dataset) -> None:
    config = RunConfig(optimizer="sgd", momentum=0.0, lr=1.0, clip=0.01, epochs=1, batch_size=200, device="cpu")
    run = Run(config, digits)
    before = torch.cat([each.detach().flatten().clone() for each in run.model.parameters()])
    list(train(run))
    after = torch.cat([each.detach().flatten() for each in run.model.parameters()])
    assert (after - before).norm().item() == pytest.approx(0.01, rel=1e-3)


@pytest.mark.parametrize(
    ("name", "first", "then"), [("muon", 0.0, 0.0), ("muon", 0.9, 0.0), ("sgd", 0.9, 0.0), ("sgd", 0.0, 0.9)]
)
def test_a_run_without_momentum_or_steered_to_or_from_it_is_resumed(
    name: str, first: float, then: float, digits: Dataset, tmp_path: Path
) -> None:
    run = Run(
        RunConfig(optimizer=name, momentum=first, epochs=3, batch_size=50, dropout=0, dropout2d=0),
        digits,
        folder=tmp_path,
    )
    events = train(run)
    while not isinstance(next(events), EpochDone):
        pass
    run.steer({"momentum": then})
    run.save()
    again = resume("r", tmp_path, digits)
    list(events)
    list(train(again))
    for ours, theirs in zip(run.model.parameters(), again.model.parameters(), strict=True):
        assert torch.equal(ours, theirs)
