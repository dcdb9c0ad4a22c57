"""Accuracies and gradient norms of the steps, beside their losses."""

import math

import pytest
import torch

from engine.data.dataset import Dataset
from engine.training.diagnostics import Gradients
from engine.training.loop import train
from engine.training.run import Run
from engine.training.step import Steps
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import EpochDone, RunEvent, StepsDone

CONFIG = RunConfig(epochs=1, batch_size=30, threads=1)


def figures(events: list[RunEvent]) -> list[StepsDone]:
    return [event for event in events if isinstance(event, StepsDone)]


def test_the_accuracies_of_an_epochs_batches_average_to_that_of_the_epoch(tiny_dataset: Dataset):
    events = list(train(Run(CONFIG.replace({"batch_size": 10}), tiny_dataset)))
    told = [share for event in figures(events) for share in event.accuracies]
    epoch = next(event for event in events if isinstance(event, EpochDone))
    assert len(told) == sum(len(event.losses) for event in figures(events))
    assert sum(told) / len(told) == pytest.approx(epoch.train_accuracy, abs=1e-4)


def test_the_gradient_norm_is_that_of_all_gradients_as_one_vector_at_the_step_it_names(tiny_dataset: Dataset):
    run = Run(CONFIG, tiny_dataset)
    for event in train(run):
        if isinstance(event, StepsDone):
            ((step, norm),) = event.grad_norms
            squares = sum(float(each.grad.double().pow(2).sum()) for each in run.model.parameters())
            assert step == event.step
            assert norm == pytest.approx(math.sqrt(squares), rel=1e-4)


def test_with_clipping_it_is_the_norm_before_clipping(tiny_dataset: Dataset):

    def norm_of_first_step(clip: float) -> float | None:
        steps = Steps(Run(CONFIG.replace({"clip": clip}), tiny_dataset))
        steps(torch.arange(30))
        return steps.gradients.total_norm()

    norm = norm_of_first_step(0.0)
    assert norm is not None
    assert norm > 0.1
    assert norm_of_first_step(0.01) == pytest.approx(norm, rel=1e-5)


def test_to_look_at_gradients_changes_no_bit_of_the_weights(tiny_dataset: Dataset, monkeypatch: pytest.MonkeyPatch):
    def weights() -> torch.Tensor:
        run = Run(CONFIG, tiny_dataset)
        list(train(run))
        return torch.cat([each.detach().flatten() for each in run.model.parameters()])

    looked = weights()
    monkeypatch.setattr(Gradients, "total_norm", lambda self: None)
    assert torch.equal(looked, weights())


def test_replayed_graphs_tell_the_norms_that_plain_steps_tell(tiny_dataset: Dataset, monkeypatch: pytest.MonkeyPatch):
    """A graph writes to the tensors of its own capture, which are no longer those of the network once another one was
    captured: the norm has to come from these."""

    class Twin:
        """As a CUDA graph does, keeps its gradients in memory of its own, and leaves `.grad` alone in a replay."""

        def warm_up(self, compute):
            return compute()

        def capture(self, compute):
            self.compute, self.own = compute, None
            compute_once(compute)

        def replay(self):
            before = [each.grad for each in run.model.parameters()]
            result = self.compute()
            new = [each.grad for each in run.model.parameters()]
            captured = steps._graphs[len(steps_batch)].gradients
            for own, grad in zip(captured.each, new, strict=True):
                own.copy_(grad)
            for each, grad in zip(run.model.parameters(), before, strict=True):
                each.grad = grad
            return result

    def compute_once(compute):
        """Allocate the gradients of a capture, without a step."""
        for each in run.model.parameters():
            each.grad = torch.zeros_like(each)

    batches = [torch.arange(size) for size in (30, 20)] * 8
    plain = Steps(Run(CONFIG, tiny_dataset))
    expected = [(plain(batch), plain.gradients.total_norm())[1] for batch in batches]
    run = Run(CONFIG, tiny_dataset)
    steps = Steps(run)
    steps.new_graph = Twin
    norms = []
    for steps_batch in batches:
        steps(steps_batch)
        norms.append(steps.gradients.total_norm())
    assert norms == expected


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_norm_that_is_no_number_is_not_told(value: float):
    assert Gradients([torch.tensor([value])]).total_norm() is None
    assert Gradients([]).total_norm() is None
