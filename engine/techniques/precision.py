"""Which floating-point numbers a network computes with.

    fp32  32 bits throughout: 8 of exponent, 24 of significand
    tf32  the same numbers, whose products a GPU rounds to 11 bits of significand first and adds up in float32
    bf16  convolutions and matrix products take bfloat16 (8 bits of exponent, 8 of significand) and add up in float32;
          torch's automatic mixed precision

Weights, gradients of weights, optimizer and loss are float32 under each of them.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import torch
from torch import Tensor, nn

from engine.machine.usage.processor import cpu_info
from engine.storage.printing import say
from engine.vocabulary.architectures import FAST_IN_BF16
from engine.vocabulary.config import ConfigError

# Processors that multiply bfloat16 in hardware; elsewhere it is emulated, and slow.
FAST_BF16 = ("avx512_bf16", "amx_bf16")
AMPERE = (8, 0)  # the compute capability of the first GPUs with TF32


def choose_precision(name: str, device: torch.device, model: str = "seed-cnn", resumed: bool = False) -> str:
    """Return fp32, tf32 or bf16 for a name that may be auto: what is fastest on a device without a loss of accuracy.

    On processors that have it in hardware that is bf16; on GPUs tf32, or bf16 for networks for which that is faster
    (the guide, "speed"). Raises ConfigError for tf32 where there is none; a run that is `resumed` there goes on in
    fp32.
    """
    if name == "tf32" and not has_tf32(device):
        if not resumed:
            raise ConfigError(
                f"Precision (precision): tf32 is not possible on {device}, only on GPUs of NVIDIA from Ampere on; give"
                " auto, fp32 or bf16"
            )
        say(f"{device} has no tf32: the run goes on in fp32, which is more exact")
        return "fp32"
    if name != "auto":
        return name
    if device.type == "cpu":
        return "bf16" if cpu_has_bf16() else "fp32"
    if not has_tf32(device):
        return "fp32"
    return "bf16" if model in FAST_IN_BF16 else "tf32"


def has_tf32(device: torch.device) -> bool:
    return device.type == "cuda" and not torch.version.hip and torch.cuda.get_device_capability(device) >= AMPERE


def cpu_has_bf16() -> bool:
    """Tell whether this processor multiplies bfloat16 in hardware, as far as the system says so."""
    flags = cpu_info()
    return any(flag in flags for flag in FAST_BF16)


def products_in(precision: str, device: torch.device, exact: bool = True) -> AbstractContextManager[None]:
    """Have a GPU multiply float32 inside as a precision says; elsewhere there is one way only.

    torch's own default is TF32 in convolutions and float32 in products of matrices, which is what fp32 meant to runs
    that are not `exact`.
    """
    if device.type != "cuda":
        return nullcontext()
    return _tf32(convolutions=precision != "fp32" or not exact, matrices=precision == "tf32")


@contextmanager
def _tf32(convolutions: bool, matrices: bool) -> Iterator[None]:
    before = torch.backends.cudnn.allow_tf32, torch.get_float32_matmul_precision()
    try:
        torch.backends.cudnn.allow_tf32 = convolutions
        torch.set_float32_matmul_precision("high" if matrices else "highest")
        yield
    finally:
        torch.backends.cudnn.allow_tf32 = before[0]
        torch.set_float32_matmul_precision(before[1])


def logits_of(model: nn.Module, images: Tensor, precision: str) -> Tensor:
    """Return logits float32 [N, 10] for float32 images [N, 1, 28, 28]."""
    # No cache of converted weights: they change with each step, and are read once.
    with torch.autocast(images.device.type, torch.bfloat16, enabled=precision == "bf16", cache_enabled=False):
        logits: Tensor = model(images)
    return logits.float()
