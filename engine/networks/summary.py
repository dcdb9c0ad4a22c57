"""What a network consists of: its layers in the order in which an image passes them, its parameters, its FLOPs."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import torch
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from engine.networks.build import build_model, count_parameters
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import Layer, ModelDescribed
from engine.vocabulary.messages.base import DIGITS

MOST_LAYERS = 2000  # an answer is one line; DenseNet-121 has 430
LONGEST = 100  # characters of the name of a layer, or of its kind


def describe_network(config: RunConfig, classes: int = len(DIGITS)) -> ModelDescribed:
    """Build a network of the catalogue for so many classes, send one image through it, and tell what it consists of.
    Raises ConfigError.

    Training, and the random numbers it draws, are not touched. FLOPs are of the forward pass for one image: of
    convolutions and matrix products alone, a multiplication and an addition being two. Users' own networks are
    described by `engine/networks/own/check_child.py`.
    """
    return described(RunConfig(model=config.model, width=config.width, depth=config.depth), classes)


@lru_cache(maxsize=64)
def described(config: RunConfig, classes: int) -> ModelDescribed:
    with torch.device("meta"):  # nothing is drawn
        model = build_model(config, classes=classes)
    # To compute there as well imports torch's compiler (2 s). Which weights they are does not matter.
    model = model._apply(lambda weights: torch.zeros(weights.shape, dtype=weights.dtype)).eval()  # type: ignore[no-untyped-call]
    with observed(model) as (layers, flops), torch.no_grad():
        model(torch.zeros(1, 1, 28, 28))
    return summary(model, config, layers, sum(flops))


def count_and_describe(model: nn.Module, config: RunConfig) -> ModelDescribed:
    """Describe any network, and count what torch computes for it (torch.utils.flop_counter.FlopCounterMode)."""
    from torch.utils.flop_counter import FlopCounterMode

    with observed(model.eval()) as (layers, _), torch.no_grad(), unfused(), FlopCounterMode(display=False) as counter:
        model(torch.zeros(1, 1, 28, 28))
    return summary(model, config, layers, counter.get_total_flops())


def flops_of(module: nn.Module, output: Any) -> int:
    """Return the operations of a layer of the catalogue's networks. torch's own counter imports its compiler: 2 s."""
    if isinstance(module, nn.Conv2d):
        of_a_value = module.in_channels // module.groups * module.kernel_size[0] * module.kernel_size[1]
    elif isinstance(module, nn.Linear):
        of_a_value = module.in_features
    else:
        return 0
    values: int = output.numel()
    return 2 * values * of_a_value


def summary(model: nn.Module, config: RunConfig, layers: list[Layer], flops: int) -> ModelDescribed:
    ran = {layer.name for layer in layers}
    unused = [
        Layer(name=name[:LONGEST], kind=kind_of(module), shape=[], parameters=own_parameters(module))
        for name, module in model.named_modules()
        if name[:LONGEST] not in ran and own_parameters(module)
    ]
    return ModelDescribed(
        model=config.model,
        width=config.width,
        depth=config.depth,
        parameters=count_parameters(model),
        flops=flops,
        layers=[*layers, *unused][:MOST_LAYERS],
        more=max(0, len(layers) + len(unused) - MOST_LAYERS),
    )


@contextmanager
def unfused() -> Iterator[None]:
    """Have attention and recurrent layers call the products they consist of: their fused kernels are not counted."""
    fused = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        with (
            warnings.catch_warnings(action="ignore"),  # the flags include one of Intel's GPUs, which warns
            torch.backends.mkldnn.flags(enabled=False),
            sdpa_kernel(SDPBackend.MATH),
        ):
            yield
    finally:
        torch.backends.mha.set_fastpath_enabled(fused)


@contextmanager
def observed(model: nn.Module) -> Iterator[tuple[list[Layer], list[int]]]:
    """Collect a line for each layer that is called: modules without parts, and those with parameters of their own; and
    their operations.

    Parameters that several layers share count for the first.
    """
    layers: list[Layer] = []
    flops: list[int] = []
    counted: set[int] = set()
    names = {module: name for name, module in model.named_modules()}

    def hook(module: nn.Module, inputs: Any, output: Any) -> None:
        new = [each for each in module.parameters(recurse=False) if id(each) not in counted]
        counted.update(id(each) for each in new)
        flops.append(flops_of(module, output))
        layers.append(
            Layer(
                name=names[module][:LONGEST] or kind_of(module),
                kind=kind_of(module),
                shape=shape_of(output),
                parameters=sum(each.numel() for each in new),
            )
        )

    handles = [
        module.register_forward_hook(hook)
        for module in names
        if not any(True for _ in module.children()) or own_parameters(module)
    ]
    try:
        yield layers, flops
    finally:
        for handle in handles:
            handle.remove()


def own_parameters(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters(recurse=False))


def kind_of(module: nn.Module) -> str:
    return type(module).__name__[:LONGEST]


def shape_of(output: Any) -> list[int]:
    """Return the shape of what a layer returns for one image, without the dimension of images."""
    if isinstance(output, tuple | list) and output:
        output = output[0]
    return list(output.shape[1:]) if isinstance(output, torch.Tensor) else []
