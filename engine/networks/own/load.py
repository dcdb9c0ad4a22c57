"""A user's own network: its class, loaded from its code, and what is checked before it is trained.

It is the user's code and runs with the engine's rights. What may be run is decided in `engine/networks/own/code.py`.
"""

import importlib
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import torch
from torch import nn

from engine.machine.process_group import GroupBroken
from engine.machine.process_settings import kept_generators
from engine.networks.own.code import Code, NetworkError
from engine.networks.own.isolation import MODULE, OwnCodeFailed, inside
from engine.networks.own.unregistered_parameters import unreached
from engine.storage.runs.checkpoint import brief
from engine.storage.runs.checkpoint_safety import check_values
from engine.vocabulary.messages.base import DIGITS


def load_class(code: Code) -> type[nn.Module]:
    """Run a network's file, or import its package, and return the class. Raises NetworkError.

    A file is run anew each time; a package is imported once in an engine's life. What a file draws or seeds at its top
    changes no weights: the generators are as they were.
    """
    name = code.name
    with inside(code), told(code, "cannot be loaded"), kept_generators():
        module = run_file(code) if name.is_file else importlib.import_module(name.place)
    found = getattr(module, name.kind, None)
    if found is None:
        there = ", ".join(key for key, value in vars(module).items() if is_network(value)) or "none"
        raise NetworkError(f"{name.place}: has no class {name.kind}; its networks are: {there[:300]}")
    if not is_network(found):
        what = f"a {type(found).__name__}" if not isinstance(found, type) else "a class"
        raise NetworkError(f"{code.model}: is {what}, not a class that derives from torch.nn.Module")
    kind: type[nn.Module] = found
    return kind


def is_network(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, nn.Module)


OTHER_CLASSES = (
    ", as the data has {classes} classes: give its __init__ an argument `classes`, which it is called with, and make"
    " the last layer as large"
)


def run_file(code: Code) -> ModuleType:
    """Return the module of a file's content. The content is what was read and checked, not what is there now."""
    module = ModuleType(MODULE)
    module.__file__ = code.name.place
    sys.modules[MODULE] = module  # where dataclasses, say, look up what a class refers to
    # As UTF-8, whatever it says of itself: what is run is what a reader sees.
    exec(compile(code.text.decode("utf-8-sig"), code.name.place, "exec"), module.__dict__)
    return module


def check_network(model: nn.Module, code: Code, classes: int = len(DIGITS)) -> list[str]:
    """Raise NetworkError for what takes no images, gives no logits, has no weights, or could not be saved.

    Return what the user should know of a network that can be trained. Draws nothing from the global generators that is
    not given back.
    """
    shape, what = "[2, 1, 28, 28]", f"float32 logits [2, {classes}]"
    was_training = model.training
    with inside(code), kept_generators(), torch.no_grad(), told(code, f"fails on float32 images {shape}"):
        logits = model.eval()(torch.zeros(2, 1, 28, 28))
        model.train(was_training)
    if not isinstance(logits, torch.Tensor):
        raise NetworkError(f"{code.model}: returns a {type(logits).__name__} for images {shape}; it must be {what}")
    if list(logits.shape) != [2, classes] or not logits.is_floating_point():
        found = f"{str(logits.dtype).removeprefix('torch.')} {list(logits.shape)}"
        remedy = "" if classes == len(DIGITS) else OTHER_CLASSES.format(classes=classes)
        raise NetworkError(f"{code.model}: returns {found} for images {shape}; it must be {what}{remedy}")
    notes = []
    if are_probabilities(logits):
        notes.append(
            f"{code.model}: returns probabilities; cross-entropy already includes the softmax, and with two the loss"
            " cannot fall below 1.46; remove the softmax at the end of the network"
        )
    missed = unreached(model)
    if not any(parameter.requires_grad for parameter in model.parameters()):
        why = missed[0] if missed else "make layers attributes of the module"
        raise NetworkError(f"{code.model}: has no parameters to train; {why}")
    notes += [f"{code.model}: {each}" for each in missed]
    try:
        check_values(dict(model.state_dict()))
    except ValueError as error:
        raise NetworkError(
            f"{code.model}: its state could not be loaded from a checkpoint: {error}; register such buffers with"
            " persistent=False"
        ) from error
    return notes


def are_probabilities(outputs: torch.Tensor) -> bool:
    """Tell whether each row of outputs [N, classes] looks like one of probabilities."""
    return bool((outputs >= 0).all() and ((outputs.sum(1) - 1).abs() < 1e-3).all())


@contextmanager
def told(code: Code, what: str) -> Iterator[None]:
    """Turn whatever a user's code raises into a NetworkError that names the line."""
    try:
        yield
    except (NetworkError, GroupBroken, OwnCodeFailed):
        raise
    except BaseException as error:  # KeyboardInterrupt among them, which here comes from code alone
        line = line_in(code.name.place, error)
        hint = ""
        if isinstance(error, ModuleNotFoundError) and code.name.is_file:
            hint = "; only this one file is loaded; whatever it imports must be installed"
        raise NetworkError(f"{code.model}: {what}: {type(error).__name__}: {brief(error)}{line}{hint}") from error


def line_in(path: str, error: BaseException) -> str:
    """Return `, line 7` for the last line of a file that an error came through."""
    if isinstance(error, SyntaxError):
        return f", line {error.lineno}" if error.lineno and "line" not in brief(error) else ""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
    return f", line {lines[-1]}" if lines else ""
