"""Any picture of a digit as the 28x28 that the networks know."""

from pathlib import Path

import torch

from engine.dataset import DataError


def read_picture(path: str | Path) -> tuple[torch.Tensor, str]:
    raise DataError(f"{path}: not yet")
