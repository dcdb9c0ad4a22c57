"""Answers to ShowFilters, ShowLayers and MeasureLayers."""

import msgspec
import torch
from torch import Tensor, nn

from engine.data.dataset import Dataset
from engine.insight.asked import Asked
from engine.insight.inside.as_maps import as_maps, filters_as_maps, of_one_image, shape_of_maps
from engine.insight.inside.figures import fires, histogram, weights_of
from engine.insight.inside.layers import watch_layers
from engine.insight.runs.network import Network
from engine.insight.runs.undisturbed import InsightError, undisturbed
from engine.insight.space.answers import spread
from engine.networks.build import as_input
from engine.vocabulary.messages import (
    MAX_LINE,
    MOST_BYTES,
    MOST_MAPS,
    MOST_NAMED,
    PIXELS,
    FiltersShown,
    LayerFigures,
    LayerShown,
    LayersMeasured,
    LayersShown,
    MeasureLayers,
    ShowFilters,
    ShowLayers,
)

MEASURED = 256  # test digits
A_LAYER = 300  # bytes of it in an answer, beside its name and pixels
MOST_LINE = MAX_LINE - 100_000  # bytes of all layers that are measured


def show_filters(command: ShowFilters, network: Network) -> FiltersShown:
    """Raises InsightError for a network without weights."""
    found: list[tuple[str, nn.Module]] = []

    def look(name: str, kind: str, module: nn.Module | None, output: object) -> None:
        if module is not None and first_weights(module) is not None:
            found.append((name, module))

    with undisturbed(network) as model:
        watch_layers(model, torch.zeros(2, 1, 28, 28, device=network.device), look)
        if not found:
            raise InsightError(f"{network.name}: has no layer with weights, so there are no filters to show")
        name, module = found[0]
        weights = first_weights(module)
        assert weights is not None
        maps = filters_as_maps(weights, PIXELS)
        if command.first >= len(maps):
            raise InsightError(f"{name}: has {len(maps)} filters; give a first one from 0 to {len(maps) - 1}")
        return FiltersShown(
            run=network.name,
            step=network.step,
            layer=name,
            kind=type(module).__name__[:100],
            maps=as_maps(maps, MOST_MAPS, command.first),
        )


def first_weights(module: nn.Module) -> Tensor | None:
    """Return the first of a module's own parameters that is more than a vector."""
    return next((each.detach() for each in module.parameters(recurse=False) if each.dim() > 1), None)


def show_layers(command: ShowLayers, network: Network, asked: Asked) -> LayersShown:
    """Raises InsightError, NetworkError."""
    layers: list[LayerShown] = []
    larger: list[tuple[int, ...]] = []  # shapes of what each layer makes of three images
    number, room = 0, MOST_BYTES
    ended = False

    def measure(name: str, kind: str, module: nn.Module | None, output: object) -> None:
        larger.append(tuple(output.shape) if isinstance(output, Tensor) else ())

    def look(name: str, kind: str, module: nn.Module | None, output: object) -> None:
        nonlocal number, room, ended
        place, number = number, number + 1
        if place < command.start or ended or len(layers) >= command.count:
            return
        shown = layer_shown(name, kind, output, larger[place] if place < len(larger) else (), command)
        room -= len(name) + len(kind) + A_LAYER + (len(shown.maps.pixels) if shown.maps is not None else 0)
        if room < 0 and layers:
            ended = True
        else:
            layers.append(shown)

    image = as_input(asked.pixels.unsqueeze(0)).to(network.device)
    with undisturbed(network) as model:
        watch_layers(model, torch.cat([image] * 3), measure)
        logits = watch_layers(model, torch.cat([image] * 2), look)
    return LayersShown(
        run=network.name,
        step=network.step,
        layers=layers,
        start=command.start,
        layers_in_all=number,
        pixels=asked.pixels.cpu().numpy().tobytes(),
        predicted=int(logits[0].argmax()),
        actual=asked.actual,
        classes=network.classes,
    )


def layer_shown(name: str, kind: str, output: object, larger: tuple[int, ...], command: ShowLayers) -> LayerShown:
    """`output` is of two images, of which the first is shown; `larger` is its shape for three."""
    if not isinstance(output, Tensor):
        return LayerShown(name=name, kind=kind, shape=[], problem=f"returns {type(output).__name__}, not a tensor")
    one = of_one_image(output, larger)
    if one is None or not one.numel():
        what = f"returns {list(output.shape)} for two images, none of which is that of one"
        return LayerShown(name=name, kind=kind, shape=[], problem=what)
    maps = as_maps(shape_of_maps(one), command.maps, command.first)
    return LayerShown(name=name, kind=kind, shape=list(one.shape), maps=maps)


def measure_layers(command: MeasureLayers, network: Network, data: Dataset) -> LayersMeasured:
    """Raises InsightError, NetworkError."""
    layers: list[LayerFigures] = []
    room, more = MOST_LINE, 0

    def look(name: str, kind: str, module: nn.Module | None, output: object) -> None:
        nonlocal room, more
        tensor = output if isinstance(output, Tensor) and output.is_floating_point() and output.dim() > 1 else None
        fired = fires(tensor) if kind.startswith("ReLU") and tensor is not None else None
        dead = [] if fired is None else (~fired).nonzero().flatten().tolist()
        figures = LayerFigures(
            name=name,
            kind=kind,
            weights=weights_of(module),
            activations=None if tensor is None else histogram(tensor),
            units=None if fired is None else len(fired),
            dead=None if fired is None else len(dead),
            dead_units=dead[:MOST_NAMED],
        )
        room -= len(msgspec.json.encode(figures)) + 1
        if room < 0:
            more += 1
        else:
            layers.append(figures)

    indices = spread(len(data.test_labels), MEASURED)
    images = data.test_images[indices.to(data.test_images.device)].to(network.device)
    with undisturbed(network) as model:
        watch_layers(model, as_input(images), look)
    return LayersMeasured(
        run=network.name,
        step=network.step,
        layers=layers,
        digits=len(indices),
        more=more,
    )
