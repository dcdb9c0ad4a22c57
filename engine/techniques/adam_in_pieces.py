"""Adam for a GPU: the same steps, divided among more of its processors.

torch's fused Adam gives each block of threads 65,536 weights of one tensor, so that the whole of a small network is the
work of a few of the hundred processors of a GPU. Cut into pieces it takes a third of the time.
"""

from collections.abc import Iterable

import torch
from torch import Tensor

MOST_PIECES = 64  # a kernel takes some 30 tensors
SMALLEST = 2048


def cut(tensors: Iterable[Tensor], size: int) -> list[Tensor]:
    """Return the memory of dense tensors as pieces [size] or less."""
    flat = [each.detach().as_strided((each.numel(),), (1,), each.storage_offset()) for each in tensors]
    return [piece for each in flat for piece in torch.split(each, size)]


def is_dense(tensor: Tensor) -> bool:
    return tensor.is_contiguous() or (tensor.ndim == 4 and tensor.is_contiguous(memory_format=torch.channels_last))


@torch.no_grad()
def step_in_pieces(optimizer: torch.optim.Adam) -> bool:
    """Take a step of Adam or AdamW, fused and with its rate in a tensor; False, and no step, where it has none of its
    moments yet, or a gradient has another layout than its weight."""
    for group in optimizer.param_groups:
        weights = [each for each in group["params"] if each.grad is not None]
        for each in weights:
            same = each.grad.stride() == each.stride() and each.grad.dtype == each.dtype
            if not (same and is_dense(each) and optimizer.state[each]):
                return False
    for group in optimizer.param_groups:
        weights = [each for each in group["params"] if each.grad is not None]
        if not weights:
            continue
        states = [optimizer.state[each] for each in weights]
        size = max(SMALLEST, -(-sum(each.numel() for each in weights) // MOST_PIECES))
        steps = [state["step"] for state in states]
        torch._foreach_add_(steps, 1)
        count = [-(-each.numel() // size) for each in weights]
        update = torch._fused_adamw_ if isinstance(optimizer, torch.optim.AdamW) else torch._fused_adam_
        update(
            cut(weights, size),
            cut([each.grad for each in weights], size),
            cut([state["exp_avg"] for state in states], size),
            cut([state["exp_avg_sq"] for state in states], size),
            [],
            [step for step, pieces in zip(steps, count, strict=True) for _ in range(pieces)],
            lr=group["lr"],
            beta1=group["betas"][0],
            beta2=group["betas"][1],
            weight_decay=group["weight_decay"],
            eps=group["eps"],
            amsgrad=False,
            maximize=False,
        )
    return True
