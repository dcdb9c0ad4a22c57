"""Adam in pieces: the steps of torch's own."""

from collections.abc import Callable
from typing import cast

import pytest
import torch
from torch import Tensor, nn

from engine.techniques.adam_in_pieces import SMALLEST, step_at_once, step_in_pieces
from engine.techniques.optimizers import build_optimizer
from engine.vocabulary.config import RunConfig


def network(last: bool = False) -> nn.Module:
    torch.manual_seed(2)
    made = nn.Sequential(nn.Conv2d(3, 8, 5), nn.BatchNorm2d(8), nn.Flatten(), nn.Linear(8 * 16, 70))
    return made.to(memory_format=torch.channels_last) if last else made


def weights_after(model: nn.Module, optimizer: torch.optim.Optimizer, step: Callable[[], object]) -> Tensor:
    for i in range(4):
        torch.manual_seed(i)
        optimizer.zero_grad()
        model(torch.rand(5, 3, 8, 8)).square().sum().backward()
        step()
    return torch.cat([each.detach().flatten() for each in model.parameters()])


@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize("kind", [torch.optim.Adam, torch.optim.AdamW])
def test_steps_are_those_of_torchs_own(kind: type[torch.optim.Adam], last: bool) -> None:
    def made() -> tuple[nn.Module, torch.optim.Adam]:
        model = network(last)
        return model, kind(model.parameters(), lr=0.01, betas=(0.8, 0.95), weight_decay=0.1, fused=True)

    assert sum(each.numel() for each in network().parameters()) > 4 * SMALLEST
    model, optimizer = made()
    whole = weights_after(model, optimizer, optimizer.step)
    model, optimizer = made()
    taken = []

    def step() -> None:
        taken.append(step_in_pieces(optimizer))
        if not taken[-1]:
            optimizer.step()

    pieces = weights_after(model, optimizer, step)
    assert taken == [False, True, True, True]  # the first makes the moments
    assert torch.allclose(pieces, whole, rtol=1e-6, atol=1e-8)
    assert {float(state["step"]) for state in optimizer.state.values()} == {4.0}


def test_a_gradient_of_another_layout_is_left_to_torch() -> None:
    model = network()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01, fused=True)
    weights_after(model, optimizer, optimizer.step)
    first = next(model.parameters())
    before = first.detach().clone()
    first.grad = torch.rand(8, 3, 5, 5).to(memory_format=torch.channels_last)
    assert not step_in_pieces(optimizer)
    assert torch.equal(first, before)


@pytest.mark.parametrize("name", ["adam", "adamw"])
def test_on_a_gpu_it_is_tried_first(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []
    monkeypatch.setattr("engine.techniques.optimizers.step_in_pieces", lambda optimizer: bool(tried.append(1)) or True)
    model = nn.Linear(2, 2)
    optimizer = build_optimizer(RunConfig(optimizer=name), model)
    optimizer.step()
    assert tried == []
    monkeypatch.setattr("engine.techniques.optimizers.on_cuda", lambda parameters: True)
    optimizer.step()
    assert tried == [1]


@pytest.mark.parametrize("name", ["adam", "adamw"])
def test_on_a_cpu_steps_have_the_bits_of_torchs_own(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def trained() -> Tensor:
        model = network()
        optimizer = build_optimizer(RunConfig(optimizer=name, weight_decay=0.1), model)
        return weights_after(model, cast(torch.optim.Optimizer, optimizer), optimizer.step)

    taken = []
    monkeypatch.setattr(
        "engine.techniques.optimizers.step_at_once", lambda each: bool(taken.append(step_at_once(each))) or taken[-1]
    )
    ours = trained()
    assert taken == [False, True, True, True]
    monkeypatch.setattr("engine.techniques.optimizers.step_at_once", lambda each: False)
    assert torch.equal(trained(), ours)
