"""The optimizer, and how its learning rate moves during a run."""

import inspect
import math
from collections.abc import Callable
from typing import TypeVar, cast

import torch
from torch import nn

from engine.config import RunConfig

WARM_UP = 0.3  # share of the steps in which one-cycle rises
FIRST = 1 / 25  # of the highest rate, at the first step
LAST = FIRST / 1e4  # at the last


Kind = TypeVar("Kind", bound=torch.optim.Optimizer)
COMPILED = ("add_param_group", "zero_grad", "state_dict", "load_state_dict")


def leave_compiler_out(kind: type[Kind]) -> type[Kind]:
    """Return an optimizer like `kind` that does not import torch's compiler at its first use.

    That takes as long as the import of torch itself, and only a compiled program needs it. The arithmetic is the same
    functions, called without what is wrapped around them for the compiler.
    """
    for name in COMPILED:
        plain = inspect.unwrap(getattr(torch.optim.Optimizer, name))
        plain.__dynamo_disable = plain  # where torch looks before it imports
    step = torch.no_grad()(inspect.unwrap(kind.step))
    return cast(type[Kind], type(kind.__name__, (kind,), {"step": step}))


Adam = leave_compiler_out(torch.optim.Adam)


def build_optimizer(config: RunConfig, model: nn.Module) -> torch.optim.Optimizer:
    """Return Adam (Kingma and Ba, https://arxiv.org/abs/1412.6980) over all weights of a network."""
    parameters = list(model.parameters())
    device = parameters[0].device
    cuda = device.type == "cuda"
    # Fused: one kernel for all parameters instead of a dozen, on CUDA, MPS and the CPU alike. Capturable, and with the
    # learning rate in the device's memory: a CUDA graph of the step reads there what it is at each step.
    return Adam(
        parameters,
        lr=torch.tensor(config.lr, device=device) if cuda else config.lr,
        capturable=cuda,
        betas=(config.beta1, config.beta2),
        weight_decay=config.weight_decay,
        fused=True,
    )


def constant(step: int, steps: int) -> float:
    return 1.0


def one_cycle(step: int, steps: int) -> float:
    """Up from 1/25 and down to 1/250,000 in two half cosines, as torch.optim.lr_scheduler.OneCycleLR does.

    Smith and Topin, Super-Convergence, https://arxiv.org/abs/1708.07120
    """
    highest, last = WARM_UP * steps - 1, steps - 1
    if step < highest:
        return _half_cosine(FIRST, 1, step / highest)
    if step < last:
        return _half_cosine(1, LAST, (step - highest) / (last - highest))
    return LAST


def _half_cosine(begin: float, end: float, progress: float) -> float:
    return end + (begin - end) * (1 + math.cos(math.pi * progress)) / 2


SCHEDULES: dict[str, Callable[[int, int], float]] = {
    "constant": constant,
    "one-cycle": one_cycle,
}
"""The share of the highest learning rate for a step, counted from 0, of so many."""


def learning_rate(config: RunConfig, step: int, steps: int) -> float:
    """Return the learning rate of a step, counted from 0, in a run of so many steps."""
    return config.lr * SCHEDULES[config.schedule](step, steps)


def set_learning_rate(optimizer: torch.optim.Optimizer, lr: float) -> None:
    for group in optimizer.param_groups:
        if isinstance(group["lr"], torch.Tensor):
            group["lr"].fill_(lr)
        else:
            group["lr"] = lr
