"""A network that is asked, and left as it was: no gradient, buffer, mode or generator changes."""

import struct
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from engine.insight.runs.network import Network
from engine.machine.process_settings import kept_generators
from engine.networks.own.isolation import inside
from engine.networks.own.load import told
from engine.techniques.precision import products_in


class InsightError(Exception):
    """A question that has no answer; the message says why, and what would have one."""


@contextmanager
def undisturbed(network: Network) -> Iterator[nn.Module]:
    """Yield the network for answers: dropout off, all of float32. Afterwards all is as it was, and what a user's own
    module keeps in attributes or buffers while it answers is put back too.

    Raises NetworkError, which names the line, for what a user's own code raises.
    """
    model, device = network.model, network.device
    problem: InsightError | None = None
    with ExitStack() as stack:
        stack.enter_context(inside(network.code))
        stack.enter_context(_kept_state(model))
        stack.enter_context(products_in("fp32", device))
        stack.enter_context(_differentiable(model, device))
        if network.code is not None:  # which may draw what the run in progress would; the program's own draw nothing
            stack.enter_context(kept_generators())
            stack.enter_context(told(network.code, "cannot answer this question"))
        try:
            yield model.eval()
        except InsightError as error:  # which is not the fault of a user's code
            problem = error
    if problem is not None:
        raise problem


@contextmanager
def _kept_state(model: nn.Module) -> Iterator[None]:
    """Have copies of buffers in use; put back buffers and attributes of modules, whether they train among them."""
    before = [(module, dict(vars(module)), dict(module._buffers)) for module in model.modules()]
    for module, _, buffers in before:
        for name, buffer in buffers.items():
            module._buffers[name] = None if buffer is None else buffer.detach().clone()
    try:
        yield
    finally:
        for module, attributes, buffers in before:
            _put_back(vars(module), attributes)
            _put_back(module._buffers, buffers)


def _put_back(now: dict[str, Any], before: dict[str, Any]) -> None:
    """Change what differs, and that alone: what torch.compile knows of a module stays true."""
    for name in [name for name in now if name not in before]:
        del now[name]
    for name, value in before.items():
        if name not in now or now[name] is not value:
            now[name] = value


def _differentiable(model: nn.Module, device: torch.device) -> AbstractContextManager[None]:
    """cuDNN's recurrent layers have no gradient outside of training: torch's own have."""
    recurrent = device.type == "cuda" and any(isinstance(module, nn.RNNBase) for module in model.modules())
    return torch.backends.cudnn.flags(enabled=False) if recurrent else nullcontext()


def outputs_of(model: nn.Module, images: Tensor, batch: int = 250) -> Tensor:
    """Return logits [N, classes] of float32 images [N, 1, 28, 28], without gradients."""
    with torch.no_grad():
        parts = [model(images[start : start + batch]) for start in range(0, len(images), batch)]
    return torch.cat(parts).float().nan_to_num()


def probabilities_of(network: Network, images: Tensor) -> Tensor:
    """Return probabilities [N, classes], on the CPU, for float32 images [N, 1, 28, 28], of a network that is asked."""
    return torch.softmax(outputs_of(network.model, images) / (network.temperature or 1.0), 1).cpu()


def rounded(probabilities: Tensor) -> list[float]:
    return [round(each, 5) for each in probabilities.tolist()]


def packed(values: Tensor) -> bytes:
    """Return numbers as float32, little-endian, row by row."""
    flat = values.detach().float().cpu().flatten().tolist()
    return struct.pack(f"<{len(flat)}f", *flat)


def gradients_of(model: nn.Module, images: Tensor, score: "Score", batch: int = 64) -> tuple[Tensor, Tensor]:
    """Return scores [N] of float32 images [N, 1, 28, 28], and their gradients [N, 1, 28, 28].

    `score` makes one number of each row of logits [N, classes]; the gradients of weights stay as they are. Raises
    InsightError for a network whose outputs have no gradient.
    """
    scores, gradients = [], []
    for start in range(0, len(images), batch):
        with torch.enable_grad():
            leaf = images[start : start + batch].detach().clone().requires_grad_()
            each = score(model(leaf).float(), start)
            if not each.requires_grad:
                raise InsightError("its outputs have no gradient: occlusion, which needs none, can still tell why")
            [gradient] = torch.autograd.grad(each.sum(), [leaf])
        scores.append(each.detach())
        gradients.append(gradient)
    return torch.cat(scores).nan_to_num(), torch.cat(gradients).nan_to_num(0.0, 0.0, 0.0)


class Score(Protocol):
    """Called with logits [N, classes] and the place of their first image among all that are asked about."""

    def __call__(self, logits: Tensor, start: int) -> Tensor: ...
