"""Max pooling of 2x2, faster on CPUs than torch's: the same figures from operations that the processor vectorizes.

torch's own goes through the maps of each place one by one, unless they lie together in memory and are many: 16 in
float32, 32 in bfloat16. Ours takes the maximum of neighbours in a row, then that of two rows.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

BITS = {torch.float32: torch.int32, torch.bfloat16: torch.int16}
MANY = 16  # maps, from which on torch's gradient is the faster one in float32
LARGE = 2**18  # values, from which on the time of each operation is more than that of its call


def max_pool(maps: Tensor) -> Tensor:
    """Return the maximum of each 2x2 of maps [N, C, H, W], as F.max_pool2d(maps, 2) does; of equal ones the first has
    the gradient, as there."""
    if is_ours(maps):
        pooled: Tensor = _MaxPool.apply(maps)
        return pooled
    return F.max_pool2d(maps, 2)


class MaxPool2d(nn.MaxPool2d):
    """`max_pool` as a layer."""

    def __init__(self) -> None:
        super().__init__(2)

    def forward(self, maps: Tensor) -> Tensor:
        return max_pool(maps)


def is_ours(maps: Tensor) -> bool:
    """Tell whether this is faster here than torch's own."""
    if maps.device.type != "cpu" or maps.dtype not in BITS or torch.compiler.is_compiling():
        return False
    if maps.dim() != 4 or maps.shape[1] == 1 or maps.shape[2] % 2 or maps.shape[3] % 2:
        return False
    if lie_together(maps):
        return maps.numel() >= LARGE and (
            maps.dtype == torch.bfloat16 or maps.shape[1] < MANY or not maps.requires_grad
        )
    return maps.is_contiguous()


def lie_together(maps: Tensor) -> bool:
    return maps.is_contiguous(memory_format=torch.channels_last)


def as_lines(maps: Tensor, together: bool) -> Tensor:
    """Return a view [lines of pixels, width, channels] of maps whose channels lie together; else [lines, width, 1]."""
    return maps.permute(0, 2, 3, 1).flatten(0, 1) if together else maps.reshape(-1, maps.shape[3], 1)


def neighbours(maps: Tensor, together: bool) -> Tensor:
    """Return a view [pairs of lines, 2, pairs of pixels, 2, channels] of maps."""
    lines = as_lines(maps, together)
    return lines.view(len(lines) // 2, 2, lines.shape[1] // 2, 2, lines.shape[2])


class _MaxPool(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, maps: Tensor) -> Tensor:
        together = lie_together(maps)
        grid = neighbours(maps, together)
        wide = torch.maximum(grid[..., 0, :], grid[..., 1, :])
        ctx.save_for_backward(maps, wide)
        count, channels, height, width = maps.shape
        layout = torch.channels_last if together else torch.contiguous_format
        pooled = torch.empty(count, channels, height // 2, width // 2, dtype=maps.dtype, memory_format=layout)
        torch.maximum(wide[:, 0], wide[:, 1], out=as_lines(pooled, together))
        return pooled

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        """A maximum has the bits of the one it is of: those are compared, and multiplied by 1 or 0, as integers, for
        which vectors hold more of them, and which have no rounding."""
        maps, wide = ctx.saved_tensors
        bits, together = BITS[maps.dtype], lie_together(maps)
        layout = torch.channels_last if together else torch.contiguous_format
        gradient = as_lines(gradient.contiguous(memory_format=layout), together).view(bits)
        result = torch.empty_like(maps)
        grid, filled = (neighbours(each, together).view(bits) for each in (maps, result))
        pooled = torch.maximum(wide[:, 0], wide[:, 1]).view(bits)  # a ReLU may have changed what was returned
        wide = wide.view(bits)
        of_lines = torch.empty_like(wide)
        _share(gradient, wide[:, 0], pooled, of_lines[:, 0], of_lines[:, 1])
        _share(of_lines, grid[..., 0, :], wide, filled[..., 0, :], filled[..., 1, :])
        return result


def _share(gradient: Tensor, first: Tensor, maximum: Tensor, to_first: Tensor, to_second: Tensor) -> None:
    """Give a gradient to the first of two where that is the maximum, and else to the second."""
    torch.eq(first, maximum, out=to_first)
    to_first.mul_(gradient)
    torch.sub(gradient, to_first, out=to_second)
