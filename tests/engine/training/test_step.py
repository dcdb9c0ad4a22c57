"""The step as a graph: its twin on the CPU records and repeats, and nothing else than the speed may change."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from engine.data.find import Dataset
from engine.machine.device import CudaGraph, side_stream
from engine.machine.process_group import ProcessGroup
from engine.techniques.branch import CudaBranch
from engine.techniques.optimizers import OPTIMIZERS
from engine.training.loop import train
from engine.training.memory import give_back
from engine.training.run import Run
from engine.training.step import WARM_UP, Steps
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import GraphsRefused, StepsDone
from tests.engine.training.compared_runs import figures, same, without_time

CONFIG = RunConfig(epochs=2, batch_size=30, seed=5, device="cpu")  # 200 images: 6 steps of 30, one of 20
needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")


class Twin:
    """Does what a CUDA graph does, one line after the other; a capture itself computes nothing."""

    made: list["Twin"]

    def __init__(self) -> None:
        self.compute: Callable[[], Tensor] | None = None
        self.did: list[str] = []
        self.made.append(self)

    def warm_up(self, compute: Callable[[], Tensor]) -> Tensor:
        self.did.append("warm up")
        return compute()

    def capture(self, compute: Callable[[], Tensor]) -> None:
        self.did.append("capture")
        self.compute = compute

    def replay(self) -> Tensor:
        assert self.compute is not None
        self.did.append("replay")
        return self.compute()


@pytest.fixture
def twins(monkeypatch: pytest.MonkeyPatch) -> list[Twin]:
    monkeypatch.setattr("engine.training.loop.REPORT_EVERY", 0.0)
    monkeypatch.setattr("engine.training.step.graphs_for", lambda device: Twin)
    monkeypatch.setattr(Twin, "made", [], raising=False)
    return Twin.made


def test_a_run_by_graphs_is_the_same_as_one_without_to_the_last_bit(
    digits: Dataset, twins: list[Twin], monkeypatch: pytest.MonkeyPatch
) -> None:
    by_graphs = Run(CONFIG, digits)
    events = list(train(by_graphs))
    monkeypatch.setattr("engine.training.step.graphs_for", lambda device: None)
    plain = Run(CONFIG, digits)
    assert figures(list(train(plain))) == figures(events)
    assert same(without_time(by_graphs.state()), without_time(plain.state()))


def test_each_size_of_batch_is_warmed_up_captured_once_and_then_replayed(digits: Dataset, twins: list[Twin]) -> None:
    list(train(Run(CONFIG, digits)))
    large, small = twins  # 12 steps of 30 images, 2 of 20
    assert large.did == ["warm up"] * WARM_UP + ["capture"] + ["replay"] * (12 - WARM_UP)
    assert small.did == ["warm up"] * 2


def test_a_steered_run_is_captured_anew_with_the_new_rates(digits: Dataset, twins: list[Twin]) -> None:
    run = Run(CONFIG, digits)
    events = train(run)
    while run.step < 5:
        next(events)
    run.steer({"weight_decay": 0.1, "lr": 0.01})
    list(events)
    assert len(twins) == 3
    assert twins[0].did.count("replay") == 5 - WARM_UP


def test_where_a_step_cannot_be_captured_the_run_goes_on_without_graphs(
    digits: Dataset, twins: list[Twin], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(self: Twin, compute: Callable[[], Tensor]) -> None:
        raise RuntimeError("operation not permitted when stream is capturing")

    monkeypatch.setattr(Twin, "capture", refuse)
    run = Run(CONFIG, digits)
    assert sum(event.steps for event in train(run) if isinstance(event, StepsDone)) == 14
    assert "run trains without CUDA graphs: operation not permitted" in capsys.readouterr().out
    assert len(twins) == 1


def test_a_run_without_graphs_tells_why_once(
    digits: Dataset, twins: list[Twin], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Twin, compute: Callable[[], Tensor]) -> None:
        raise RuntimeError("operation not permitted when stream is capturing")

    monkeypatch.setattr(Twin, "capture", refuse)
    told = [event for event in train(Run(CONFIG, digits)) if isinstance(event, GraphsRefused)]
    assert [(event.step, event.reason) for event in told] == [
        (WARM_UP + 1, "operation not permitted when stream is capturing")
    ]


def test_several_processes_tell_that_they_have_no_graphs(digits: Dataset, twins: list[Twin]) -> None:
    run = Run(CONFIG, digits)
    run.group = Pair()
    steps = Steps(run)
    assert steps.new_graph is None
    assert steps.untold_problem() == "2 processes train together"
    assert steps.untold_problem() == ""


class Pair(ProcessGroup):
    size = 2


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_step_of_every_optimizer_is_captured(optimizer: str, digits: Dataset, twins: list[Twin]) -> None:
    events = list(train(Run(CONFIG.replace({"optimizer": optimizer}), digits)))
    assert twins[0].did.count("replay") == 12 - WARM_UP
    assert not any(isinstance(event, GraphsRefused) for event in events)


def test_a_rate_that_stays_is_set_once(digits: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    rates = []
    monkeypatch.setattr("engine.training.step.set_learning_rate", lambda optimizer, rate: rates.append(rate))
    list(train(Run(CONFIG.replace({"schedule": "step", "decay_every": 1}), digits)))
    assert rates == [CONFIG.lr, CONFIG.lr / 2]


def test_streams_are_the_same_for_a_purpose_as_long_as_the_process_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    """For each stream torch keeps a workspace: a new one for each run would be memory that is never given back."""
    monkeypatch.setattr(torch.cuda, "Stream", lambda device: object())
    monkeypatch.setattr(torch.cuda, "CUDAGraph", object)
    side_stream.cache_clear()
    first, second = (CudaGraph(torch.device("cuda", 0)) for _ in range(2))
    assert first.stream is second.stream
    assert CudaBranch(torch.device("cuda", 0)).stream is CudaBranch(torch.device("cuda", 0)).stream
    assert CudaBranch(torch.device("cuda", 0)).stream is not first.stream
    assert CudaGraph(torch.device("cuda", 1)).stream is not first.stream
    side_stream.cache_clear()


def test_memory_of_a_gpu_is_given_back_when_nothing_trains(monkeypatch: pytest.MonkeyPatch) -> None:
    given = []
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: given.append(True))
    monkeypatch.setattr(torch.cuda, "is_initialized", lambda: False)
    give_back()
    assert given == []
    monkeypatch.setattr(torch.cuda, "is_initialized", lambda: True)
    give_back()
    assert given == [True]


@needs_cuda
@pytest.mark.parametrize("precision", ["fp32", "tf32", "bf16"])
@pytest.mark.parametrize("model", ["seed-cnn", "fast-cnn"])
def test_a_run_by_cuda_graphs_learns_what_one_without_learns(
    digits: Dataset, model: str, precision: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = CONFIG.replace({"device": "cuda", "model": model, "precision": precision})
    by_graphs = figures(list(train(Run(config, digits))))
    monkeypatch.setattr("engine.training.step.graphs_for", lambda device: None)
    plain = figures(list(train(Run(config, digits))))
    for one, other in zip(by_graphs, plain, strict=True):
        assert one.train_loss == pytest.approx(other.train_loss, rel=0.02)
        assert one.test_loss == pytest.approx(other.test_loss, rel=0.02)


@needs_cuda
def test_on_cuda_the_steps_after_the_first_are_graphs(digits: Dataset, capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(CONFIG.replace({"device": "cuda"}), digits)
    list(train(run))
    assert "without CUDA graphs" not in capsys.readouterr().out
    assert isinstance(run.optimizer.param_groups[0]["lr"], torch.Tensor)
