"""Our max pooling gives the figures and gradients of torch's, to the last bit."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from engine.data.dataset import Dataset
from engine.networks.catalogue import max_pool as module
from engine.networks.catalogue.max_pool import is_ours, max_pool
from engine.training.loop import train
from engine.training.run import Run
from engine.vocabulary.config import RunConfig

LAYOUTS = [torch.contiguous_format, torch.channels_last]


@pytest.fixture(autouse=True)
def _at_any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGE", 0)


def torchs(maps: Tensor) -> Tensor:
    return F.max_pool2d(maps, 2)


def bits(pool: Callable[[Tensor], Tensor], maps: Tensor, gradient: Tensor) -> tuple[Tensor, Tensor]:
    """Return what a pooling and its gradient are, as integers."""
    maps = maps.detach().requires_grad_()
    pooled = pool(maps)
    pooled.backward(gradient)
    assert maps.grad is not None
    kind = module.BITS[maps.dtype]
    assert (pooled.stride(), maps.grad.stride()) == (torchs(maps).stride(), maps.stride())
    return pooled.detach().view(kind), (maps.grad + 0.0).view(kind)  # a zero has no sign that matters


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("shape", [(3, 10, 24, 24), (2, 20, 8, 6), (1, 2, 2, 2), (5, 3, 4, 4), (4, 33, 2, 4)])
def test_maxima_and_gradients_have_the_bits_of_torchs(
    shape: tuple[int, ...], dtype: torch.dtype, layout: torch.memory_format, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MANY", 100)
    torch.manual_seed(1)
    few = torch.randint(-2, 3, shape).to(dtype)  # most maxima are there twice and more
    for maps in (torch.randn(shape).to(dtype), few, few.relu()):
        maps = maps.to(memory_format=layout)
        gradient = torch.randn(torchs(maps).shape).to(dtype)
        assert is_ours(maps.requires_grad_())
        ours, theirs = bits(max_pool, maps, gradient), bits(torchs, maps, gradient)
        assert torch.equal(ours[0], theirs[0])
        assert torch.equal(ours[1], theirs[1])


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_gradient_may_lie_in_another_order_and_a_relu_may_change_what_came_out(layout: torch.memory_format) -> None:
    maps = torch.randn(2, 10, 8, 8).to(memory_format=layout)
    gradient = torch.randn(2, 4, 4, 10).permute(0, 3, 1, 2)
    for other in (gradient, gradient.contiguous()):
        ours = bits(lambda each: F.relu(max_pool(each), inplace=True), maps, other)
        theirs = bits(lambda each: F.relu(torchs(each), inplace=True), maps, other)
        assert torch.equal(ours[1], theirs[1])


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("place", range(4))
def test_what_is_no_number_is_not_lost(place: int, layout: torch.memory_format) -> None:
    maps = torch.randn(1, 2, 2, 2).to(memory_format=layout)
    maps[0, 1, place // 2, place % 2] = -torch.tensor(torch.nan)
    assert max_pool(maps).isnan().flatten().tolist() == [False, True]


@pytest.mark.parametrize(
    "maps", [torch.randn(1, 2, 5, 4), torch.randn(1, 2, 4, 5), torch.randn(1, 1, 4, 4), torch.randn(2, 4, 4)]
)
def test_other_sizes_are_left_to_torch(maps: Tensor) -> None:
    assert torch.equal(max_pool(maps), torchs(maps))
    assert not is_ours(maps)


def test_so_are_other_types_and_layouts_and_gradients_of_gradients() -> None:
    assert not is_ours(torch.randn(1, 2, 4, 4, dtype=torch.float64))
    assert not is_ours(torch.randn(1, 2, 8, 8)[..., ::2])
    maps = torch.randn(1, 2, 4, 4, requires_grad=True)
    (first,) = torch.autograd.grad(max_pool(maps).square().sum(), maps, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        first.sum().backward()


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize("model", ["seed-cnn", "seed-cnn-bn", "fast-cnn", "deep-cnn", "vgg-small"])
def test_training_ends_with_the_same_weights(
    model: str, precision: str, tiny_dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def trained(ours: Callable[[Tensor], bool]) -> tuple[list[Tensor], list[object]]:
        monkeypatch.setattr(module, "is_ours", lambda maps: bool(asked.append(ours(maps))) or asked[-1])
        run = Run(RunConfig(model=model, precision=precision, epochs=2, batch_size=30, threads=1), tiny_dataset)
        figures = [getattr(event, "test_loss", None) for event in train(run)]
        return list(run.model.state_dict().values()), figures

    weights, figures = trained(is_ours)
    assert any(asked)
    expected, theirs = trained(lambda maps: False)
    assert figures == theirs
    assert all(torch.equal(each, other) for each, other in zip(weights, expected, strict=True))
