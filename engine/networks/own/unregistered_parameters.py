"""Weights that torch does not find in a network: no optimizer trains them, and no checkpoint saves them.

torch finds what is an attribute of a module (https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html),
not what lies in a list, tuple, set or dict of Python, in another object, or in the class.
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

DEEPEST = 6  # levels of lists in lists
MOST = 20  # lines
MOST_VALUES = 100_000  # that are looked at: an attribute may hold a data set
REGISTERED = ("_parameters", "_buffers", "_modules", "_non_persistent_buffers_set")


def unreached(model: nn.Module) -> list[str]:
    """Return a line for each attribute that holds weights which `model.parameters()` does not give."""
    reached = {id(each) for each in model.parameters()}
    seen: set[int] = set()
    found = []
    for name, module in model.named_modules():
        for attribute, value in attributes(module):
            missed = [each for each in weights_in(value, seen) if id(each) not in reached]
            if missed:
                reached.update(id(each) for each in missed)  # told once, wherever else they are
                place = f"{name}.{attribute}" if name else attribute
                found.append(line(place, value, missed, in_class=attribute not in vars(module)))
    return found[:MOST]


def attributes(module: nn.Module) -> Iterator[tuple[str, Any]]:
    """Yield what a module holds beside what it has registered, and what its own class does."""
    for name, value in vars(module).items():
        if name not in REGISTERED and not name.startswith(("_forward_", "_backward_", "_state_dict_", "_load_state_")):
            yield name, value
    for kind in type(module).__mro__:
        if kind.__module__.partition(".")[0] not in ("torch", "builtins", "torchvision"):
            for name, value in vars(kind).items():
                if not name.startswith("__") and name not in vars(module):
                    yield name, value


def weights_in(value: Any, seen: set[int], depth: int = 0) -> Iterator[Tensor]:
    """Yield the trainable tensors in a value: a layer, a tensor, or whatever holds some."""
    if id(value) in seen or depth > DEEPEST or len(seen) > MOST_VALUES:
        return
    if isinstance(value, Tensor):
        if value.requires_grad and value.is_leaf:
            yield value
        return
    if isinstance(value, nn.Module):
        yield from (each for each in value.parameters() if each.requires_grad)
        return
    if isinstance(value, str | bytes | int | float | bool | type | None):
        return
    seen.add(id(value))
    if isinstance(value, dict):
        parts: Any = list(value.values())
    elif isinstance(value, list | tuple | set | frozenset):
        parts = list(value)
    elif type(value).__module__.partition(".")[0] in ("builtins", "torch", "numpy") or not hasattr(value, "__dict__"):
        return
    else:
        parts = list(vars(value).values())
    for part in parts:
        yield from weights_in(part, seen, depth + 1)


def line(place: str, value: Any, missed: list[Tensor], *, in_class: bool) -> str:
    count = sum(each.numel() for each in missed)
    parameters = f"{count:,} parameters" if count != 1 else "1 parameter"
    own = f"self.{place}"
    if in_class:
        return f"{own} belongs to the class and holds {parameters} that are not trained; make it in __init__"
    if isinstance(value, Tensor):
        return f"{own} is a plain tensor of {count:,} values that is not trained; make it an nn.Parameter"
    kind = type(value).__name__
    tensors = all(isinstance(each, Tensor) for each in parts_of(value))
    if isinstance(value, dict):
        remedy = "nn.ParameterDict" if tensors else "nn.ModuleDict"
    elif isinstance(value, list | tuple | set | frozenset):
        remedy = "nn.ParameterList" if tensors else "nn.ModuleList"
    else:
        remedy = "nn.Module"
    words = f"make it an {remedy}" if remedy != "nn.Module" else "derive its class from nn.Module"
    article = "an" if kind[:1].lower() in "aeiou" else "a"
    return f"{own} is {article} {kind} and holds {parameters} that are not trained, nor saved; {words}"


def parts_of(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, list | tuple | set | frozenset) else [value]


def hidden_weights(model: nn.Module, logits: Tensor) -> int:
    """Return how many values of trainable tensors the logits were made from that are none of the model's parameters.

    Follows torch's graph of the computation, and so finds those of global variables and closures too.
    """
    reached = {id(each) for each in model.parameters()}
    found: dict[int, int] = {}
    waiting, seen = [logits.grad_fn], set()
    while waiting:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        leaf = getattr(node, "variable", None)
        if isinstance(leaf, torch.Tensor) and id(leaf) not in reached:
            found[id(leaf)] = leaf.numel()
        waiting += [next_node for next_node, _ in node.next_functions]
    return sum(found.values())
