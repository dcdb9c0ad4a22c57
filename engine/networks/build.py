"""How a network is built. It takes float32 images [N, 1, 28, 28] in 0..1 and returns logits [N, classes].

Which there are says `engine/vocabulary/architectures.py`. One of the catalogue and one of a user's own are built in
the same way.
"""

import importlib
import inspect

import torch
from torch import Tensor, nn

from engine.networks.own.code import Code, NetworkError
from engine.networks.own.isolation import inside
from engine.networks.own.load import check_network, load_class, told
from engine.storage.printing import say
from engine.vocabulary.architectures import CATALOGUE, DEPTH, WIDTH, is_own
from engine.vocabulary.config import FIELDS, ConfigError, RunConfig
from engine.vocabulary.messages.base import DIGITS

SIZES = (WIDTH, DEPTH)
DROPOUTS = ("dropout2d", "dropout")
MOST_PARAMETERS = 60_000_000  # with two moments and an average for each they are just below a checkpoint's limit


def build_model(config: RunConfig, code: Code | None = None, classes: int = len(DIGITS)) -> nn.Module:
    """Return a new network for so many classes, on the CPU. Its weights are drawn from the global generator.

    Raises ConfigError.

    A user's own network is built from its `code` alone (see `named_code`), never from what its name leads to.

    The channels of a pixel lie together in memory (channels_last): so the CPU's convolutions are fastest. Not for the
    seed network in float32 and TF32, which adds up in the order of the notebook's own: in float32 its figures are the
    same to the last bit. Nor for a user's own, which may ask for a `view` that only the usual order has.
    """
    if is_own(config.model):
        return build_own(config, code, classes)
    config.check()
    kind = class_of(config.model)
    arguments = keywords(kind, config, classes)
    if any(name in arguments for name in SIZES):
        with torch.device("meta"):  # shapes without weights
            check_size(kind(**arguments), config.model)
    model = kind(**arguments)
    if config.model == "seed-cnn" and config.precision in ("fp32", "tf32"):
        return model
    return model.to(memory_format=torch.channels_last)


def build_own(config: RunConfig, code: Code | None, classes: int = len(DIGITS)) -> nn.Module:
    """Return a user's own network, checked. Raises NetworkError."""
    if code is None:
        raise NetworkError(f"{config.model}: its code is needed to build it; pass named_code({config.model!r})")
    with inside(code, loading=True):
        model = make_own(load_class(code), config, code, classes)
        for note in check_network(model, code, classes):
            say(note)
        return model


def make_own(kind: type[nn.Module], config: RunConfig, code: Code, classes: int = len(DIGITS)) -> nn.Module:
    """Return a new network of a user's class, its weights drawn from the global generator. Raises NetworkError."""
    arguments = keywords(kind, config, classes)
    for name in SIZES:
        value, default = getattr(config, name), FIELDS[name].default
        if value != default and name not in arguments:
            raise NetworkError(
                f"{FIELDS[name].label} ({name}): {value} is not possible for {code.model}, which has no argument"
                f" {name!r}; give {default}"
            )
    with inside(code), told(code, f"cannot be made with {arguments or 'no arguments'}"):
        model = kind(**arguments)
    check_size(model, code.model)
    return model


def class_of(name: str) -> type[nn.Module]:
    """Import a network of the catalogue."""
    module, _, kind = CATALOGUE[name].where.partition(":")
    found: type[nn.Module] = getattr(importlib.import_module(module), kind)
    return found


def keywords(kind: type[nn.Module], config: RunConfig, classes: int) -> dict[str, object]:
    """Return what a class is called with: the rates of dropout it takes, and the sizes that were chosen.

    A size at its default, or ten classes, is left to the class, whose own may be any, unless it cannot do without.
    """
    taken = accepted(kind)
    arguments: dict[str, object] = {name: getattr(config, name) for name in DROPOUTS if name in taken}
    for name in SIZES:
        value = getattr(config, name)
        if name in taken and (value != FIELDS[name].default or taken[name].default is inspect.Parameter.empty):
            arguments[name] = value
    if "classes" in taken and (classes != len(DIGITS) or taken["classes"].default is inspect.Parameter.empty):
        arguments["classes"] = classes
    return arguments


def accepted(kind: type[nn.Module]) -> dict[str, inspect.Parameter]:
    """Return the arguments that a class takes by name."""
    try:
        parameters = inspect.signature(kind).parameters.values()
    except (TypeError, ValueError):
        return {}
    by_name = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return {each.name: each for each in parameters if each.kind in by_name}


def check_size(model: nn.Module, name: str) -> None:
    """Raises ConfigError for a network whose checkpoints could not be loaded."""
    count = count_parameters(model)
    if count > MOST_PARAMETERS:
        raise ConfigError(
            f"{name} of this width and depth has {count:,} parameters; a checkpoint can hold {MOST_PARAMETERS:,};"
            " choose a smaller one"
        )


def steer_dropout(model: nn.Module, before: RunConfig, config: RunConfig) -> None:
    """Apply changed dropout rates to a network in use, as far as its class takes them.

    A layer that had another rate than the config, as a user's own network may well have, keeps it.
    """
    taken = accepted(type(model))
    for name, kind in (("dropout", nn.Dropout), ("dropout2d", nn.Dropout2d)):
        old, new = getattr(before, name), getattr(config, name)
        for module in model.modules() if name in taken and new != old else ():
            if isinstance(module, kind) and module.p == old:
                module.p = new


def count_parameters(model: nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


def as_input(images: Tensor) -> Tensor:
    """Turn uint8 images [N, 28, 28] into what a network takes, as torchvision's ToTensor does."""
    return images.unsqueeze(1).to(torch.float32).div_(255)
