"""The optimizers, by name. To add one, write what makes it, name it in OPTIMIZERS and in the choices of RunConfig."""

import inspect
from collections.abc import Callable
from typing import Any, Protocol, TypeVar, cast

import torch
from torch import Tensor, nn

from engine.techniques.adam_in_pieces import step_at_once, step_in_pieces
from engine.techniques.muon import MuonWithAdamW
from engine.vocabulary.config import RunConfig
from engine.vocabulary.run_conventions import PRESENT, Conventions


class Optimizer(Protocol):
    """What a run needs of an optimizer; each of torch's is one."""

    param_groups: list[dict[str, Any]]

    def zero_grad(self, set_to_none: bool = True) -> None: ...

    def step(self) -> object: ...

    def state_dict(self) -> dict[str, Any]: ...

    def load_state_dict(self, state_dict: dict[str, Any]) -> None: ...


Kind = TypeVar("Kind", bound=torch.optim.Optimizer)
Build = Callable[[RunConfig, list[nn.Parameter]], Optimizer]
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
    return cast(type[Kind], type(kind.__name__, (kind,), {"step": step, "zero_grad": forget_gradients}))


def forget_gradients(optimizer: torch.optim.Optimizer, set_to_none: bool = True) -> None:
    """What `zero_grad` does, in a tenth of its time."""
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            parameter.grad = None


def in_pieces(kind: type[torch.optim.Adam]) -> type[torch.optim.Adam]:
    """Return Adam or AdamW with steps that take less time."""
    whole = kind.step

    def step(self: torch.optim.Adam) -> None:
        parameters = self.param_groups[0]["params"]
        if not (step_in_pieces(self) if on_cuda(parameters) else parameters[0].is_cpu and step_at_once(self)):
            whole(self)

    return cast(type[torch.optim.Adam], type(kind.__name__, (kind,), {"step": step}))


Adam = in_pieces(leave_compiler_out(torch.optim.Adam))
AdamW = cast(type[torch.optim.AdamW], in_pieces(leave_compiler_out(torch.optim.AdamW)))
SGD = leave_compiler_out(torch.optim.SGD)
RMSprop = leave_compiler_out(torch.optim.RMSprop)
Muon = leave_compiler_out(torch.optim.Muon)

# Fused: one kernel for all parameters instead of a dozen, on CUDA, MPS and the CPU alike. Capturable, and with the
# learning rate in the device's memory: a CUDA graph of the step reads there what it is at each step.


def adam(kind: type[torch.optim.Optimizer]) -> Build:
    """Adam: Kingma and Ba, https://arxiv.org/abs/1412.6980; weight decay is added to the gradient. AdamW, in which it
    is decoupled from it: Loshchilov and Hutter, https://arxiv.org/abs/1711.05101"""

    def build(config: RunConfig, parameters: list[nn.Parameter]) -> Optimizer:
        make = cast(type[torch.optim.Adam], kind)
        return make(
            parameters,
            lr=rate(config, parameters),
            capturable=on_cuda(parameters),
            betas=(config.beta1, config.beta2),
            weight_decay=config.weight_decay,
            fused=True,
        )

    return build


def sgd(nesterov: bool) -> Build:
    """With momentum, or Nesterov's: Sutskever et al., https://proceedings.mlr.press/v28/sutskever13.html, in torch's
    form: the rate multiplies the velocity, not the gradient that goes into it."""

    def build(config: RunConfig, parameters: list[nn.Parameter]) -> Optimizer:
        return SGD(
            parameters,
            lr=rate(config, parameters),
            momentum=config.momentum,
            nesterov=nesterov,
            weight_decay=config.weight_decay,
            fused=True,
        )

    return build


def rmsprop(config: RunConfig, parameters: list[nn.Parameter]) -> Optimizer:
    """Hinton, https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf, page 29, without momentum."""
    return RMSprop(
        parameters,
        lr=rate(config, parameters),
        alpha=config.beta2,
        weight_decay=config.weight_decay,
        capturable=on_cuda(parameters),
        foreach=True,
    )


def muon(config: RunConfig, parameters: list[nn.Parameter], hidden: bool = True) -> Optimizer:
    lr = rate(config, parameters)
    return MuonWithAdamW(parameters, config, Muon, AdamW, hidden, lr if isinstance(lr, Tensor) else None)


OPTIMIZERS: dict[str, Build] = {
    "adam": adam(Adam),
    "adamw": adam(AdamW),
    "sgd": sgd(nesterov=False),
    "nesterov": sgd(nesterov=True),
    "rmsprop": rmsprop,
    "muon": muon,
}


def build_optimizer(config: RunConfig, model: nn.Module, conventions: Conventions = PRESENT) -> Optimizer:
    """Return the optimizer of a config over all weights of a network."""
    parameters = [each for each in model.parameters() if each.requires_grad]
    if config.optimizer == "muon":
        return muon(config, parameters, conventions.hidden)
    return OPTIMIZERS[config.optimizer](config, parameters)


def on_cuda(parameters: list[nn.Parameter]) -> bool:
    return parameters[0].device.type == "cuda"


def rate(config: RunConfig, parameters: list[nn.Parameter]) -> float | Tensor:
    return torch.tensor(config.lr, device=parameters[0].device) if on_cuda(parameters) else config.lr


def set_learning_rate(optimizer: Optimizer, lr: float) -> None:
    for group in optimizer.param_groups:
        if isinstance(group["lr"], Tensor):
            group["lr"].fill_(lr)
        else:
            group["lr"] = lr


def steer_optimizer(optimizer: Optimizer, config: RunConfig) -> None:
    """Apply what may change during a run, but for the learning rate, which is set at each step."""
    for group in optimizer.param_groups:
        group["weight_decay"] = config.weight_decay
        if "betas" in group:
            group["betas"] = (config.beta1, config.beta2)
        if "alpha" in group:
            group["alpha"] = config.beta2
        elif "momentum" in group:
            group["momentum"] = config.momentum


def check_state(optimizer: Optimizer, state: dict[int, dict[str, Tensor]]) -> None:
    """Raise ValueError for what `load_state_dict` would take without a word, and training would stumble over.

    `state` is that of a checkpoint: for each parameter tensors by name, of its shape, or a count of steps.
    """
    expected = [
        {name: torch.Size() if name == "step" else parameter.shape for name in moments_in(group)}
        for group in optimizer.param_groups
        for parameter in group["params"]
    ]
    for i, moments in state.items():
        if type(i) is not int or i < 0:
            raise ValueError(f"there is no parameter {i}")
        found = {name: value.shape for name, value in moments.items()}
        if not moments and "momentum_buffer" in expected[i]:
            continue  # without momentum SGD keeps none; once it has one it keeps it, as Muon does from the start
        if found != expected[i]:
            raise ValueError(f"parameter {i} has the moments {found}, not {expected[i]}")


def moments_in(group: dict[str, Any]) -> tuple[str, ...]:
    """Return the names of what an optimizer remembers of each parameter of a group."""
    if "betas" in group:
        return ("step", "exp_avg", "exp_avg_sq")
    if "alpha" in group:
        return ("step", "square_avg")
    return ("momentum_buffer",)
