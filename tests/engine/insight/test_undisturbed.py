"""A network that is asked is left as it was: a run with questions in between is the run without, bit for bit."""

import itertools
import random

import numpy as np
import pytest
import torch

from engine.data.dataset import Dataset
from engine.insight.answers import Insight
from engine.insight.runs.network import network_of
from engine.machine.process_settings import SETTINGS
from engine.networks.own.code import NetworkError, named_code
from engine.networks.own.isolation import isolations
from engine.training.loop import train
from engine.training.run import Run
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    ClassifyDrawing,
    Drawing,
    Explain,
    FindChange,
    FindNeighbours,
    InsightQuestion,
    MapDigits,
    MeasureLayers,
    Picture,
    ShowFilters,
    ShowLayers,
)
from engine.vocabulary.preprocessing import MNIST
from tests.engine.insight.asked_networks import new_network
from tests.engine.networks.own.kinds import LSTM, RESTLESS
from tests.engine.networks.own.written import Write, network, write  # noqa: F401  (write is a fixture)

PICTURE = Picture(index=3)
QUESTIONS: tuple[InsightQuestion, ...] = (
    Explain(picture=PICTURE),
    Explain(picture=PICTURE, method="gradient", label=2),
    Explain(picture=Picture(part="train", index=5), method="occlusion"),
    FindChange(picture=PICTURE),
    FindNeighbours(picture=PICTURE),
    MapDigits(),
    ShowFilters(),
    ShowLayers(picture=PICTURE),
    MeasureLayers(),
    ClassifyDrawing(drawing=Drawing(width=56, height=56, pixels=bytes(1000) + b"\xff" * 400 + bytes(1736))),
)


def state_of(run: Run) -> list[torch.Tensor]:
    tensors = [*run.model.parameters(), *run.model.buffers(), torch.get_rng_state()]
    for state in run.optimizer.state.values():
        tensors += [value for value in state.values() if isinstance(value, torch.Tensor)]
    return [each.detach().clone() for each in tensors]


def finished(config: RunConfig, digits: Dataset, *, asked: bool) -> tuple[list[torch.Tensor], list[object]]:
    random.seed(1)
    np.random.seed(1)
    run = Run(config, digits, code=named_code(config.model))
    insight, questions = Insight(), itertools.cycle(QUESTIONS)
    events = []
    for event in train(run):
        events.append(event)
        if asked:
            modes = [module.training for module in run.model.modules()]
            gradients = [None if each.grad is None else each.grad.clone() for each in run.model.parameters()]
            insight.answer(next(questions), network_of(run), lambda: digits, lambda: digits, MNIST)
            assert [module.training for module in run.model.modules()] == modes
            for before, parameter in zip(gradients, run.model.parameters(), strict=True):
                assert before is parameter.grad is None or torch.equal(before, parameter.grad)  # type: ignore[arg-type]
    drawn = [random.random(), float(np.random.random())]
    calls = getattr(run.model, "calls", None)
    return state_of(run), [*drawn, calls, *[getattr(event, "test_loss", None) for event in events]]


@pytest.mark.parametrize(
    ("model", "ema"), [("seed-cnn", 0.0), ("seed-cnn", 0.9), ("fast-cnn", 0.0), ("restless", 0.0), ("lstm", 0.0)]
)
def test_a_run_is_the_same_bit_for_bit_with_questions_between_its_steps(
    model: str,
    ema: float,
    digits: Dataset,
    write: Write,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("engine.training.loop.REPORT_EVERY", 0.0)
    name = {"restless": RESTLESS, "lstm": LSTM}.get(model)
    config = RunConfig(
        model=write(name) if name else model,
        epochs=2,
        batch_size=25,
        device="cpu",
        precision="fp32",
        threads=1,
        ema=ema,
    )
    plain, drawn = finished(config, digits, asked=False)
    isolations.clear()
    asked, drawn_asked = finished(config, digits, asked=True)
    assert drawn == drawn_asked
    assert len(plain) == len(asked)
    assert all(map(torch.equal, plain, asked))


def test_what_own_code_sets_while_it_is_asked_is_undone(digits: Dataset, write: Write) -> None:
    code = "torch.manual_seed(0)\ntorch.backends.cudnn.benchmark = True\ntorch.use_deterministic_algorithms(True)"
    asked = new_network(write(network(forward=code)))
    before = {setting.name: setting.get() for setting in SETTINGS}, torch.get_rng_state()
    for question in QUESTIONS:
        Insight().answer(question, asked, lambda: digits, lambda: digits, MNIST)
    assert {setting.name: setting.get() for setting in SETTINGS} == before[0]
    assert torch.equal(torch.get_rng_state(), before[1])
    isolations.clear()


def test_what_own_code_raises_when_it_is_asked_names_its_line(digits: Dataset, write: Write) -> None:
    asked = new_network(write(network(forward="if images.requires_grad:\n    raise ValueError('not me')")))
    with pytest.raises(NetworkError, match=r"net\.py:Net: cannot answer this question: ValueError: not me, line 12"):
        Insight().answer(Explain(picture=PICTURE), asked, lambda: digits, lambda: digits, MNIST)
    isolations.clear()
