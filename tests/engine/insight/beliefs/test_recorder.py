"""What is kept of a run is what it computed, and changes nothing of it."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from engine.data.dataset import Dataset
from engine.insight.beliefs.history import Beliefs, read_beliefs
from engine.insight.beliefs.quantised import NOT_SEEN, losses_of, probabilities_of
from engine.insight.beliefs.recorder import BeliefRecorder, loss_codes, probability_codes
from engine.training.evaluation import evaluate, predict
from engine.training.loop import train
from engine.training.run import Run
from engine.vocabulary.config import RunConfig, Value
from engine.vocabulary.messages import EpochDone

CONFIG = RunConfig(epochs=3, batch_size=30, device="cpu", precision="fp32")


def test_a_graph_writes_to_one_place_and_says_the_same(digits: Dataset, tmp_path: Path) -> None:
    """On a device with graphs the steps of an epoch share one tensor, here one of the CPU."""
    line, graph = (BeliefRecorder(tmp_path / name, digits, torch.device("cpu")) for name in "ab")
    graph._steps = OnDevice(torch.full((200, 10), torch.nan))  # type: ignore[assignment]
    chance = torch.Generator().manual_seed(0)
    for indices in torch.randperm(200, generator=chance)[:150].split(40):
        logits = torch.randn(len(indices), 10, generator=chance)
        for recorder in (line, graph):
            recorder.see_step(indices, logits, None)
    (codes, predicted), (same_codes, same_predicted) = line._end_steps(), graph._end_steps()
    seen = codes != NOT_SEEN
    assert seen.sum() == 150
    assert torch.equal(codes, same_codes)
    assert torch.equal(predicted[seen], same_predicted[seen].to(torch.uint8))
    assert (graph._end_steps()[0] == NOT_SEEN).all()


class OnDevice(Tensor):
    """Takes itself for a tensor of another device."""

    is_cpu = False  # type: ignore[assignment]


class Watched(BeliefRecorder):
    """Keeps the logits that it saw, too."""

    def __init__(self, folder: Path, data: Dataset, device: torch.device) -> None:
        super().__init__(folder, data, device)
        self.seen: list[tuple[Tensor, Tensor, Tensor | None]] = []

    def see_step(self, indices: Tensor, logits: Tensor, share: Tensor | None) -> None:
        self.seen.append((indices.clone(), logits.clone(), share))
        super().see_step(indices, logits, share)


def trained(data: Dataset, folder: Path, **changes: Value) -> tuple[Run, Beliefs, list[EpochDone], Watched]:
    folder.mkdir(exist_ok=True)
    run = Run(CONFIG.replace(changes), data, folder=folder)
    run.observer = recorder = Watched(folder, run.data, run.device)
    done = [event for event in train(run) if isinstance(event, EpochDone)]
    return run, read_beliefs(folder), done, recorder


@pytest.mark.parametrize(
    "changes",
    [{}, {"mixup": 0.4}, {"rotation": 10.0, "label_smoothing": 0.1}, {"ema": 0.9, "clip": 1.0}, {"precision": "bf16"},
     {"validation": 0.2}, {"model": "mlp", "optimizer": "muon"}],
    ids=str,
)  # fmt: skip
def test_a_run_computes_the_same_bits_whether_it_is_watched_or_not(
    changes: dict[str, Value], digits: Dataset, tmp_path: Path
) -> None:
    watched, _, done, _ = trained(digits, tmp_path, **changes)
    drawn = torch.get_rng_state()
    alone = Run(CONFIG.replace(changes), digits)
    figures = [event for event in train(alone) if isinstance(event, EpochDone)]
    assert [(each.test_loss, each.train_loss) for each in figures] == [
        (each.test_loss, each.train_loss) for each in done
    ]
    assert all(map(torch.equal, alone.model.state_dict().values(), watched.model.state_dict().values()))
    assert torch.equal(drawn, torch.get_rng_state())


def test_the_last_epoch_is_what_the_network_says_now(digits: Dataset, tmp_path: Path) -> None:
    run, beliefs, done, _ = trained(digits, tmp_path)
    predicted, probabilities = predict(run.tested, digits.test_images)
    assert beliefs.epochs == (1, 2, 3)
    assert beliefs.predicted[-1].tolist() == predicted.tolist()
    assert np.abs(beliefs.probabilities(2) - probabilities.numpy()).max() < 0.006
    losses = -probabilities.gather(1, digits.test_labels[:, None])[:, 0].log()
    np.testing.assert_allclose(beliefs.losses(2), losses, rtol=1e-3, atol=1e-6)
    assert beliefs.losses(2).mean() == pytest.approx(done[-1].test_loss, rel=1e-3)


def test_the_confusion_of_each_epoch_is_the_one_that_was_told_and_the_labels_are_those_of_the_data(
    digits: Dataset, tmp_path: Path
) -> None:
    _, beliefs, done, _ = trained(digits, tmp_path)
    assert [beliefs.confusion(place).tolist() for place in range(3)] == [event.confusion for event in done]
    assert [float(right.mean()) for right in beliefs.right] == [event.test_accuracy for event in done]
    assert beliefs.labels.tolist() == digits.test_labels.tolist()
    assert beliefs.trained_labels.tolist() == digits.train_labels.tolist()


def test_a_training_image_is_judged_as_its_step_saw_it(digits: Dataset, tmp_path: Path) -> None:
    _, beliefs, _, recorder = trained(digits, tmp_path)
    steps = len(recorder.seen) // 3
    for epoch in range(3):
        mine = recorder.seen[epoch * steps : (epoch + 1) * steps]
        indices, logits = torch.cat([each[0] for each in mine]), torch.cat([each[1] for each in mine])
        assert sorted(indices.tolist()) == list(range(200))
        expected = F.cross_entropy(logits, digits.train_labels[indices], reduction="none")
        np.testing.assert_allclose(beliefs.trained_losses[epoch][indices], expected, rtol=0.02, atol=2e-4)
        assert beliefs.trained_predicted[epoch][indices].tolist() == logits.argmax(1).tolist()


def test_the_mean_of_the_training_losses_is_that_of_the_epoch(digits: Dataset, tmp_path: Path) -> None:
    _, beliefs, done, _ = trained(digits, tmp_path)
    assert beliefs.trained_losses.mean(1) == pytest.approx([event.train_loss for event in done], rel=5e-3)


def test_images_that_are_held_out_or_mostly_another_one_are_not_judged(digits: Dataset, tmp_path: Path) -> None:
    run, beliefs, _, _ = trained(digits, tmp_path, validation=0.2)
    unseen = np.isnan(beliefs.trained_losses)
    assert sorted(np.flatnonzero(unseen.all(0))) == sorted(run.held_out.tolist())
    assert unseen.all(0).sum() == unseen.any(0).sum() == 40
    _, mixed, _, recorder = trained(digits, tmp_path / "mixed", mixup=1.0)
    shares = {int(i): float(s) for at, _, share in recorder.seen[-7:] for i, s in zip(at, share, strict=True)}  # type: ignore[arg-type]
    assert sorted(np.flatnonzero(np.isnan(mixed.trained_losses[-1]))) == sorted(i for i in shares if shares[i] < 0.5)


def test_the_figures_of_a_test_do_not_depend_on_who_sees_its_logits(digits: Dataset) -> None:
    run, seen = Run(CONFIG, digits), []
    watched = evaluate(run.model, digits.test_images, digits.test_labels, see=seen.append)
    assert watched == evaluate(run.model, digits.test_images, digits.test_labels)
    assert torch.cat(seen).argmax(1).tolist() == predict(run.model, digits.test_images)[0].tolist()


def test_probabilities_and_losses_come_back_as_close_as_is_said() -> None:
    chance = torch.Generator().manual_seed(0)
    logits = torch.randn(5000, 10, generator=chance) * 8 * torch.rand(5000, 1, generator=chance)
    exact, kept = logits.softmax(1).numpy(), probabilities_of(probability_codes(logits).numpy())
    assert np.abs(exact - kept).max() < 0.006
    for given, back in ((exact, kept), (1 - exact, 1 - kept)):
        near = (given < 0.01) & (given > 1e-4)
        assert np.abs(back[near] / given[near] - 1).max() < 1 / 6
    sure = torch.tensor([0.9, 0.99, 0.999, 0.9999, 0.99999]).logit()[:, None]
    assert len(np.unique(probability_codes(torch.cat((sure, -sure), 1) / 2))) == 10
    losses = torch.tensor([0.0, 1e-3, 0.1, 1.0, 10.0, 99.0, 1e6, torch.nan])
    np.testing.assert_allclose(losses_of(loss_codes(losses).numpy())[1:6], losses[1:6], rtol=0.02, atol=2e-4)
    assert losses_of(loss_codes(losses).numpy())[6] == pytest.approx(100)
    assert np.isnan(losses_of(loss_codes(losses).numpy())[7])
