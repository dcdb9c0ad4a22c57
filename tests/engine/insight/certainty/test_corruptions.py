"""Digits corrupted: the same each time, against scipy's own turning and smoothing, and by hand."""

import math

import numpy as np
import pytest
import torch
from scipy import ndimage

from engine.data.dataset import Dataset
from engine.insight.certainty.corruptions import CORRUPTIONS, STRENGTHS, corrupted
from engine.insight.certainty.warps import blurred, moved, scaled, sheared, turned
from engine.vocabulary.messages.certainty_messages import CORRUPTION_NAMES


def test_every_corruption_has_a_name_that_commands_know_and_five_amounts() -> None:
    assert tuple(CORRUPTIONS) == CORRUPTION_NAMES
    assert all(len(kind.amounts) == STRENGTHS for kind in CORRUPTIONS.values())


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_a_corruption_is_the_same_each_time_draws_nothing_from_torch_and_grows(name: str, digits: Dataset) -> None:
    images = digits.test_images[:50]
    kept, before = images.clone(), torch.get_rng_state()
    changes = []
    for strength in range(1, STRENGTHS + 1):
        found = corrupted(images, name, strength, start=250)
        assert found.dtype == torch.uint8
        assert found.shape == images.shape
        assert torch.equal(found, corrupted(images, name, strength, start=250))
        changes.append((found.float() - images.float()).square().mean().item())
    assert torch.equal(images, kept)
    assert torch.equal(torch.get_rng_state(), before)
    assert changes[0] > 0
    assert changes == sorted(changes)


def test_what_is_drawn_depends_on_the_place_of_the_images(digits: Dataset) -> None:
    images = digits.test_images[:20]
    assert not torch.equal(corrupted(images, "noise", 3, start=0), corrupted(images, "noise", 3, start=20))


def test_turning_and_shearing_are_as_scipy_does_them(digits: Dataset) -> None:
    images = digits.test_images[:4].float() / 255
    middle = np.array([13.5, 13.5])
    angle = 0.4
    cos, sin = math.cos(angle), math.sin(angle)
    for ours, matrix in (
        (turned(images, torch.full((4,), angle)), [[cos, -sin], [sin, cos]]),
        (sheared(images, torch.full((4,), 0.6)), [[1, 0], [0.6, 1]]),  # of rows and columns
        (scaled(images, 0.5), [[2, 0], [0, 2]]),
    ):
        matrix_ = np.array(matrix)
        for image, found in zip(images, ours, strict=True):
            theirs = ndimage.affine_transform(
                image.numpy(), matrix_, offset=middle - matrix_ @ middle, order=1, mode="grid-constant"
            )
            assert found.numpy() == pytest.approx(theirs, abs=1e-4)


def test_smoothing_is_as_scipy_does_it(digits: Dataset) -> None:
    image = digits.test_images[0].float() / 255
    theirs = ndimage.gaussian_filter(image.numpy(), 1.5, mode="nearest")
    assert blurred(image.unsqueeze(0), 1.5)[0].numpy() == pytest.approx(theirs, abs=1e-5)


def test_a_shift_moves_pixels_and_lets_black_in() -> None:
    image = torch.arange(1.0, 10.0).view(1, 3, 3)
    found = moved(image, torch.tensor([1.0]), torch.tensor([-1.0]))
    assert found[0].tolist() == [[0, 4, 5], [0, 7, 8], [0, 0, 0]]


def test_impulse_noise_hits_its_share_of_the_pixels_and_occlusion_is_a_square() -> None:
    grey = torch.full((200, 28, 28), 128, dtype=torch.uint8)
    noisy = corrupted(grey, "impulse-noise", 5)
    assert (noisy != 128).double().mean().item() == pytest.approx(0.27, abs=0.01)
    assert (noisy == 255).sum().item() == pytest.approx((noisy == 0).sum().item(), rel=0.05)
    hidden = (corrupted(grey, "occlusion", 3) == 0).sum((1, 2))
    assert set(hidden.tolist()) <= {7 * 8, 8 * 8, 7 * 7}
    assert (corrupted(grey, "contrast", 3) == 128).all()
    assert corrupted(grey, "brightness", 2).unique().tolist() == [179]
