"""Which floating-point numbers a network computes with.

Under bf16 convolutions and matrix products take bfloat16 (8 bits of exponent, 8 of significand) and add up in float32;
weights, gradients of weights, optimizer and loss stay float32: torch's automatic mixed precision.
"""

from pathlib import Path

import torch
from torch import Tensor, nn

# Processors that multiply bfloat16 in hardware; elsewhere it is emulated, and slow.
FAST_BF16 = ("avx512_bf16", "amx_bf16")


def choose_precision(name: str, device: torch.device) -> str:
    """Return fp32 or bf16 for a name that may be auto: bf16 on processors that have it in hardware.

    On CUDA auto means fp32: a network as small as ours spends its time elsewhere.
    """
    if name != "auto":
        return name
    return "bf16" if device.type == "cpu" and cpu_has_bf16() else "fp32"


def cpu_has_bf16() -> bool:
    """Tell whether this processor multiplies bfloat16 in hardware, as far as the system says so."""
    try:
        flags = Path("/proc/cpuinfo").read_text()
    except OSError:
        return False
    return any(flag in flags for flag in FAST_BF16)


def logits_of(model: nn.Module, images: Tensor, precision: str) -> Tensor:
    """Return logits float32 [N, 10] for float32 images [N, 1, 28, 28]."""
    # No cache of converted weights: they change with each step, and are read once.
    with torch.autocast(images.device.type, torch.bfloat16, enabled=precision == "bf16", cache_enabled=False):
        logits: Tensor = model(images)
    return logits.float()
