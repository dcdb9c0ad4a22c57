"""The features of images: the input of a network's last layer, found by hooks."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from engine.insight.runs.undisturbed import InsightError
from engine.networks.build import as_input

BATCH = 500


@dataclass(frozen=True)
class Features:
    """Float32 [N, features] of images, what is predicted for each [N], and the name of the layer that sees them; on the
    CPU."""

    values: Tensor
    predicted: Tensor
    layer: str


def features_of(model: nn.Module, images: Tensor, classes: int) -> Features:
    """Return the features of uint8 images [N, 28, 28] on the network's device, without gradients.

    They are the input of the last linear layer that makes the logits, or else of another module with parameters that
    does; of maps the mean. Raises InsightError for a network that has none.
    """
    name, module = last_layer(model, images[:2], classes)
    values, predicted = [], []
    with _inputs(module) as seen, torch.no_grad():
        for start in range(0, len(images), BATCH):
            seen.clear()
            logits = model(as_input(images[start : start + BATCH]))
            values.append(_flat(seen[-1]).float().cpu())
            predicted.append(logits.argmax(1).cpu())
    return Features(torch.cat(values).nan_to_num(), torch.cat(predicted), name)


def last_layer(model: nn.Module, images: Tensor, classes: int) -> tuple[str, nn.Module]:
    """Return name and module of what makes logits [N, classes] of features. Raises InsightError."""
    calls: list[tuple[str, nn.Module, tuple[int, ...]]] = []

    def watch(name: str) -> Any:
        def hook(module: nn.Module, inputs: tuple[Any, ...], output: Any) -> None:
            tensors = bool(inputs) and isinstance(inputs[0], Tensor) and isinstance(output, Tensor)
            calls.append((name, module, tuple(output.shape) if tensors else ()))

        return hook

    handles = [
        module.register_forward_hook(watch(name))
        for name, module in model.named_modules()
        if name and any(True for _ in module.parameters(recurse=False))
    ]
    try:
        with torch.no_grad():
            model(as_input(images))
    finally:
        for handle in handles:
            handle.remove()
    wanted = (len(images), classes)
    makers = [(name, module) for name, module, shape in calls if shape == wanted]
    linear = [call for call in makers if isinstance(call[1], nn.Linear)]
    if linear or makers:
        return (linear or makers)[-1]
    if (
        calls and calls[-1][2][:2] == wanted and len(calls[-1][2]) == 4
    ):  # a map for each class, of which it takes a mean
        return calls[-1][:2]
    raise InsightError(
        f"none of its layers makes the {classes} outputs of each image, so there is no last hidden layer; end the"
        " network with a layer of its own, as nn.Linear, to see its features"
    )


@contextmanager
def _inputs(module: nn.Module) -> Iterator[list[Tensor]]:
    """Collect what a module is called with."""
    seen: list[Tensor] = []
    handle = module.register_forward_hook(lambda module, inputs, output: seen.append(inputs[0].detach()))
    try:
        yield seen
    finally:
        handle.remove()


def _flat(values: Tensor) -> Tensor:
    return values.mean((2, 3)) if values.dim() == 4 else values.flatten(1)
