"""Muon for the hidden matrices of a network, AdamW for all else.

Jordan et al., https://kellerjordan.github.io/posts/muon/: Nesterov's momentum is made orthogonal before each step, and
the first and the last layer are left to another optimizer, as are biases and what else is no matrix. A filter of a
convolution is a row of a matrix. A step is about as long as one of AdamW (Liu et al.,
https://arxiv.org/abs/2502.16982), so that one learning rate does for both. Weight decay is decoupled in both.

torch's own Muon reads the learning rate as a number, which a CUDA graph would keep; there `capturable_step` takes its
place.
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
        lr: Tensor | None = None,
    ) -> None:
        """The first and the last matrix are those in the order of `parameters`; without `hidden` they are taken too.

        With the learning rate in a tensor `lr` a step can be captured in a CUDA graph.
        """
        rate: Any = config.lr if lr is None else lr
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
                    lr=rate,
                    weight_decay=config.weight_decay,
                    momentum=config.momentum,
                    adjust_lr_fn="match_rms_adamw",
                )
            )
        if others:
            betas = (config.beta1, config.beta2)
            self._parts.append(
                adamw(
                    others,
                    lr=rate,
                    betas=betas,
                    weight_decay=config.weight_decay,
                    capturable=others[0].device.type == "cuda",
                    fused=True,
                )
            )
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
            if isinstance(part, torch.optim.Muon) and isinstance(part.param_groups[0]["lr"], Tensor):
                capturable_step(part)
            else:
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


@torch.no_grad()
def capturable_step(optimizer: torch.optim.Muon) -> None:
    """Take the step of torch's Muon, with the learning rate read on the device. The same but for rounding."""
    for group in optimizer.param_groups:
        lr, momentum = group["lr"], group["momentum"]
        weights = [each for each in group["params"] if each.grad is not None]
        if not weights:
            continue
        gradients = [each.grad for each in weights]
        for weight in weights:
            if "momentum_buffer" not in optimizer.state[weight]:
                optimizer.state[weight]["momentum_buffer"] = torch.zeros_like(weight)
        buffers = [optimizer.state[each]["momentum_buffer"] for each in weights]
        torch._foreach_lerp_(buffers, gradients, 1 - momentum)
        updates = torch._foreach_lerp(gradients, buffers, momentum) if group["nesterov"] else buffers
        if group["weight_decay"]:
            torch._foreach_mul_(weights, 1 - lr * group["weight_decay"])
        for weight, update in zip(weights, updates, strict=True):
            scale = 0.2 * max(weight.shape) ** 0.5  # match_rms_adamw
            weight.sub_(orthogonal(update, group["ns_coefficients"], group["ns_steps"], group["eps"]) * (lr * scale))


def orthogonal(matrix: Tensor, coefficients: tuple[float, float, float], steps: int, least: float) -> Tensor:
    """Return the nearest matrix [rows, columns] with orthonormal rows or columns, roughly, in bfloat16: the iteration
    of Newton and Schulz with Jordan's coefficients, as torch's Muon has it."""
    a, b, c = coefficients
    tall = matrix.shape[0] > matrix.shape[1]
    result = (matrix.T if tall else matrix).bfloat16()
    result = result / result.norm().clamp(min=least)
    for _ in range(steps):
        products = result @ result.T
        polynomial = torch.addmm(products, products, products, beta=b, alpha=c)
        result = torch.addmm(result, polynomial, result, beta=a)
    return result.T if tall else result


def as_matrix(tensor: Tensor, like: Tensor) -> Tensor:
    """Return [rows, columns] of a weight [rows, ...], or of its gradient, in the order that the weight has in memory.

    Of the weight itself this is a view.
    """
    if tensor.ndim == 4 and not like.is_contiguous():  # channels_last
        tensor = tensor.permute(0, 2, 3, 1)
    return tensor.flatten(1)
