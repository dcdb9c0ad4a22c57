"""Features, nearest digits and the map, checked against numpy."""

import numpy as np
import pytest
import torch

from engine.data.dataset import Dataset
from engine.insight.asked import Asked
from engine.insight.runs.network import Network
from engine.insight.runs.undisturbed import InsightError
from engine.insight.space.answers import Space, spread
from engine.insight.space.features import features_of, last_layer
from engine.insight.space.neighbours import nearest
from engine.insight.space.principal_axes import principal_components, turned_to
from engine.networks.build import as_input
from engine.vocabulary.architectures import CATALOGUE
from engine.vocabulary.messages import (
    DigitsMapped,
    FindNeighbours,
    MapDigits,
    Picture,
    unpack_floats,
    unpack_indices,
)
from tests.engine.insight.asked_networks import new_network, trained_network
from tests.engine.networks.own.kinds import HEAD, KINDS
from tests.engine.networks.own.written import Write, write  # noqa: F401  (write is a fixture)

LAST = {"fc": 0, "fc2": 0, "output": 0, "classifier": 0}
RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize("model", [name for name in CATALOGUE if name not in ("resnet18", "densenet121")])
def test_features_of_the_catalogue_make_the_logits(model: str, digits: Dataset) -> None:
    network = new_network(model)
    images = digits.test_images[:3]
    found = features_of(network.model, images, 10)
    assert found.layer in LAST
    with torch.no_grad():
        logits = network.model(as_input(images))
        made = network.model.get_submodule(found.layer)(found.values)
        if model == "an-m5":
            made = network.model.norm(made)  # type: ignore[operator]
    torch.testing.assert_close(made, logits)
    assert found.predicted.tolist() == logits.argmax(1).tolist()


@pytest.mark.parametrize("kind", KINDS)
def test_features_of_own_networks_are_what_their_last_layer_sees(kind: str, digits: Dataset, write: Write) -> None:
    network = new_network(write(KINDS[kind]))
    found = features_of(network.model, digits.test_images[:3], 10)
    assert (found.layer, found.values.shape) == ("out", (3, 784 if kind == "linear" else 32))


def test_an_own_network_of_convolutions_has_means_of_maps(digits: Dataset, write: Write) -> None:
    text = (
        HEAD
        + """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(1, 10, 3)
        self.last = nn.Conv2d(10, 10, 1)

    def forward(self, images):
        return self.last(torch.relu(self.first(images))).mean((2, 3))
"""
    )
    network = new_network(write(text))
    found = features_of(network.model, digits.test_images[:4], 10)
    with torch.no_grad():
        maps = torch.relu(network.model.first(as_input(digits.test_images[:4])))  # type: ignore[operator]
    assert found.layer == "last"
    torch.testing.assert_close(found.values, maps.mean((2, 3)))


def test_an_own_network_without_a_last_layer_says_so(digits: Dataset, write: Write) -> None:
    text = (
        HEAD
        + """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rows = nn.Linear(28, 10)

    def forward(self, images):
        return self.rows(images.squeeze(1)).mean(1)
"""
    )
    with pytest.raises(InsightError, match="none of its layers makes the 10 outputs"):
        last_layer(new_network(write(text)).model, digits.test_images[:2], 10)


@pytest.mark.parametrize("metric", ["cosine", "l2"])
def test_the_nearest_are_those_of_numpy(metric: str) -> None:
    points, query = RANDOM.normal(size=(200, 7)), RANDOM.normal(size=7)
    points[5] = 0
    lengths = np.linalg.norm(points, axis=1) * np.linalg.norm(query)
    expected = {
        "l2": np.linalg.norm(points - query, axis=1),
        "cosine": np.where(lengths > 0, 1 - points @ query / np.where(lengths > 0, lengths, 1), 1),
    }[metric]
    distances, indices = nearest(torch.from_numpy(query), torch.from_numpy(points), 9, metric)
    np.testing.assert_array_equal(indices.numpy(), np.argsort(expected, kind="stable")[:9])
    np.testing.assert_allclose(distances.numpy(), np.sort(expected)[:9], rtol=1e-9)


@pytest.mark.parametrize("shape", [(100, 20), (90, 700), (700, 650)])
def test_principal_components_are_those_of_numpy_up_to_their_sign(shape: tuple[int, int]) -> None:
    values = RANDOM.normal(size=shape) * np.linspace(3, 0.5, shape[1]) + 5
    points, shares = principal_components(values)
    centred = values - values.mean(0)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    expected = left[:, :2] * sizes[:2]
    signs = np.sign((points * expected).sum(0))
    np.testing.assert_allclose(points * signs, expected, atol=1e-6 * sizes[0])
    np.testing.assert_allclose(shares, sizes[:2] ** 2 / (sizes**2).sum(), rtol=1e-8)
    again, _ = principal_components(values)
    np.testing.assert_array_equal(points, again)


@pytest.mark.parametrize(
    "values", [np.ones((5, 4)), np.arange(5.0)[:, None], RANDOM.normal(size=(5, 2)), np.ones((1, 3))]
)
def test_few_features_or_none_that_differ_are_a_map_too(values: np.ndarray) -> None:
    points, shares = principal_components(values)
    assert points.shape == (len(values), 2)
    assert np.isfinite(points).all()
    assert 0 <= shares[1] <= shares[0] <= 1


def test_a_map_is_turned_to_the_one_before_and_keeps_its_distances() -> None:
    before = RANDOM.normal(size=(50, 2)) * [3, 1]
    angle = 2.0
    turn = np.array([[np.cos(angle), np.sin(angle)], [np.sin(angle), -np.cos(angle)]])  # with a reflection
    moved = before @ turn + 0.01 * RANDOM.normal(size=before.shape)
    turned = turned_to(moved, before)
    assert np.abs(turned - before).max() < 0.1
    gaps = [np.linalg.norm(each[:, None] - each[None], axis=2) for each in (moved, turned)]
    np.testing.assert_allclose(*gaps, atol=1e-9)


def later(network: Network, step: int) -> Network:
    return Network(network.name, step, step // 10, 0, network.model, network.code)


def points_of(answer: DigitsMapped) -> np.ndarray:
    return np.array(unpack_floats(answer.points)).reshape(-1, 2)


def test_the_map_has_all_test_digits_and_does_not_jump(digits: Dataset) -> None:
    network, space = trained_network("seed-cnn", digits, epochs=2), Space()
    first = space.map(MapDigits(), network, digits)
    assert unpack_indices(first.indices) == tuple(range(100))
    assert list(first.actual) == digits.test_labels.tolist()
    found = features_of(network.model.eval(), digits.test_images, 10)
    assert list(first.predicted) == found.predicted.tolist()
    assert (first.layer, first.features, first.aligned, first.images) == ("fc2", 50, -1, 100)
    np.testing.assert_allclose(points_of(first), principal_components(found.values.double().numpy())[0], atol=1e-5)
    with torch.no_grad():  # the same features in another order, and their signs turned: another basis
        network.model.fc1.weight.copy_(network.model.fc1.weight.flip(0))  # type: ignore[union-attr, operator]
        network.model.fc1.bias.copy_(network.model.fc1.bias.flip(0))  # type: ignore[union-attr, operator]
    second = space.map(MapDigits(), later(network, network.step + 10), digits)
    assert second.aligned == network.step
    np.testing.assert_allclose(points_of(second), points_of(first), atol=1e-4)
    assert space.map(MapDigits(), later(network, network.step + 10), digits) == second


@pytest.mark.parametrize("metric", ["cosine", "l2"])
def test_neighbours_are_the_nearest_training_digits(metric: str, digits: Dataset) -> None:
    network = trained_network("mlp", digits, epochs=2)
    answer = Space().neighbours(
        FindNeighbours(picture=Picture(index=3), count=5, metric=metric),  # type: ignore[arg-type]
        network,
        Asked(digits.test_images[3], int(digits.test_labels[3]), 0.0),
        digits,
    )
    train = features_of(network.model.eval(), digits.train_images, 10).values.double().numpy()
    one = features_of(network.model, digits.test_images[3:5], 10).values[0].double().numpy()
    if metric == "l2":
        expected = np.linalg.norm(train - one, axis=1)
    else:
        expected = 1 - train @ one / np.linalg.norm(train, axis=1) / np.linalg.norm(one)
    order = np.argsort(expected)[:5]
    assert [each.index for each in answer.neighbours] == order.tolist()
    np.testing.assert_allclose([each.distance for each in answer.neighbours], expected[order], rtol=1e-4, atol=1e-6)
    assert answer.neighbours[0].pixels == digits.train_images[order[0]].numpy().tobytes()
    assert [each.actual for each in answer.neighbours] == digits.train_labels[order].tolist()
    assert (answer.searched, answer.training, answer.layer) == (200, 200, "fc")


def test_a_training_digit_is_not_its_own_neighbour(digits: Dataset) -> None:
    answer = Space().neighbours(
        FindNeighbours(picture=Picture(part="train", index=7), count=3),
        trained_network("mlp", digits, epochs=1),
        Asked(digits.train_images[7], 1, 0.0),
        digits,
    )
    assert len(answer.neighbours) == 3
    assert 7 not in [each.index for each in answer.neighbours]


def test_features_are_computed_once_for_the_same_weights(digits: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    network, space = new_network("mlp"), Space()
    asked = Asked(digits.test_images[3], 1, 0.0)
    calls = []

    def counting(model: torch.nn.Module, images: torch.Tensor, classes: int) -> object:
        calls.append(len(images))
        return features_of(model, images, classes)

    monkeypatch.setattr("engine.insight.space.answers.features_of", counting)
    for _ in range(3):
        space.neighbours(FindNeighbours(picture=Picture()), network, asked, digits)
    assert calls == [2, 200, 2, 2, 2]
    space.neighbours(FindNeighbours(picture=Picture()), later(network, 10), asked, digits)
    assert calls[5:] == [2, 200, 2]


def test_digits_of_large_sets_are_spread_evenly() -> None:
    assert spread(10, 20).tolist() == list(range(10))
    assert spread(101, 6).tolist() == [0, 20, 40, 60, 80, 100]
