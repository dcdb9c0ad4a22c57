"""Signs of a run's health that its losses do not show: dead units, the norm of gradients, and how long steps wait for
their images.

The test is watched, training timed, and gradients are read now and then. No figure, weight or generator changes.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from engine.training.run import Run

HIGHEST_NORM = 1e30  # that a message holds
RELUS = {F.relu, F.relu_, torch.relu, torch.relu_, Tensor.relu, Tensor.relu_}  # nn.ReLU calls the first


class ReluWatch(TorchFunctionMode):
    """Sees every ReLU that a network of whatever kind computes inside, and notes which units fire at any image.

    A unit that never fires passes on no gradient and learns no more (Lu et al., Dying ReLU and Initialization,
    https://arxiv.org/abs/1903.06733).
    """

    def __init__(self) -> None:
        super().__init__()
        self._fired: list[Tensor] = []  # bools [units] of each ReLU

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        if func in RELUS and result.dim() > 1:
            units = 1 if result.dim() == 4 else result.dim() - 1  # of maps [N, C, H, W] the maps, else what comes last
            self._fired.append(result.amax([i for i in range(result.dim()) if i != units]) > 0)
        return result

    @property
    def dead(self) -> float:
        """The share of units and feature maps that were zero for every image; 0 where there was no ReLU."""
        if not self._fired:
            return 0.0
        fired = torch.cat(self._fired)
        return round(1 - fired.sum().item() / len(fired), 4)


def input_share(run: Run) -> float:
    """Return which share of the present epoch went into images: the gather, their augmentation and mixing.

    On CPUs alone: elsewhere the device is still at one step while the next is asked for, and on CUDA all is one graph.
    """
    if run.device.type != "cpu" or not run.seconds:
        return 0.0
    return round(min(1.0, run.input_seconds / run.seconds), 4)


@dataclass(frozen=True)
class Gradients:
    """Gradients of one step, on the device; `norm` is theirs where clipping, which changed them, has measured it."""

    each: list[Tensor]
    norm: Tensor | None = None

    def total_norm(self) -> float | None:
        """Return the 2-norm of all gradients as one vector, before clipping; None where there is none, or no number.

        Waits for the device.
        """
        norm = self.norm
        if norm is None:
            if not self.each:
                return None
            with torch.no_grad():
                norm = nn.utils.get_total_norm(self.each)
        value = float(norm)
        return min(value, HIGHEST_NORM) if math.isfinite(value) else None


def gradients_of(run: Run) -> Gradients:
    """Return the gradients that the last step left."""
    found = [each.grad for each in run.model.parameters() if each.grad is not None]
    return Gradients([grad for grad in found if grad.layout == torch.strided], run.clipped_norm)
