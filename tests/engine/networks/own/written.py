"""Files with networks as users write them."""

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from engine.networks.build import build_model
from engine.networks.own.code import (
    named_code,
)
from engine.vocabulary.config import RunConfig

NET = """
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self, width: float = 32, dropout: float = 0.1) -> None:
            super().__init__()
            self.hidden = nn.Linear(784, int(width))
            self.drop = nn.Dropout(dropout)
            self.out = nn.Linear(int(width), 10)

        def forward(self, images):
            return self.out(self.drop(self.hidden(images.view(-1, 784)).relu()))
"""


Write = Callable[..., str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file of a network; return how it is named."""

    def write(text: str = NET, name: str = "net.py") -> str:
        (tmp_path / name).write_text(textwrap.dedent(text))
        return f"{tmp_path / name}:Net"

    return write


def config_of(model: str, **more: object) -> RunConfig:
    return RunConfig(epochs=2, batch_size=50, device="cpu", precision="fp32").replace({"model": model, **more})


def build(model: str, **more: object) -> torch.nn.Module:
    return build_model(config_of(model, **more), named_code(model))
