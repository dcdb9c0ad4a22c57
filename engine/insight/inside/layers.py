"""What each layer of a network returns, seen by hooks: modules without parts, those with parameters of their own, and
ReLUs that are no modules."""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

RELUS = {F.relu, F.relu_, torch.relu, torch.relu_, Tensor.relu, Tensor.relu_}
LONGEST = 100  # characters of a name


class Seen(Protocol):
    """Called with a layer's name and kind, and with what it returned; what is seen must not be kept, as a layer in
    place changes it."""

    def __call__(self, name: str, kind: str, module: nn.Module | None, output: object) -> None: ...


def watch_layers(model: nn.Module, images: Tensor, seen: Seen) -> Tensor:
    """Send float32 images [N, 1, 28, 28] through a network, tell what each layer returns, and return the logits.

    Fused paths of attention, which pass its layers over, are off.
    """
    fused = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    names = {module: name[:LONGEST] or type(module).__name__ for name, module in model.named_modules()}
    last = [""]
    inside_relu = [0]
    times: dict[str, int] = {}

    def told(name: str, kind: str, module: nn.Module | None, output: object) -> None:
        times[name] = times.get(name, 0) + 1
        seen(name if times[name] == 1 else f"{name} ({times[name]})", kind, module, output)

    def after(module: nn.Module, inputs: Any, output: Any) -> None:
        last[0] = names[module]
        told(names[module], type(module).__name__[:LONGEST], module, first_tensor(output))

    def before_relu(module: nn.Module, inputs: Any) -> None:
        inside_relu[0] += 1

    def after_relu(module: nn.Module, inputs: Any, output: Any) -> None:
        inside_relu[0] -= 1

    def relu(output: Tensor) -> None:
        if not inside_relu[0]:
            told(f"{last[0]} > relu" if last[0] else "relu", "ReLU", None, output)

    with ExitStack() as stack:
        stack.callback(torch.backends.mha.set_fastpath_enabled, fused)
        for module in names:
            if isinstance(module, nn.ReLU):
                stack.callback(module.register_forward_pre_hook(before_relu).remove)
                stack.callback(module.register_forward_hook(after_relu).remove)
            if not any(True for _ in module.children()) or any(True for _ in module.parameters(recurse=False)):
                stack.callback(module.register_forward_hook(after).remove)
        stack.enter_context(torch.no_grad())
        stack.enter_context(_Relus(relu))
        logits: Tensor = model(images)
    return logits


class _Relus(TorchFunctionMode):
    """Tells what every ReLU returns, of whatever kind."""

    def __init__(self, tell: Callable[[Tensor], None]) -> None:
        super().__init__()
        self._tell = tell

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        if func in RELUS:
            self._tell(result)
        return result


def first_tensor(output: object) -> object:
    """Return the first of several outputs, as recurrent layers and attention have them."""
    while isinstance(output, tuple | list) and output:
        output = output[0]
    return output
