"""Why not another class: the closest picture that is one."""

from functools import partial

import numpy as np
import pytest
import torch

from engine.data.dataset import Dataset
from engine.insight.asked import Asked
from engine.insight.reasons.explain import find_change
from engine.insight.reasons.smallest_change import _projected
from engine.insight.runs.network import Network
from engine.insight.runs.undisturbed import InsightError
from engine.vocabulary.messages import ChangeFound, FindChange, Picture
from tests.engine.insight.asked_networks import logits, new_network, trained_network
from tests.engine.networks.own.kinds import HEAD, KINDS
from tests.engine.networks.own.written import Write, write  # noqa: F401  (write is a fixture)


def ask(network: Network, pixels: torch.Tensor, label: int = -1) -> ChangeFound:
    return find_change(FindChange(picture=Picture(), label=label), network, Asked(pixels, 3, 0.0))


def picture(content: bytes) -> torch.Tensor:
    return torch.frombuffer(bytearray(content), dtype=torch.uint8).view(28, 28)


def check(network: Network, pixels: torch.Tensor, answer: ChangeFound) -> None:
    changed = picture(answer.changed)
    assert int(logits(network, changed).argmax()) == answer.label != answer.predicted
    difference = (changed.double() - pixels.double()) / 255
    assert answer.distance == pytest.approx(float(difference.norm()), rel=1e-5)
    assert answer.largest == pytest.approx(float(difference.abs().max()))
    assert answer.pixels_changed == int((difference != 0).sum())
    assert answer.changed_probabilities[answer.label] == max(answer.changed_probabilities)
    assert answer.problem == ""


@pytest.mark.parametrize("model", ["seed-cnn", "mlp", "lenet5"])
def test_a_picture_becomes_each_class_by_less_than_the_nearest_digit_of_it(model: str, digits: Dataset) -> None:
    network = trained_network(model, digits)
    pixels = digits.test_images[3]
    predicted = int(logits(network, pixels).argmax())
    every = {}
    for label in set(range(10)) - {predicted}:
        every[label] = ask(network, pixels, label)
        check(network, pixels, every[label])
        others = digits.train_images[digits.train_labels == label].double()
        nearest = float(((others - pixels.double()) / 255).flatten(1).norm(dim=1).min())
        assert every[label].distance < nearest
    nearest_class = ask(network, pixels)
    check(network, pixels, nearest_class)
    assert nearest_class.distance <= min(answer.distance for answer in every.values()) * 1.02


@pytest.mark.parametrize("kind", KINDS)
def test_own_networks_have_one_too(kind: str, digits: Dataset, write: Write) -> None:
    network = trained_network(write(KINDS[kind]), digits, epochs=2)
    check(network, digits.test_images[3], ask(network, digits.test_images[3]))


def test_in_a_linear_network_it_is_the_way_to_the_boundary(write: Write) -> None:
    """Where no pixel meets its limit that is the margin over the norm of the difference of two rows of weights."""
    network = new_network(write(KINDS["linear"]))
    pixels = torch.full((28, 28), 128, dtype=torch.uint8)
    found = logits(network, pixels)
    predicted = int(found.argmax())
    weights = network.model.out.weight.detach()  # type: ignore[union-attr]
    expected = min(
        float((found[predicted] - found[label]) / (weights[predicted] - weights[label]).norm())  # type: ignore[index]
        for label in range(10)
        if label != predicted
    )
    answer = ask(network, pixels)
    check(network, pixels, answer)
    assert expected <= answer.distance < 1.1 * expected + 0.02  # bytes are coarse


def surplus(slope: np.ndarray, needed: float, change: np.ndarray) -> float:
    return float(slope @ change) - needed


def test_a_step_to_the_boundary_keeps_pixels_in_range_and_is_the_shortest() -> None:
    """Against scipy's solver for the same problem in few dimensions."""
    from scipy.optimize import minimize

    generator = torch.Generator().manual_seed(0)
    for _ in range(10):
        point = torch.rand(6, generator=generator, dtype=torch.float64)
        slope = torch.randn(6, generator=generator, dtype=torch.float64)
        most = float((slope * torch.where(slope > 0, 1 - point, -point)).sum())
        needed = 0.7 * most
        found = _projected(point[None], slope[None], torch.tensor([needed], dtype=torch.float64))[0]
        assert bool(((point + found >= -1e-9) & (point + found <= 1 + 1e-9)).all())
        solved = minimize(
            lambda change: float(change @ change),
            torch.zeros(6).numpy(),
            bounds=[(-p, 1 - p) for p in point.tolist()],
            constraints={"type": "ineq", "fun": partial(surplus, slope.numpy(), needed)},
            method="SLSQP",
            options={"ftol": 1e-12, "maxiter": 500},
        )
        assert float(found.norm()) == pytest.approx(float(solved.fun) ** 0.5, rel=1e-4)


def test_the_answer_is_the_same_each_time(digits: Dataset) -> None:
    network = trained_network("seed-cnn", digits, epochs=2)
    assert ask(network, digits.test_images[3]) == ask(network, digits.test_images[3])


def test_the_class_that_it_is_already_is_refused(digits: Dataset) -> None:
    network = trained_network("mlp", digits, epochs=1)
    predicted = int(logits(network, digits.test_images[3]).argmax())
    with pytest.raises(InsightError, match=f"already takes this picture for {predicted}; ask for another"):
        ask(network, digits.test_images[3], predicted)


def test_a_class_that_nothing_leads_to_is_told(digits: Dataset, write: Write) -> None:
    flat = (
        HEAD
        + """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(784, 10)

    def forward(self, images):
        return self.out(images.flatten(1)) * 0 + torch.arange(10.0)
"""
    )
    answer = ask(new_network(write(flat)), digits.test_images[3], 4)
    assert (answer.changed, answer.label, answer.predicted) == (b"", 4, 9)
    assert "no change was found that makes it 4" in answer.problem
