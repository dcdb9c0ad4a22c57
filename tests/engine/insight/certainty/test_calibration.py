"""Calibration against computations by hand in numpy, and against scipy where that has them."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from torch import Tensor

from engine.insight.certainty.calibration import calibrated
from engine.insight.certainty.rejection import rejecting, threshold_for
from engine.training.validation import COLDEST, HOTTEST, fit_temperature


def answers(seed: int, sharpness: float = 1.0, count: int = 997) -> tuple[Tensor, Tensor]:
    """Return logits [N, 10], and labels drawn from what they say once they are divided by `sharpness`."""
    random = np.random.default_rng(seed)
    true = random.normal(0, 2.5, (count, 10))
    labels = [random.choice(10, p=row) for row in softmax(true, axis=1)]
    return torch.tensor(true * sharpness), torch.tensor(labels)


@pytest.mark.parametrize("bins", [1, 10, 15, 2000])
def test_error_likelihood_and_brier_score_are_those_computed_by_hand(bins: int) -> None:
    logits, labels = answers(0, sharpness=2.0)
    probabilities, actual = softmax(logits.numpy(), axis=1), labels.numpy()
    found = calibrated(torch.tensor(probabilities), labels, bins)

    sure, right = probabilities.max(1), probabilities.argmax(1) == actual
    order = np.argsort(sure, kind="stable")
    error = 0.0
    for part in np.array_split(order, min(bins, len(order))):
        error += len(part) / len(order) * abs(right[part].mean() - sure[part].mean())
    wanted = np.eye(10)[actual]
    assert found.error == pytest.approx(error, abs=1e-12)
    assert found.confidence == pytest.approx(sure.mean(), abs=1e-12)
    likelihood = -log_softmax(logits.numpy(), axis=1)[np.arange(len(actual)), actual].mean()
    assert found.log_likelihood == pytest.approx(likelihood, abs=1e-12)
    assert found.brier == pytest.approx(((probabilities - wanted) ** 2).sum(1).mean(), abs=1e-12)


def test_bins_hold_equally_many_images_and_lie_beside_each_other() -> None:
    logits, labels = answers(1)
    bins = calibrated(logits.softmax(1), labels, 15).bins
    assert {each.images for each in bins} == {66, 67}
    assert sum(each.images for each in bins) == 997
    assert all(each.lowest <= each.confidence <= each.highest for each in bins)
    assert all(left.highest <= right.lowest for left, right in pairwise(bins))


def test_a_network_that_is_always_sure_and_right_is_calibrated_and_one_that_is_wrong_is_not() -> None:
    labels = torch.arange(10)
    certain = torch.eye(10, dtype=torch.float64)
    good, bad = calibrated(certain, labels, 5), calibrated(certain, (labels + 1) % 10, 5)
    assert (good.error, good.brier, good.log_likelihood) == (0.0, 0.0, 0.0)
    assert (bad.error, bad.brier) == (1.0, 2.0)
    assert np.isfinite(bad.log_likelihood)


@pytest.mark.parametrize("sharpness", [0.3, 1.0, 4.0])
def test_the_temperature_is_where_scipy_finds_the_lowest_likelihood(sharpness: float) -> None:
    logits, labels = answers(2, sharpness)

    def loss(logarithm: float) -> float:
        found = log_softmax(logits.numpy() / np.exp(logarithm), axis=1)
        return float(-found[np.arange(len(labels)), labels.numpy()].mean())

    best = minimize_scalar(loss, bounds=(-3, 3), method="bounded", options={"xatol": 1e-9})
    assert fit_temperature(logits, labels) == pytest.approx(np.exp(best.x), rel=1e-5)
    assert fit_temperature(logits, labels) == pytest.approx(sharpness, rel=0.15)


def test_the_temperature_makes_an_overconfident_network_as_sure_as_it_is_right() -> None:
    logits, labels = answers(3, sharpness=4.0)
    other_logits, other_labels = answers(4, sharpness=4.0)
    temperature = fit_temperature(logits, labels)
    before = calibrated(other_logits.softmax(1), other_labels, 15)
    after = calibrated((other_logits / temperature).softmax(1), other_labels, 15)
    assert after.error < before.error / 2
    assert after.log_likelihood < before.log_likelihood


def test_a_temperature_has_bounds_where_all_or_nothing_is_right_and_logits_of_any_size_do() -> None:
    logits, labels = torch.eye(10) * 10, torch.arange(10)
    assert fit_temperature(logits, labels) == pytest.approx(COLDEST, rel=1e-6)
    assert fit_temperature(logits, (labels + 1) % 10) == pytest.approx(HOTTEST, rel=1e-6)
    assert fit_temperature(torch.zeros(4, 10), torch.tensor([1, 2, 3, 4])) == 1.0
    assert fit_temperature(logits * 1e30, labels) == 1.0


def test_below_a_threshold_nothing_is_answered() -> None:
    probabilities = torch.tensor([[0.9, 0.1], [0.6, 0.4], [0.3, 0.7], [0.45, 0.55]])
    labels = torch.tensor([0, 1, 1, 1])
    found = rejecting(probabilities, labels, 0.6)
    assert (found.coverage, found.answered, found.accuracy) == (0.75, 3, pytest.approx(2 / 3))
    assert rejecting(probabilities, labels, 0.95).accuracy is None


def test_a_threshold_is_the_lowest_that_reaches_an_accuracy() -> None:
    logits, labels = answers(5)
    probabilities = logits.softmax(1)
    found = threshold_for(probabilities, labels, 0.9)
    assert found is not None
    assert (rejecting(probabilities, labels, found).accuracy or 0) >= 0.9
    lower = [each for each in probabilities.amax(1).tolist() if each < found]
    assert all((rejecting(probabilities, labels, each).accuracy or 0) < 0.9 for each in lower)


def test_images_of_the_same_confidence_are_answered_together_or_not_at_all() -> None:
    probabilities = torch.tensor([[0.8, 0.2], [0.8, 0.2], [0.8, 0.2], [0.2, 0.8]])
    assert threshold_for(probabilities, torch.tensor([0, 0, 1, 1]), 0.9) is None
    assert threshold_for(probabilities, torch.tensor([0, 0, 0, 1]), 1.0) == pytest.approx(0.8)
