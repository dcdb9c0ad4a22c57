"""Weights and activations in numbers: histograms and dead units, checked against numpy."""

import numpy as np
import pytest
import torch

from engine.data.dataset import Dataset
from engine.insight.inside.answers import measure_layers
from engine.insight.inside.figures import histogram
from engine.networks.build import as_input
from engine.vocabulary.messages import BINS, MeasureLayers
from tests.engine.insight.asked_networks import new_network, trained_network
from tests.engine.networks.own.kinds import KINDS
from tests.engine.networks.own.written import Write, write  # noqa: F401  (write is a fixture)


def test_histograms_are_those_of_numpy() -> None:
    random = np.random.default_rng(0)
    data = np.concatenate([random.normal(size=5000), np.zeros(500)]).astype(np.float32)
    found = histogram(torch.from_numpy(data))
    assert found is not None
    counts, edges = np.histogram(data.astype(np.float64), BINS)
    assert np.abs(np.array(found.counts) - counts).sum() <= 2  # a value at an edge may fall to either side
    assert (found.low, found.high) == pytest.approx((edges[0], edges[-1]))
    assert (found.mean, found.deviation) == pytest.approx((data.mean(dtype=np.float64), data.std(dtype=np.float64)))
    assert found.zero == pytest.approx(500 / 5500)
    odd = histogram(torch.tensor([1.0, float("nan"), float("inf"), 1.0]))
    assert odd is not None
    assert (odd.counts[0], odd.low, odd.high, odd.lost) == (2, 1.0, 1.0, 2)
    assert histogram(torch.zeros(0)) is None


def test_dead_units_are_those_that_no_digit_wakes(digits: Dataset) -> None:
    network = trained_network("seed-cnn", digits, epochs=1)
    with torch.no_grad():
        for unit in (4, 17):
            network.model.fc1.bias[unit] = -1e3  # type: ignore[union-attr, index, operator]
        network.model.conv2.bias[2] = -1e3  # type: ignore[union-attr, index, operator]
    by_name = {layer.name: layer for layer in measure_layers(MeasureLayers(), network, digits).layers}
    maps, units = by_name["dropout2d > relu"], by_name["fc1 > relu"]
    assert (maps.units, units.units) == (20, 50)
    assert 2 in maps.dead_units
    assert {4, 17} <= set(units.dead_units)
    assert units.dead == len(units.dead_units)
    with torch.no_grad():
        model = network.model.eval()
        hidden: list[torch.Tensor] = []
        handle = model.fc1.register_forward_hook(lambda module, inputs, output: hidden.append(output))  # type: ignore[union-attr, operator]
        model(as_input(digits.test_images))
        handle.remove()
    assert units.dead_units == (hidden[0].amax(0) <= 0).nonzero().flatten().tolist()
    assert by_name["fc1"].dead is None
    weights = by_name["fc1"].weights
    assert weights is not None
    expected = network.model.fc1.weight.detach().double().numpy()  # type: ignore[union-attr, operator]
    assert (weights.mean, weights.deviation) == pytest.approx((expected.mean(), expected.std()))


@pytest.mark.parametrize("kind", KINDS)
def test_own_networks_are_measured(kind: str, digits: Dataset, write: Write) -> None:
    answer = measure_layers(MeasureLayers(), new_network(write(KINDS[kind])), digits)
    assert answer.digits == 100
    assert {layer.name for layer in answer.layers if layer.weights is not None} >= {"out"}
    assert any(layer.dead is not None for layer in answer.layers) == (kind in ("mlp", "attention"))
