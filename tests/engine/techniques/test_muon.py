"""Muon: hidden matrices take orthogonal steps, all else those of AdamW."""

from pathlib import Path

import pytest
import torch
from torch import nn

from engine.data.dataset import Dataset
from engine.networks.build import build_model
from engine.techniques.muon import MuonWithAdamW, capturable_step
from engine.techniques.optimizers import build_optimizer, check_state
from engine.training.loop import train
from engine.training.run import Run, resume
from engine.vocabulary.architectures import CATALOGUE
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import CheckpointSaved
from engine.vocabulary.run_conventions import OLD
from tests.engine.training.compared_runs import forget_conventions


@pytest.mark.parametrize("channels_last", [False, True])
def test_muon_takes_the_step_of_torchs_own_on_filters_as_rows(channels_last: bool) -> None:
    weight = torch.randn(6, 3, 5, 5)
    gradient = torch.randn(6, 3, 5, 5)
    network = nn.Conv2d(3, 6, 5, bias=False)
    whole = nn.Sequential(nn.Conv2d(1, 3, 3), network, nn.Linear(6, 10))  # whose first and last muon leaves alone
    with torch.no_grad():
        network.weight.copy_(weight)
    if channels_last:
        network = network.to(memory_format=torch.channels_last)
    optimizer = build_optimizer(RunConfig(optimizer="muon", lr=0.1, momentum=0.9, weight_decay=0.01), whole)
    network.weight.grad = gradient.clone()
    optimizer.step()
    matrix = nn.Parameter(weight.flatten(1).clone())
    matrix.grad = gradient.flatten(1)
    torch.optim.Muon([matrix], lr=0.1, momentum=0.9, weight_decay=0.01, adjust_lr_fn="match_rms_adamw").step()
    # The columns of a matrix stand in another order under channels_last, and bfloat16 adds them up in that order.
    assert (network.weight.flatten(1) - matrix).abs().max() < 0.1 * 0.2 * 75**0.5 * 0.02


@pytest.mark.parametrize("name", [name for name in CATALOGUE if name != "densenet121"])
def test_muon_leaves_the_layer_of_the_image_and_that_of_the_logits_to_adamw(name: str) -> None:
    network = build_model(RunConfig(model=name))
    optimizer = build_optimizer(RunConfig(optimizer="muon", model=name), network)
    shapes = [each for each in network.parameters() if each.ndim > 1]
    assert shapes[0].shape[1] in (1, 784)
    assert shapes[-1].shape[0] == 10
    matrices, others = (group["params"] for group in optimizer.param_groups)
    assert [each.numel() for each in matrices] == [each.numel() for each in shapes[1:-1]]
    assert {id(shapes[0]), id(shapes[-1])} <= {id(each) for each in others}
    assert len(matrices) + len(others) == len(list(network.parameters()))


@pytest.mark.parametrize("decay", [0.0, 0.1])
def test_the_step_of_muon_that_a_graph_can_hold_is_torchs_own_but_for_rounding(decay: float) -> None:
    ours, theirs = ([nn.Parameter(torch.randn(6, 20)), nn.Parameter(torch.randn(20, 6))] for _ in range(2))
    for mine, other in zip(ours, theirs, strict=True):
        mine.data.copy_(other.data)
    rate = torch.tensor(0.05)
    settings = {"momentum": 0.8, "weight_decay": decay, "adjust_lr_fn": "match_rms_adamw"}
    captured = torch.optim.Muon(ours, lr=rate, **settings)  # type: ignore[arg-type]
    plain = torch.optim.Muon(theirs, lr=0.05, **settings)  # type: ignore[arg-type]
    for i in range(4):
        rate.fill_(0.05 / (i + 1))
        plain.param_groups[0]["lr"] = 0.05 / (i + 1)
        for mine, other in zip(ours, theirs, strict=True):
            mine.grad = torch.randn_like(mine)
            other.grad = mine.grad.clone()
        capturable_step(captured)
        plain.step()
    for mine, other in zip(ours, theirs, strict=True):
        assert (mine - other).norm() < 0.01 * other.norm()
        assert torch.allclose(captured.state[mine]["momentum_buffer"], plain.state[other]["momentum_buffer"])


def test_muon_with_its_rate_on_the_device_is_resumed(tmp_path: Path) -> None:
    def made() -> tuple[nn.Module, MuonWithAdamW]:
        torch.manual_seed(0)
        model = build_model(RunConfig(width=0.5))
        kinds = torch.optim.Muon, torch.optim.AdamW
        return model, MuonWithAdamW(list(model.parameters()), RunConfig(), *kinds, lr=torch.tensor(0.01))

    def steps(model: nn.Module, optimizer: MuonWithAdamW, numbers: range) -> None:
        for i in numbers:
            torch.manual_seed(i)
            optimizer.zero_grad()
            model.eval()(torch.rand(4, 1, 28, 28)).square().sum().backward()
            optimizer.step()

    model, whole = made()
    steps(model, whole, range(4))
    again, first = made()
    steps(again, first, range(2))
    state = first.state_dict()
    check_state(first, state["state"])
    second = made()[1].__class__(list(again.parameters()), RunConfig(), torch.optim.Muon, torch.optim.AdamW,
                                 lr=torch.tensor(0.01))  # fmt: skip
    second.load_state_dict(state)
    steps(again, second, range(2, 4))
    for mine, other in zip(again.parameters(), model.parameters(), strict=True):
        assert torch.equal(mine, other)


def test_muon_on_a_single_layer_is_adamw_alone(digits: Dataset) -> None:
    network = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
    [group] = build_optimizer(RunConfig(optimizer="muon"), network).param_groups
    assert "betas" in group


def test_a_run_with_muon_of_the_time_before_is_resumed_to_the_same_weights(digits: Dataset, tmp_path: Path) -> None:
    config = RunConfig(optimizer="muon", epochs=2, batch_size=50, device="cpu")
    whole = Run(config, digits, conventions=OLD)
    list(train(whole))
    run = Run(config, digits, conventions=OLD, folder=tmp_path)
    for event in train(run):
        if isinstance(event, CheckpointSaved):
            break
    forget_conventions(tmp_path / "last.pt")
    again = resume("r", tmp_path, digits)
    assert len(again.optimizer.param_groups[0]["params"]) == 4
    list(train(again))
    for ours, theirs in zip(again.model.parameters(), whole.model.parameters(), strict=True):
        assert torch.equal(ours, theirs)
