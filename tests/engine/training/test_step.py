"""The step as a graph: its twin on the CPU records and repeats, and nothing else than the speed may change."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from engine.data.find import Dataset
from engine.training.loop import train
from engine.training.run import Run
from engine.training.step import WARM_UP
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import StepsDone
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


@needs_cuda
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
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
