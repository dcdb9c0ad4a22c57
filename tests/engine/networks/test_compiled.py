"""A compiled network: what becomes of a run that asks for one, where it can be had and where it cannot."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from engine.data.dataset import Dataset
from engine.networks import compiled as module
from engine.networks.compiled import CompiledNetwork, CompileFailed, compile_network
from engine.training.loop import train
from engine.training.run import Run, resume
from engine.training.step import Steps
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import CheckpointSaved, NetworkCompiled, RunEvent
from tests.engine.training.compared_runs import figures

CONFIG = RunConfig(epochs=2, batch_size=30, seed=5, device="cpu", threads=1, compile="on")
CPU = torch.device("cpu")


class Seen(nn.Module):
    """What torch.compile returns here: the network itself, and the sizes of the batches that it had."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model
        self.sizes: list[int] = []

    def forward(self, images: Tensor) -> Tensor:
        self.sizes.append(len(images))
        logits: Tensor = self.model(images)
        return logits


@pytest.fixture
def compiler(monkeypatch: pytest.MonkeyPatch) -> list[Seen]:
    """A compiler without work; what it made."""
    made: list[Seen] = []
    monkeypatch.setattr(module, "_prepare", lambda folder: None)
    monkeypatch.setattr(module, "has_compiler", lambda: True)
    monkeypatch.setattr(torch, "compile", lambda model, dynamic: made.append(Seen(model)) or made[-1])
    return made


def weights(run: Run) -> list[Tensor]:
    return list(run.model.state_dict().values())


def same(first: Run, second: Run) -> bool:
    return all(torch.equal(a, b) for a, b in zip(weights(first), weights(second), strict=True))


def told(events: list[RunEvent]) -> list[tuple[int, str]]:
    return [(event.step, event.reason) for event in events if isinstance(event, NetworkCompiled)]


@pytest.mark.parametrize("model", ["seed-cnn", "fast-cnn"])  # the second has statistics of its batches
def test_compiling_changes_neither_weights_nor_statistics_nor_chance(
    model: str, digits: Dataset, compiler: list[Seen]
) -> None:
    config = CONFIG.replace({"model": model})
    run = Run(config, digits)
    events = list(train(run))
    plain = Run(config.replace({"compile": "off"}), digits)
    expected = list(train(plain))
    assert told(events) == [(0, "")]
    assert same(run, plain)
    assert figures(events) == figures(expected)


def test_batches_of_another_size_go_through_the_network_as_it_is(digits: Dataset, compiler: list[Seen]) -> None:
    run = Run(CONFIG.replace({"epochs": 1}), digits)
    list(train(run))
    (made,) = compiler
    assert len(digits.train_labels) % 30
    assert made.sizes == [30] * (1 + run.step - 1)  # once to compile it; the last batch is smaller


@pytest.mark.parametrize(
    ("error", "reason"),
    [(RuntimeError("g++ ended with 1\nand a page"), "g++ ended with 1"), (OSError(28, "full"), "full")],
)
def test_what_cannot_be_compiled_is_trained_as_it_is_and_the_reason_told(
    error: Exception, reason: str, digits: Dataset, compiler: list[Seen], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(torch, "compile", fail)
    run = Run(CONFIG, digits)
    events = train(run)
    seen = [next(events), next(events), *events]
    ((step, words),) = told(seen)
    assert step == 0
    assert reason in words
    assert "\n" not in words
    plain = Run(CONFIG.replace({"compile": "off"}), digits)
    list(train(plain))
    assert same(run, plain)


def test_without_a_compiler_of_cpp_the_reason_names_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(CompileFailed, match=r"no C\+\+ compiler was found \(g\+\+, clang\+\+, c\+\+\); install one"):
        compile_network(nn.Flatten(), 2, lambda model: model(torch.ones(2, 2)), CPU, Path("nowhere"))


def test_several_processes_are_not_compiled_and_say_so(digits: Dataset, compiler: list[Seen]) -> None:
    run = Run(CONFIG, digits)
    run.group = type("Two", (type(run.group),), {"size": 2})()
    steps = Steps(run)
    event = steps.compile()
    assert event is not None
    assert event.reason == "2 processes train together"
    assert steps.compile() is None
    assert run.network is run.model


def test_another_rate_of_dropout_compiles_it_again_between_two_steps(digits: Dataset, compiler: list[Seen]) -> None:
    run = Run(CONFIG, digits)
    steps = Steps(run)
    assert steps.compile()
    assert steps.compile() is None
    run.steer({"lr": 0.5})
    assert steps.compile() is None
    run.steer({"dropout": 0.1})
    assert steps.compile()
    assert isinstance(run.network, CompiledNetwork)
    assert len(compiler) == 2


def test_a_compiled_run_keeps_its_number_of_threads(
    digits: Dataset, compiler: list[Seen], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.training.loop.REPORT_EVERY", 0.0)
    asked: list[int] = []
    for compile, expected in (("on", {1}), ("off", {0})):
        run = Run(CONFIG.replace({"threads": 0, "compile": compile, "epochs": 1}), digits)
        run.threads.begin_with(1)
        monkeypatch.setattr(run.threads, "adapt", lambda fixed: bool(asked.append(fixed)))
        list(train(run))
        assert set(asked) == expected
        asked.clear()


def test_a_folder_of_somebody_else_is_not_used(
    tmp_path: Path, digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, mode: int) -> None:
        raise PermissionError(1, "Operation not permitted", str(path))

    monkeypatch.delenv(module.CACHE, raising=False)
    monkeypatch.setattr(module, "has_compiler", lambda: True)
    monkeypatch.setattr(Path, "chmod", refuse)
    with pytest.raises(CompileFailed, match="not permitted"):
        compile_network(nn.Flatten(), 2, lambda model: model(torch.ones(2, 2)), CPU, tmp_path)


@pytest.mark.slow
@pytest.mark.skipif(not module.has_compiler(), reason="needs a C++ compiler")
def test_a_compiled_run_learns_the_same_and_goes_on_to_the_same_weights(
    tmp_path: Path, digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(module.CACHE, str(tmp_path / "cache"))
    config = CONFIG.replace({"model": "mlp", "precision": "fp32"})
    run = Run(config, digits)
    assert told(list(train(run))) == [(0, "")]

    without = [Run(config.replace({"compile": each, "dropout": 0.0}), digits) for each in ("on", "off")]
    for each in without:
        list(train(each))
    first, second = (torch.cat([each.flatten() for each in weights(some)]) for some in without)
    assert not torch.equal(first, second)  # it is another order of additions
    assert torch.allclose(first, second, atol=1e-4)

    events: Callable[[], object] = train(Run(config, digits, folder=tmp_path)).__next__
    while not isinstance(events(), CheckpointSaved):
        pass
    resumed = resume("run", tmp_path, digits)
    assert told(list(train(resumed))) == [(resumed.steps_per_epoch, "")]
    assert same(resumed, run)
