"""Mixup, CutMix and their random_rectangles: what is mixed is what the loss says."""

import pytest
import torch
from torch.nn import functional as F

from engine.data.dataset import Dataset
from engine.techniques.augmentation import augment
from engine.techniques.mixup import mix, mixed_loss
from engine.techniques.rectangles import random_rectangles
from engine.training.loop import train
from engine.training.run import Run
from engine.vocabulary.config import ConfigError, RunConfig
from engine.vocabulary.messages import EpochDone

COUNT = 2000


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def numbered() -> torch.Tensor:
    """Images that are filled with a number of their own."""
    return torch.arange(COUNT, dtype=torch.float32)[:, None, None, None].expand(COUNT, 1, 28, 28).contiguous()


def test_without_a_strength_nothing_is_mixed_nor_drawn() -> None:
    images = numbered()
    state = torch.get_rng_state()
    assert mix(images, RunConfig())[0] is images
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("strength", [1e-6, 0.001, 0.2, 1.0, 5.0])
def test_mixup_adds_two_images_in_shares_of_the_beta_distribution(strength: float) -> None:
    images = numbered()
    mixed, other, share = mix(images, RunConfig(mixup=strength))
    assert other is not None
    assert share is not None
    expected = share * images[:, 0, 0, 0] + (1 - share) * images[other][:, 0, 0, 0]
    assert torch.allclose(mixed[:, 0, 3, 4], expected)
    assert share.mean().item() == pytest.approx(0.5, abs=0.04)
    assert share.var().item() == pytest.approx(1 / (4 * (2 * strength + 1)), rel=0.1)


def test_cutmix_pastes_a_rectangle_whose_share_is_that_of_the_label() -> None:
    images = numbered()
    mixed, other, share = mix(images, RunConfig(cutmix=1.0))
    assert other is not None
    assert share is not None
    own = mixed == images
    pasted = mixed == images[other]
    assert (own | pasted).all()
    different = other != torch.arange(COUNT)
    assert torch.allclose(own.float().mean((1, 2, 3))[different], share[different])


def test_the_loss_of_mixed_images_is_that_of_both_labels() -> None:
    logits, labels = torch.randn(5, 10), torch.tensor([1, 2, 3, 4, 5])
    other, share = torch.tensor([1, 2, 3, 4, 0]), torch.tensor([1.0, 0.75, 0.5, 0.25, 0.0])
    targets = share[:, None] * F.one_hot(labels, 10) + (1 - share)[:, None] * F.one_hot(labels[other], 10)
    for smoothing in (0.0, 0.1):
        expected = F.cross_entropy(logits, targets, label_smoothing=smoothing)
        assert mixed_loss(logits, labels, other, share, smoothing).item() == pytest.approx(expected.item(), rel=1e-5)
    assert mixed_loss(logits, labels, None, None, 0.0) == F.cross_entropy(logits, labels)


def test_a_box_has_the_area_and_the_aspect_asked_for() -> None:
    area, aspect = torch.full((COUNT,), 0.04), torch.full((COUNT,), 2.0)
    masks = random_rectangles(area, aspect, 280, 280)[:, 0]
    rows, columns = masks.any(2).sum(1), masks.any(1).sum(1)
    inside = masks[:, [0, -1]].logical_not().all(2).all(1) & masks[:, :, [0, -1]].logical_not().all(1).all(1)
    assert inside.sum() > COUNT / 2
    assert rows[inside].float().mean().item() == pytest.approx(280 * 0.08**0.5, abs=1)
    assert columns[inside].float().mean().item() == pytest.approx(280 * 0.02**0.5, abs=1)


def test_erasing_fills_up_to_its_share_with_random_values() -> None:
    images = torch.full((COUNT, 1, 28, 28), 2.0)
    erased = augment(images, RunConfig(erasing=0.25)) != 2.0
    share = erased.float().mean((1, 2, 3))
    assert share.max() < 0.3
    assert share.mean().item() == pytest.approx(0.1, abs=0.03)  # half of 0.25, but for what lies outside


def test_noise_has_its_deviation_and_leaves_values_between_black_and_white() -> None:
    images = torch.full((COUNT, 1, 28, 28), 0.5)
    noisy = augment(images, RunConfig(noise=0.1))
    assert noisy.std().item() == pytest.approx(0.1, rel=0.02)
    assert 0 <= noisy.min() <= noisy.max() <= 1


def test_both_ways_of_mixing_at_once_are_refused() -> None:
    with pytest.raises(ConfigError, match="one of them"):
        RunConfig().replace({"mixup": 0.2, "cutmix": 1.0})


@pytest.mark.parametrize("name", ["mixup", "cutmix", "erasing", "noise"])
def test_a_run_trains_with_it_and_repeats_itself(name: str, digits: Dataset) -> None:
    config = RunConfig(epochs=2, batch_size=30, device="cpu").replace({name: 0.3})
    first, second = (
        [event.train_loss for event in train(Run(config, digits)) if isinstance(event, EpochDone)] for _ in range(2)
    )
    assert first == second


def test_of_a_mixed_image_the_digit_of_its_larger_part_is_the_right_one(digits: Dataset) -> None:
    accuracies = []
    for mixup in (0.0, 0.2):
        config = RunConfig(epochs=15, batch_size=40, lr=0.005, dropout=0, dropout2d=0, device="cpu", mixup=mixup)
        epochs = [event for event in train(Run(config, digits)) if isinstance(event, EpochDone)]
        accuracies.append(epochs[-1].train_accuracy)
    assert accuracies[0] > 0.95
    assert accuracies[1] > 0.8  # by the first label alone at most half of them and a bit
