"""The branch of a step: the same gradients, computed where nothing waits for them."""

import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils import parametrizations

from engine.data.dataset import Dataset
from engine.machine.device import side_stream
from engine.networks.build import build_model
from engine.techniques.branch import LAYERS, Branch, CudaBranch, Result, WeightsBeside
from engine.techniques.precision import logits_of
from engine.training.loop import train
from engine.training.run import Run
from engine.vocabulary.config import RunConfig
from tests.engine.training.compared_runs import figures
from tests.engine.training.test_step import Twin


class Later(Branch):
    """Computes only when it is joined: whoever reads what a branch returns before that gets a wrong number."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []
        self.joined = 0

    def run(self, compute: Callable[[], Result], reads: Iterable[Tensor] = ()) -> Result:
        held = [each.clone() for each in reads]
        result = compute()
        outputs = [result] if isinstance(result, Tensor) else list(result)  # type: ignore[call-overload]
        right = [each.clone() for each in outputs]
        for each in outputs:
            each.fill_(1e6)

        def finish() -> None:
            assert all(map(torch.equal, held, reads)), "what a branch reads was changed before it was joined"
            for each, value in zip(outputs, right, strict=True):
                each.copy_(value)

        self.waiting.append(finish)
        return result

    def join(self) -> None:
        self.joined += 1
        for finish in self.waiting:
            finish()
        self.waiting.clear()


class Stream:
    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.waited_for: list[Stream] = []

    def wait_stream(self, other: "Stream") -> None:
        self.waited_for.append(other)


@pytest.fixture
def streams(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Stream, CudaBranch]]:
    """The usual stream of a GPU that is not there, and a branch beside it."""
    gpu = torch.device("cuda", 0)
    usual = Stream(gpu)
    monkeypatch.setattr(torch.cuda, "Stream", Stream)
    monkeypatch.setattr(torch.cuda, "current_stream", lambda device: usual)
    monkeypatch.setattr(torch.cuda, "stream", lambda stream: nullcontext())
    side_stream.cache_clear()
    yield usual, CudaBranch(gpu)
    side_stream.cache_clear()


def test_a_branch_waits_for_what_it_reads_and_all_wait_for_it_once_it_is_joined(
    streams: tuple[Stream, CudaBranch],
) -> None:
    usual, branch = streams
    read = torch.ones(3)
    alive = weakref.ref(read)
    assert branch.run(lambda: 7, [read]) == 7
    assert (branch.stream.waited_for, usual.waited_for) == ([usual], [])
    del read
    assert alive() is not None  # its memory must not be used again as long as the branch may read it
    branch.join()
    assert usual.waited_for == [branch.stream]
    assert alive() is None
    branch.join()  # of nothing: a capture forbids to wait for what is no part of it
    assert len(usual.waited_for) == 1


def test_a_branch_that_holds_much_memory_is_joined_at_once(
    streams: tuple[Stream, CudaBranch], monkeypatch: pytest.MonkeyPatch
) -> None:
    usual, branch = streams
    monkeypatch.setattr("engine.techniques.branch.MOST_HELD", 30)
    branch.run(lambda: None, [torch.ones(4)])
    assert usual.waited_for == []
    branch.run(lambda: None, [torch.ones(4)])
    assert usual.waited_for == [branch.stream]


def gradients(model: nn.Module, images: Tensor, beside: WeightsBeside | None, precision: str) -> list[Tensor]:
    for each in model.parameters():
        each.grad = None
    torch.manual_seed(3)
    if beside is None:
        logits = logits_of(model, images, precision)
    else:
        with beside:
            logits = logits_of(model, images, precision)
    F.cross_entropy(logits, torch.arange(len(images)) % 10).backward()
    if beside is not None:
        beside.join()
    found = [each.grad for each in model.parameters()]
    assert all(each is not None for each in found)
    return found  # type: ignore[return-value]


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize("name", ["seed-cnn", "fast-cnn", "mlp", "lenet5", "resnet-small"])
def test_gradients_are_those_of_a_step_in_line(name: str, precision: str) -> None:
    torch.manual_seed(1)
    model = build_model(RunConfig(model=name, precision=precision)).train()
    images = torch.rand(6, 1, 28, 28)
    plain = gradients(model, images, None, precision)
    state = {key: value.clone() for key, value in model.state_dict().items()}
    model.load_state_dict(state)
    branch = Later()
    beside = gradients(model, images, WeightsBeside(branch), precision)
    assert branch.joined == 1
    for ours, theirs, weight in zip(beside, plain, model.parameters(), strict=True):
        assert ours.dtype == weight.dtype
        assert ours.stride() == weight.stride()
        assert (ours - theirs).norm() <= 1e-4 * theirs.norm() + 1e-9


def test_a_weight_that_is_used_twice_gets_both_gradients() -> None:
    layer = nn.Linear(4, 4)
    inputs = torch.rand(3, 4)

    def gradient(beside: WeightsBeside | None) -> Tensor:
        layer.weight.grad = layer.bias.grad = None
        if beside is None:
            layer(layer(inputs)).sum().backward()
        else:
            with beside:
                result = layer(layer(inputs))
            result.sum().backward()
            beside.join()
        assert layer.weight.grad is not None
        return layer.weight.grad

    plain = gradient(None).clone()
    assert torch.allclose(gradient(WeightsBeside(Later())), plain)


def test_a_weight_that_is_computed_is_left_alone_as_more_waits_for_its_gradient() -> None:
    layer = parametrizations.weight_norm(nn.Linear(4, 4, bias=False))
    branch = Later()
    with WeightsBeside(branch):
        result = layer(torch.rand(3, 4))
    result.sum().backward()
    assert branch.waiting == []
    assert all(each.grad is not None for each in layer.parameters())


@pytest.mark.parametrize(
    ("arguments", "shape"),
    [({}, (5, 4, 3, 3)), ({"stride": 2, "padding": 1}, (5, 4, 3, 3)), ({"dilation": 2}, (5, 4, 2, 2)),
     ({"groups": 2}, (6, 2, 3, 3)), ({"padding": "same"}, (5, 4, 3, 3))],
)  # fmt: skip
def test_a_convolution_of_any_kind_has_its_gradients(arguments: dict[str, int], shape: tuple[int, ...]) -> None:
    layer = nn.Conv2d(4, shape[0], shape[2], **arguments)  # type: ignore[arg-type]
    images = torch.rand(2, 4, 9, 9, requires_grad=True)
    layer(images).square().sum().backward()
    expected = [images.grad, layer.weight.grad, layer.bias.grad if layer.bias is not None else None]
    images.grad = layer.weight.grad = None
    assert layer.bias is not None
    layer.bias.grad = None
    beside = WeightsBeside(Later())
    with beside:
        result = layer(images)
    result.square().sum().backward()
    beside.join()
    for ours, theirs in zip((images.grad, layer.weight.grad, layer.bias.grad), expected, strict=True):
        assert ours is not None
        assert theirs is not None
        assert torch.allclose(ours, theirs, rtol=1e-4, atol=1e-5)


def test_layers_of_torch_call_what_is_replaced() -> None:
    seen = []

    class Watch(WeightsBeside):
        def __torch_function__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
            seen.append(func)
            return func(*args, **(kwargs or {}))

    with Watch(Branch()):
        nn.Linear(2, 2)(torch.rand(1, 2))
        nn.Conv2d(1, 1, 1)(torch.rand(1, 1, 2, 2))
    assert set(LAYERS) <= set(seen)


@pytest.mark.parametrize("changes", [{}, {"optimizer": "muon", "clip": 0.5}, {"mixup": 0.3, "ema": 0.9}])
def test_a_run_with_a_branch_learns_what_one_without_learns(
    changes: dict[str, float], digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = RunConfig(epochs=2, batch_size=30, seed=5, device="cpu", precision="fp32").replace(changes)
    plain = figures(list(train(Run(config, digits))))
    monkeypatch.setattr(Twin, "made", [], raising=False)
    monkeypatch.setattr("engine.training.step.graphs_for", lambda device: Twin)
    monkeypatch.setattr("engine.training.step.branch_for", lambda run: WeightsBeside(Later()))
    for ours, theirs in zip(figures(list(train(Run(config, digits)))), plain, strict=True):
        assert ours.train_loss == pytest.approx(theirs.train_loss, rel=1e-3)
        assert ours.train_accuracy == pytest.approx(theirs.train_accuracy, abs=0.01)
        assert ours.test_loss == pytest.approx(theirs.test_loss, rel=1e-3)
