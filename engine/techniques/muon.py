"""Muon for the hidden matrices of a network, AdamW for all else.

Jordan et al., https://kellerjordan.github.io/posts/muon/: Nesterov's momentum is made orthogonal before each step, and
the first and the last layer are left to another optimizer, as are biases and what else is no matrix. A filter of a
convolution is a row of a matrix. A step is about as long as one of AdamW (Liu et al.,
https://arxiv.org/abs/2502.16982), so that one learning rate does for both. Weight decay is decoupled in both.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from engine.vocabulary.config import RunConfig


class MuonWithAdamW:
    """Two of torch's optimizers as one; the state of the matrices comes first."""

    def __init__(
        self,
        parameters: Sequence[nn.Parameter],
        config: RunConfig,
        muon: type[torch.optim.Muon],
        adamw: type[torch.optim.AdamW],
        hidden: bool = True,
    ) -> None:
        """The first and the last matrix are those in the order of `parameters`; without `hidden` they are taken too."""
        shaped = [each for each in parameters if each.ndim > 1]
        self._shaped = shaped[1:-1] if hidden else shaped
        taken = {id(each) for each in self._shaped}
        others = [each for each in parameters if id(each) not in taken]
        self._matrices = [nn.Parameter(as_matrix(each.detach(), each)) for each in self._shaped]  # the same memory
        self._parts: list[torch.optim.Optimizer] = []
        if self._matrices:
            self._parts.append(
                muon(
                    self._matrices,
                    lr=config.lr,
                    weight_decay=config.weight_decay,
                    momentum=config.momentum,
                    adjust_lr_fn="match_rms_adamw",
                )
            )
        if others:
            betas = (config.beta1, config.beta2)
            self._parts.append(adamw(others, lr=config.lr, betas=betas, weight_decay=config.weight_decay, fused=True))
        self.param_groups: list[dict[str, Any]] = [group for part in self._parts for group in part.param_groups]

    def zero_grad(self, set_to_none: bool = True) -> None:
        for each in self._shaped:
            each.grad = None
        for part in self._parts:
            part.zero_grad(set_to_none)

    def step(self) -> None:
        for matrix, shaped in zip(self._matrices, self._shaped, strict=True):
            matrix.grad = None if shaped.grad is None else as_matrix(shaped.grad, shaped)
        for part in self._parts:
            part.step()

    def state_dict(self) -> dict[str, Any]:
        """Return the state by parameter, counted on from one part to the next, as one optimizer's."""
        state: dict[int, Any] = {}
        groups = []
        first = 0
        for part in self._parts:
            content = part.state_dict()
            state |= {first + i: moments for i, moments in content["state"].items()}
            groups += content["param_groups"]
            first += len(part.param_groups[0]["params"])
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        first = 0
        for part, group in zip(self._parts, state_dict["param_groups"], strict=True):
            count = len(part.param_groups[0]["params"])
            mine = {i - first: moments for i, moments in state_dict["state"].items() if first <= i < first + count}
            part.load_state_dict({"state": mine, "param_groups": [group]})
            first += count
        self.param_groups = [group for part in self._parts for group in part.param_groups]


def as_matrix(tensor: Tensor, like: Tensor) -> Tensor:
    """Return [rows, columns] of a weight [rows, ...], or of its gradient, in the order that the weight has in memory.

    Of the weight itself this is a view.
    """
    if tensor.ndim == 4 and not like.is_contiguous():  # channels_last
        tensor = tensor.permute(0, 2, 3, 1)
    return tensor.flatten(1)
