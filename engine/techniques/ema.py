"""The moving average of a network's weights. Tests use it, as it is often better than the weights themselves."""

import copy

import torch
from torch import Tensor, nn

# In step n the average keeps at most n / (EARLY + n): early weights are soon forgotten. TensorFlow's
# ExponentialMovingAverage has a like rule for its `num_updates`, (1 + n) / (10 + n).
EARLY = 10


class ExponentialMovingAverage:
    """An exponential moving average. Polyak and Juditsky 1992, https://doi.org/10.1137/0330046, average all weights
    alike; here those of late steps weigh more.

    `model` is a network of its own with the averaged weights; statistics of batch normalisation are the newest.
    """

    def __init__(self, model: nn.Module) -> None:
        self.model = copy.deepcopy(model).requires_grad_(False)
        self._averaged = [weight.detach() for weight in self.model.parameters()]
        self._weights = [weight.detach() for weight in model.parameters()]  # the same memory
        pairs: dict[torch.dtype, tuple[list[Tensor], list[Tensor]]] = {}
        for averaged, newest in zip(self.model.buffers(), model.buffers(), strict=True):
            kept, read = pairs.setdefault(newest.dtype, ([], []))
            kept.append(averaged)
            read.append(newest)
        self._buffers = list(pairs.values())

    def update(self, step: int, decay: float) -> None:
        """Take in the weights after a step, counted from 1. The device is not waited for."""
        decay = min(decay, step / (EARLY + step))
        torch._foreach_lerp_(self._averaged, self._weights, 1 - decay)
        for averaged, newest in self._buffers:
            torch._foreach_copy_(averaged, newest)
