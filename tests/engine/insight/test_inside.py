"""What a network has inside: what each layer makes of a digit, filters, histograms and dead units."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from engine.data.dataset import Dataset
from engine.insight.asked import Asked
from engine.insight.inside.answers import measure_layers, show_filters, show_layers
from engine.insight.inside.as_maps import as_maps, of_one_image
from engine.insight.runs.network import Network
from engine.insight.runs.undisturbed import InsightError
from engine.networks.build import as_input
from engine.vocabulary.architectures import CATALOGUE
from engine.vocabulary.messages import (
    MAX_LINE,
    FiltersShown,
    LayersMeasured,
    LayersShown,
    Maps,
    MeasureLayers,
    Picture,
    ShowFilters,
    ShowLayers,
    encode,
)
from tests.engine.insight.asked_networks import new_network, trained_network
from tests.engine.networks.own.kinds import HEAD, KINDS
from tests.engine.networks.own.written import Write, write  # noqa: F401  (write is a fixture)


def layers(network: Network, digits: Dataset, **more: int) -> LayersShown:
    return show_layers(ShowLayers(picture=Picture(), **more), network, Asked(digits.test_images[3], 1, 0.0))


def filters(network: Network, first: int = 0) -> FiltersShown:
    return show_filters(ShowFilters(first=first), network)


def measured(network: Network, digits: Dataset) -> LayersMeasured:
    return measure_layers(MeasureLayers(), network, digits)


def values(maps: Maps | None) -> np.ndarray:
    assert maps is not None
    bytes_ = np.frombuffer(maps.pixels, np.uint8).reshape(maps.shown, maps.height, maps.width)
    return maps.low + bytes_ / 255 * (maps.high - maps.low)


def test_the_maps_of_the_seed_network_are_those_computed_by_hand(digits: Dataset) -> None:
    network = trained_network("seed-cnn", digits, epochs=1)
    model = network.model.eval()
    answer = layers(network, digits)
    with torch.no_grad():
        first = model.conv1(as_input(digits.test_images[3:4]))  # type: ignore[operator]
        relu = F.relu(F.max_pool2d(first, 2))
        second = model.conv2(relu)  # type: ignore[operator]
    by_name = {layer.name: layer for layer in answer.layers}
    assert list(by_name) == [
        *("conv1", "conv1 > relu", "conv2", "dropout2d", "dropout2d > relu", "fc1", "fc1 > relu", "dropout", "fc2")
    ]
    for name, expected in (("conv1", first), ("conv1 > relu", relu), ("conv2", second)):
        layer = by_name[name]
        wanted = expected[0, :16].numpy()
        assert layer.shape == list(expected.shape[1:])
        assert layer.maps is not None
        assert (layer.maps.count, layer.maps.shown) == (expected.shape[1], min(16, expected.shape[1]))
        step = (layer.maps.high - layer.maps.low) / 255
        np.testing.assert_allclose(values(layer.maps), wanted, atol=0.51 * step)
    assert (by_name["fc1"].maps.height, by_name["fc1"].maps.width) == (1, 50)  # type: ignore[union-attr]
    assert answer.layers_in_all == len(answer.layers)


@pytest.mark.parametrize("model", [name for name in CATALOGUE if name not in ("resnet18", "densenet121")])
def test_every_network_of_the_catalogue_shows_all_its_layers_in_lines(model: str, digits: Dataset) -> None:
    network = new_network(model)
    seen: list[str] = []
    while True:
        answer = layers(network, digits, start=len(seen), maps=64)
        assert len(encode(answer)) < MAX_LINE
        assert all(layer.problem == "" for layer in answer.layers)
        seen += [layer.name for layer in answer.layers]
        if len(seen) == answer.layers_in_all:
            break
    assert len(set(seen)) == len(seen) > 4
    convolutions = [name for name, part in network.model.named_modules() if type(part).__name__ in ("Conv2d", "Linear")]
    assert set(convolutions) <= set(seen)


@pytest.mark.slow
@pytest.mark.parametrize("model", ["resnet18", "densenet121"])
def test_the_large_ones_do_too(model: str, digits: Dataset) -> None:
    network = new_network(model)
    start, lines = 0, 0
    while start < (answer := layers(network, digits, start=start)).layers_in_all:
        assert len(encode(answer)) < MAX_LINE
        start, lines = start + len(answer.layers), lines + 1
    assert lines < 40
    assert len(encode(measured(network, digits))) < MAX_LINE


@pytest.mark.parametrize("kind", KINDS)
def test_own_networks_show_vectors_and_sequences_as_rows(kind: str, digits: Dataset, write: Write) -> None:
    answer = layers(new_network(write(KINDS[kind])), digits)
    assert [layer.problem for layer in answer.layers] == [""] * len(answer.layers)
    shapes = {layer.name: (layer.maps.count, layer.maps.height, layer.maps.width) for layer in answer.layers}  # type: ignore[union-attr]
    assert shapes["out"] == (1, 1, 10)
    if kind == "attention":
        assert shapes["embed"] == (1, 16, 32)
        assert shapes["encoder.layers.0.linear1"] == (1, 16, 64)
        assert "encoder.layers.1.linear1 > relu" in shapes
    if kind == "lstm":
        assert shapes["lstm"] == (1, 28, 32)
    if kind == "mlp":
        assert shapes["hidden > relu"] == (1, 1, 32)


def test_images_are_found_in_whatever_dimension_they_are() -> None:
    assert of_one_image(torch.zeros(2, 5), (3, 5)).shape == (5,)  # type: ignore[union-attr]
    assert of_one_image(torch.zeros(28, 2, 32), (28, 3, 32)).shape == (28, 32)  # type: ignore[union-attr]
    assert of_one_image(torch.zeros(32, 7), (48, 7)).shape == (16, 7)  # type: ignore[union-attr]
    assert of_one_image(torch.zeros(5, 5), (5, 5)) is None
    assert of_one_image(torch.zeros(4, 4), (9, 9)) is None


def test_a_layer_that_returns_no_maps_says_what_it_returns(digits: Dataset, write: Write) -> None:
    text = (
        HEAD
        + """
class Named(nn.Module):
    def forward(self, x):
        return {"x": x}

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.named = Named()
        self.out = nn.Linear(784, 10)

    def forward(self, images):
        return self.out(self.named(images.flatten(1))["x"])
"""
    )
    first, second = layers(new_network(write(text)), digits).layers
    assert (first.maps, first.problem) == (None, "returns dict, not a tensor")
    assert second.problem == ""


def test_the_filters_of_the_first_layer_are_its_weights(digits: Dataset) -> None:
    network = trained_network("seed-cnn", digits, epochs=1)
    answer = filters(network)
    weights = network.model.conv1.weight.detach()[:, 0].numpy()  # type: ignore[union-attr, index, operator]
    assert (answer.layer, answer.kind, answer.maps.count) == ("conv1", "Conv2d", 10)
    np.testing.assert_allclose(values(answer.maps), weights, atol=0.51 * (weights.max() - weights.min()) / 255)


def test_a_unit_that_sees_all_pixels_is_a_picture_of_its_weights() -> None:
    network = new_network("mlp")
    answer = filters(network, first=200)
    assert (answer.maps.first, answer.maps.shown, answer.maps.count) == (200, 56, 256)
    assert (answer.maps.height, answer.maps.width) == (28, 28)
    with pytest.raises(InsightError, match="has 256 filters; give a first one from 0 to 255"):
        filters(network, first=256)


@pytest.mark.parametrize(("kind", "layer", "shape"), [("lstm", "lstm", (1, 28)), ("attention", "embed", (1, 49))])
def test_other_first_layers_have_a_row_for_each_unit(
    kind: str,
    layer: str,
    shape: tuple[int, int],
    write: Write,
) -> None:
    answer = filters(new_network(write(KINDS[kind])))
    assert (answer.layer, answer.maps.height, answer.maps.width) == (layer, *shape)


def test_answers_about_very_many_layers_are_bounded(digits: Dataset, write: Write) -> None:
    text = (
        HEAD
        + """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        names = [f"{number:04}{'x' * 100}" for number in range(1200)]
        self.first = nn.Linear(784, 8)
        self.layers = nn.ModuleDict({name: nn.Sequential(nn.Linear(8, 8), nn.ReLU()) for name in names})
        self.out = nn.Linear(8, 10)

    def forward(self, images):
        x = self.first(images.flatten(1))
        for layer in self.layers.values():
            x = layer(x)
        return self.out(x)
"""
    )
    network = new_network(write(text))
    answer = measured(network, digits)
    assert len(encode(answer)) < MAX_LINE
    assert answer.more > 0
    assert len(answer.layers) + answer.more == 2402
    seen, lines = 0, 0
    while seen < (shown := layers(network, digits, start=seen)).layers_in_all:
        assert len(encode(shown)) < MAX_LINE
        seen, lines = seen + len(shown.layers), lines + 1
    assert (seen, lines > 1) == (2402, True)


def test_what_is_no_number_is_shown_as_nought() -> None:
    maps = as_maps(torch.tensor([[[1.0, float("nan"), float("inf")]]]), 4)
    np.testing.assert_allclose(values(maps)[0, 0], [1, 0, 0])
