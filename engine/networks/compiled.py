"""A network compiled by torch.compile (https://docs.pytorch.org/docs/stable/torch.compiler.html), for training.

What several of torch's kernels do is done by one that is made for this network, in C++ on CPUs, in Triton on CUDA. That
takes from seconds to minutes, and adds up in another order than torch's own kernels: a compiled run has other last
digits than one that is not.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

from engine.storage.runs.checkpoint import brief

CACHE = "TORCHINDUCTOR_CACHE_DIR"
COMPILERS = ("g++", "clang++", "c++")  # of C++, for CPUs


class CompileFailed(Exception):
    """A network that cannot be compiled here; the message says why."""


class CompiledNetwork(nn.Module):
    """A network that is compiled for batches of one size. Others, of which an epoch has at most one, go through it as
    it is: each further size would have to be compiled as well."""

    def __init__(self, model: nn.Module, size: int) -> None:
        super().__init__()
        self.model = model
        self.size = size
        self.compiled = torch.compile(model, dynamic=False)

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = (self.compiled if len(images) == self.size else self.model)(images)
        return logits


def compile_network(
    model: nn.Module, size: int, logits: Callable[[nn.Module], Tensor], device: torch.device, folder: Path
) -> CompiledNetwork:
    """Return a network compiled for training on batches of `size`; `logits` sends one through it, in the way of a step.

    Weights, statistics of batch normalisation and generators stay as they were. What is compiled is kept in `folder`,
    of this user alone, as torch runs what it finds there. Raises CompileFailed.
    """
    if device.type not in ("cpu", "cuda"):
        raise CompileFailed(f"not on {device}")
    if device.type == "cpu" and not has_compiler():
        raise CompileFailed(f"no C++ compiler was found ({', '.join(COMPILERS)}); install one, or set CXX")
    buffers = [each.clone() for each in model.buffers()]
    devices = [device] if device.type == "cuda" else []
    try:
        _prepare(folder)
        with torch.random.fork_rng(devices):
            network = CompiledNetwork(model, size)
            network.train()
            logits(network).sum().backward()  # type: ignore[no-untyped-call]
    except Exception as error:  # the compiler is a large program, and others' (nvcc, g++) are part of it
        raise CompileFailed(brief(error)) from error
    finally:
        for buffer, before in zip(model.buffers(), buffers, strict=True):
            buffer.copy_(before)
        model.zero_grad(set_to_none=True)
    return network


def has_compiler() -> bool:
    return any(map(shutil.which, [os.environ.get("CXX") or COMPILERS[0], *COMPILERS]))


def _prepare(folder: Path) -> None:
    """Have the compiler keep its files in `folder`, and start no processes that wait for more. Raises OSError."""
    if CACHE not in os.environ:  # torch's own choice is a folder that anybody can make before
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)  # fails when it is somebody else's
        os.environ[CACHE] = str(folder)
    import torch._dynamo
    import torch._inductor.config as inductor

    torch._dynamo.reset()  # what was compiled for other runs
    inductor.compile_threads = 1
