"""Augmentation: how far a digit may go, that each goes its own way, and that chance repeats itself."""

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from engine.data.find import Dataset
from engine.networks.build import as_input
from engine.techniques.augmentation import SMOOTHNESS, affine_maps, augment, elastic_field, smoothing
from engine.training.loop import train
from engine.training.run import Run
from engine.vocabulary.config import RunConfig
from tests.engine.training.compared_runs import same, without_time

COUNT = 500
SIDE = 28
STRENGTHS = {"rotation": 20.0, "shift": 3.0, "scale": 0.2, "shear": 15.0, "elastic": 1.0}


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def squares(half: int = 4) -> Tensor:
    """White squares in the middle of black images."""
    images = torch.zeros(COUNT, 1, SIDE, SIDE)
    middle = slice(SIDE // 2 - half, SIDE // 2 + half)
    images[:, :, middle, middle] = 1
    return images


def moments(images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return mass [N], centre [N, 2] and covariance [N, 2, 2] of the white pixels, x before y, in pixels."""
    flat = images.flatten(1)
    mass = flat.sum(1)
    places = torch.cartesian_prod(torch.arange(SIDE), torch.arange(SIDE)).flip(1).float()
    centre = (flat @ places) / mass[:, None]
    away = places[None] - centre[:, None]
    return mass, centre, torch.einsum("np,npi,npj->nij", flat, away, away) / mass[:, None, None]


def test_without_strengths_the_images_are_left_alone() -> None:
    images = squares()
    assert augment(images, RunConfig()) is images


def test_a_shift_stays_within_its_pixels_and_reaches_them() -> None:
    _, centre, covariance = moments(augment(squares(), RunConfig(shift=3)))
    moved = (centre - (SIDE - 1) / 2).abs()
    assert moved.amax(0).tolist() == pytest.approx([3, 3], abs=0.1)
    assert moved.mean(0).tolist() == pytest.approx([1.5, 1.5], abs=0.15)
    assert covariance[:, 0, 1].abs().max() < 0.01  # nothing turned


def test_a_scale_makes_larger_and_smaller_by_its_share() -> None:
    mass, centre, _ = moments(augment(squares(), RunConfig(scale=0.2)))
    size = (mass / 64).sqrt()
    assert size.max().item() == pytest.approx(1.2, abs=0.02)
    assert size.min().item() == pytest.approx(1 / 1.2, abs=0.02)
    assert (centre - (SIDE - 1) / 2).abs().max() < 0.01


def test_a_rotation_stays_within_its_degrees_and_keeps_the_size() -> None:
    bars = squares(6)
    bars[:, :, :12] = 0
    bars[:, :, 16:] = 0  # 12 wide, 4 high
    mass, _, covariance = moments(augment(bars, RunConfig(rotation=20)))
    angle = 0.5 * torch.atan2(2 * covariance[:, 0, 1], covariance[:, 0, 0] - covariance[:, 1, 1]).rad2deg()
    assert angle.max().item() == pytest.approx(20, abs=1)
    assert angle.min().item() == pytest.approx(-20, abs=1)
    assert mass.mean().item() == pytest.approx(48, rel=0.02)


def test_a_shear_slants_and_keeps_the_area() -> None:
    mass, _, covariance = moments(augment(squares(), RunConfig(shear=15)))
    slant = covariance[:, 0, 1] / covariance[:, 1, 1]
    assert slant.abs().max().item() == pytest.approx(0.268, abs=0.02)  # the tangent of 15 degrees
    assert mass.mean().item() == pytest.approx(64, rel=0.02)


def test_elastic_displacements_have_their_strength_and_are_smooth() -> None:
    field = elastic_field(squares(), 1.5) * SIDE / 2  # in pixels
    inner = field[:, :, 8:20, 8:20].transpose(1, 2)
    assert inner.std().item() == pytest.approx(1.5, rel=0.05)
    assert inner.mean().item() == pytest.approx(0, abs=0.15)  # of 500 fields
    step = (inner[:, 1:] - inner[:, :-1]).std().item()
    assert step == pytest.approx(1.5 / 4 / 2**0.5, rel=0.1)  # of Gaussian noise smoothed over 4 pixels


def test_images_are_sampled_where_torchs_own_grid_says() -> None:
    images, config = torch.rand(COUNT, 1, SIDE, SIDE), RunConfig(rotation=20, shift=3, scale=0.2, shear=10)
    torch.manual_seed(1)
    ours = augment(images, config)
    torch.manual_seed(1)
    grid = F.affine_grid(affine_maps(images, config), list(images.shape), align_corners=False)
    assert torch.allclose(ours, F.grid_sample(images, grid, align_corners=False), atol=1e-5)


def test_smoothing_of_few_directions_is_that_of_all() -> None:
    basis = smoothing(SIDE, torch.device("cpu"))
    place = torch.arange(SIDE)
    gaussian = torch.exp((place[:, None] - place).float().square() / (-2 * SMOOTHNESS**2))
    gaussian /= gaussian.norm(dim=1).max()
    assert basis.shape[1] < SIDE / 2
    assert torch.allclose(basis @ basis.T, gaussian @ gaussian.T, atol=1e-5)  # the covariance of the noise


@pytest.mark.parametrize("name", STRENGTHS)
def test_each_image_is_distorted_in_its_own_way_and_the_same_way_again_from_the_same_seed(name: str) -> None:
    config = RunConfig().replace({name: STRENGTHS[name]})
    first = augment(squares(), config)
    assert not torch.equal(first[0], first[1])
    assert not torch.equal(augment(squares(), config), first)
    torch.manual_seed(0)
    assert torch.equal(augment(squares(), config), first)
    assert first.min() >= 0
    assert first.max() <= 1 + 1e-6


def test_digits_stay_readable(digits: Dataset) -> None:
    """They keep their ink and most of its places."""
    images = as_input(digits.train_images)
    distorted = augment(images, RunConfig().replace({"rotation": 10, "shift": 1, "scale": 0.1, "elastic": 0.8}))
    assert distorted.sum().item() == pytest.approx(images.sum().item(), rel=0.05)
    assert torch.cosine_similarity(images.flatten(1), distorted.flatten(1)).mean() > 0.7


def test_a_run_with_augmentation_repeats_itself_and_can_be_steered(digits: Dataset) -> None:
    config = RunConfig(epochs=2, seed=3, device="cpu", elastic=0.5, rotation=5)

    def trained() -> Run:
        run = Run(config, digits)
        for _ in train(run):
            if run.epoch == 1:
                run.steer({"elastic": 1.0, "shift": 2.0})
        return run

    run, again = trained(), trained()
    assert (run.config.elastic, run.config.shift) == (1.0, 2.0)
    assert same(without_time(run.state()), without_time(again.state()))
