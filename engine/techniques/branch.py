"""A branch of a step: what nothing waits for until the optimizer does, computed beside the rest.

The layer below waits for the gradient of a layer's input, and none for that of its weights. In a CUDA graph the two run
at the same time, and a network as small as ours leaves most of a GPU idle when it computes one thing after the other.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.modules.utils import _pair
from torch.overrides import TorchFunctionMode

from engine.machine.device import side_stream

Result = TypeVar("Result")
MOST_HELD = 512 << 20  # bytes of what a branch reads, which stays in memory until it is joined


class Branch:
    """Computes at once and in line: for devices without streams."""

    def run(self, compute: Callable[[], Result], reads: Iterable[Tensor] = ()) -> Result:
        """Return what is complete once `join` was called. `reads` are the tensors that are read."""
        return compute()

    def join(self) -> None:
        """Have what follows wait for the branch."""


class CudaBranch(Branch):
    """On another stream, which becomes a branch of the graph that is captured."""

    def __init__(self, device: torch.device) -> None:
        self.stream = side_stream(device, "branch")
        self._held: list[Tensor] = []  # or its memory would be used again, by what does not wait for the branch
        self._begun = False

    def run(self, compute: Callable[[], Result], reads: Iterable[Tensor] = ()) -> Result:
        self.stream.wait_stream(torch.cuda.current_stream(self.stream.device))
        self._begun = True
        with torch.cuda.stream(self.stream):
            result = compute()
        self._held += reads
        if sum(each.nbytes for each in self._held) > MOST_HELD:
            self.join()
        return result

    def join(self) -> None:
        if self._begun:
            torch.cuda.current_stream(self.stream.device).wait_stream(self.stream)
        self._held.clear()
        self._begun = False


class WeightsBeside(TorchFunctionMode):
    """Inside, convolutions and linear layers compute the gradients of their weights on a branch.

    Those are not there after `backward` but after `join`, and no hook of a weight is called.
    """

    def __init__(self, branch: Branch) -> None:
        super().__init__()
        self.branch = branch
        self.pending: list[tuple[Tensor, Tensor]] = []  # weights and their gradients

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        layer = LAYERS.get(func)
        if layer is None or kwargs or not all(map(is_weight, args[1:3])) or any(isinstance(each, str) for each in args):
            return func(*args, **(kwargs or {}))
        images, weight, *rest = args
        bias, options = (rest[0], rest[1:]) if rest else (None, [])
        if torch.is_autocast_enabled(images.device.type):
            images = images.to(torch.get_autocast_dtype(images.device.type))
        return layer.apply(images, weight, bias, self, tuple(options))

    def join(self) -> None:
        """Wait for the gradients, and give them to their weights."""
        self.branch.join()
        for weight, gradient in self.pending:
            weight.grad = gradient if weight.grad is None else weight.grad + gradient
        self.pending.clear()


def is_weight(value: object) -> bool:
    """Tell whether nothing but a step of an optimizer waits for the gradient of a weight, or of a bias (None: none)."""
    return value is None or (isinstance(value, nn.Parameter) and value.requires_grad)


def gradient_beside(
    beside: WeightsBeside, weights: list[Tensor], compute: Callable[[], Iterable[Tensor]], reads: list[Tensor]
) -> None:
    """Have gradients computed on the branch, in the type and layout of their weights."""

    def laid_out() -> list[Tensor]:
        found = []
        for weight, gradient in zip(weights, compute(), strict=True):
            same = gradient.dtype == weight.dtype and gradient.stride() == weight.stride()
            found.append(gradient if same else torch.empty_like(weight).copy_(gradient))
        return found

    beside.pending += zip(weights, beside.branch.run(laid_out, reads), strict=True)


class Convolution(torch.autograd.Function):
    """F.conv2d in the type of its input."""

    @staticmethod
    def forward(
        ctx: Any, images: Tensor, weight: Tensor, bias: Tensor | None, beside: WeightsBeside, options: tuple[Any, ...]
    ) -> Tensor:
        stride, padding, dilation, groups = options + (1, 0, 1, 1)[len(options) :]
        low = weight.to(images.dtype)
        ctx.save_for_backward(images, low)
        ctx.beside, ctx.weights = beside, [each for each in (weight, bias) if each is not None]
        ctx.options = _pair(stride), _pair(padding), _pair(dilation), False, (0, 0), groups
        return F.conv2d(images, low, None if bias is None else bias.to(images.dtype), *options)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        images, weight = ctx.saved_tensors
        biased = len(ctx.weights) > 1

        def backward(*wanted: bool) -> list[Tensor]:
            sizes = [len(weight)] if biased else None
            found = torch.ops.aten.convolution_backward(gradient, images, weight, sizes, *ctx.options, wanted)
            return [each for each, asked in zip(found, wanted, strict=True) if asked]

        gradient_beside(ctx.beside, ctx.weights, lambda: backward(False, True, biased), [gradient, images, weight])
        below = backward(True, False, False)[0] if ctx.needs_input_grad[0] else None
        return below, None, None, None, None


class Linear(torch.autograd.Function):
    """F.linear in the type of its input."""

    @staticmethod
    def forward(
        ctx: Any, inputs: Tensor, weight: Tensor, bias: Tensor | None, beside: WeightsBeside, options: tuple[Any, ...]
    ) -> Tensor:
        low = weight.to(inputs.dtype)
        ctx.save_for_backward(inputs, low)
        ctx.beside, ctx.weights = beside, [each for each in (weight, bias) if each is not None]
        return F.linear(inputs, low, None if bias is None else bias.to(inputs.dtype))

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        inputs, weight = ctx.saved_tensors

        def of_weights() -> list[Tensor]:
            rows = gradient.flatten(0, -2)
            found = [rows.T @ inputs.flatten(0, -2)]
            return [*found, rows.sum(0)] if len(ctx.weights) > 1 else found

        gradient_beside(ctx.beside, ctx.weights, of_weights, [gradient, inputs])
        below = gradient @ weight if ctx.needs_input_grad[0] else None
        return below, None, None, None, None


LAYERS: dict[Callable[..., Any], type[torch.autograd.Function]] = {F.conv2d: Convolution, F.linear: Linear}
