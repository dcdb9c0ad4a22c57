"""Why a network answers as it does: attributions by pixel, checked against what they must sum to."""

import numpy as np
import pytest
import torch

from engine.data.dataset import Dataset
from engine.insight.asked import Asked
from engine.insight.reasons.explain import explain
from engine.insight.runs.network import Network
from engine.insight.runs.undisturbed import InsightError
from engine.networks.own.isolation import isolations
from engine.vocabulary.architectures import CATALOGUE
from engine.vocabulary.messages import Explain, Explained, Picture, unpack_floats
from tests.engine.insight.asked_networks import logits, new_network, trained_network
from tests.engine.networks.own.kinds import HEAD, KINDS, LINEAR
from tests.engine.networks.own.written import Write, write  # noqa: F401  (write is a fixture)

LARGE = {"resnet18", "densenet121", "an-m5", "deep-cnn"}
EMPTY = torch.zeros(28, 28, dtype=torch.uint8)


def ask(network: Network, pixels: torch.Tensor, ground: float = 0.0, **more: object) -> Explained:
    command = Explain(picture=Picture(), **more)  # type: ignore[arg-type]
    return explain(command, network, Asked(pixels, -1, ground))


def heat_of(answer: Explained) -> np.ndarray:
    return np.array(unpack_floats(answer.heat), np.float64).reshape(28, 28)


def check_sum(network: Network, pixels: torch.Tensor, label: int) -> None:
    answer = ask(network, pixels, label=label)
    difference = float(logits(network, pixels)[label] - logits(network, EMPTY)[label])
    assert answer.output - answer.empty_output == pytest.approx(difference, rel=1e-3, abs=1e-4)
    assert heat_of(answer).sum() == pytest.approx(difference, rel=0.01, abs=1e-4)
    assert answer.gap == pytest.approx(abs(heat_of(answer).sum() - (answer.output - answer.empty_output)), abs=1e-3)


@pytest.mark.parametrize("model", [name for name in CATALOGUE if name not in LARGE])
def test_integrated_gradients_sum_to_the_difference_of_outputs(model: str, digits: Dataset) -> None:
    check_sum(trained_network(model, digits.first(60), epochs=2), digits.test_images[3], 4)


@pytest.mark.slow
@pytest.mark.parametrize("model", sorted(LARGE))
def test_integrated_gradients_sum_to_it_in_large_networks_too(model: str, digits: Dataset) -> None:
    check_sum(trained_network(model, digits.first(40), epochs=2), digits.test_images[3], 4)


@pytest.mark.parametrize("kind", KINDS)
def test_integrated_gradients_sum_to_it_in_own_networks(kind: str, digits: Dataset, write: Write) -> None:
    check_sum(new_network(write(KINDS[kind])), digits.test_images[3], 4)


@pytest.mark.parametrize("model", ["seed-cnn", "mlp", "fast-cnn"])
def test_integrated_gradients_sum_to_it_for_every_class_of_a_trained_network(model: str, digits: Dataset) -> None:
    network = trained_network(model, digits)
    for label in range(10):
        check_sum(network, digits.test_images[label], label)


@pytest.mark.parametrize("method", ["integrated", "gradient", "occlusion"])
def test_in_a_linear_network_each_pixel_adds_its_weight(method: str, digits: Dataset, write: Write) -> None:
    network = new_network(write(LINEAR))
    pixels = digits.test_images[3]
    weights = network.model.out.weight[7].detach().double().numpy().reshape(28, 28)  # type: ignore[union-attr, index, operator]
    expected = weights * pixels.double().numpy() / 255
    if method == "occlusion":  # by hand: the mean of the four patches over a pixel, each the sum of what it covers
        padded = np.pad(expected, 4)
        sums = {
            (top, left): padded[top + 4 : top + 8, left + 4 : left + 8].sum()
            for top in range(-2, 28, 2)
            for left in range(-2, 28, 2)
        }
        expected = np.array(
            [
                [np.mean([s for (t, k), s in sums.items() if t <= y < t + 4 and k <= x < k + 4]) for x in range(28)]
                for y in range(28)
            ]
        )
    answer = ask(network, pixels, method=method, label=7)
    np.testing.assert_allclose(heat_of(answer), expected, atol=1e-5)


def test_gradient_times_input_agrees_with_differences(digits: Dataset) -> None:
    network = trained_network("lenet5", digits)
    image = digits.test_images[3].double() / 255
    network.model.double().eval()
    place, height = (14, 13), 1e-5
    assert image[place] > 0
    sides = []
    for sign in (1, -1):
        moved = image.clone()
        moved[place] += sign * height
        with torch.no_grad():
            sides.append(network.model(moved[None, None])[0, 4].item())
    network.model.float()
    found = heat_of(ask(network, digits.test_images[3], method="gradient", label=4))[place]
    assert found == pytest.approx((sides[0] - sides[1]) / (2 * height) * image[place].item(), rel=1e-3)


def test_the_class_is_the_predicted_one_unless_another_is_named(digits: Dataset) -> None:
    network = trained_network("seed-cnn", digits)
    expected = int(logits(network, digits.test_images[3]).argmax())
    answer = ask(network, digits.test_images[3], method="gradient")
    assert answer.label == answer.predicted == expected
    assert answer.probabilities[expected] == max(answer.probabilities)
    assert ask(network, digits.test_images[3], method="gradient", label=5).label == 5
    with pytest.raises(InsightError, match="has no class 10; give 0 to 9"):
        ask(network, digits.test_images[3], label=10)


@pytest.mark.parametrize("method", ["integrated", "gradient", "occlusion"])
def test_pixels_of_the_ground_say_nothing_whatever_its_shade(method: str, digits: Dataset) -> None:
    network = new_network("seed-cnn")
    answer = ask(network, 255 - digits.test_images[3], ground=1.0, method=method)
    blank = digits.test_images[3].numpy() == 0
    if method == "occlusion":
        blank[:] = False
        blank[0] = True
    assert not heat_of(answer)[blank].any()
    empty = logits(network, torch.full((28, 28), 255, dtype=torch.uint8))[answer.label]
    assert answer.empty_output == pytest.approx(float(empty), abs=1e-5)


def test_a_network_without_a_gradient_says_so_and_can_be_covered(digits: Dataset, write: Write) -> None:
    step = (
        HEAD
        + """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(784, 10)

    def forward(self, images):
        with torch.no_grad():
            return self.out(images.flatten(1))
"""
    )
    network = new_network(write(step))
    with pytest.raises(InsightError, match="no gradient: occlusion"):
        ask(network, digits.test_images[3])
    assert heat_of(ask(network, digits.test_images[3], method="occlusion")).any()
    isolations.clear()
