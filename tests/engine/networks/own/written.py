"""Networks as users write them, and as nobody should."""

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.networks.build import build_model
from engine.networks.own.check import CheckResult, Question
from engine.networks.own.code import Code, named_code
from engine.vocabulary.config import RunConfig

HEAD = "import torch\nfrom torch import nn\n"
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


def network(top: str = "", init: str = "", forward: str = "", **_: Any) -> str:
    """Return the text of a small network with lines at its top, in __init__ and in forward."""
    indented = [textwrap.indent(textwrap.dedent(lines), " " * 8) for lines in (init, forward)]
    return (
        f"{HEAD}{textwrap.dedent(top)}\n"
        "class Net(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.hidden = nn.Linear(784, 20)\n"
        "        self.out = nn.Linear(20, 10)\n"
        f"{indented[0]}\n"
        "    def forward(self, images):\n"
        f"{indented[1]}\n"
        "        return self.out(torch.relu(self.hidden(images.flatten(1))))\n"
    )


def instant_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have networks looked at in this very process, where the process is not what a test is about."""

    class Instant:
        killed = False

        def __init__(self, config: RunConfig, code: Code, classes: int) -> None:
            self.question = Question(config, code, memory=1 << 30, limit=60.0, classes=classes)

        def run(self) -> CheckResult:
            from engine.machine.process_settings import kept_generators, kept_settings
            from engine.networks.own import isolation
            from engine.networks.own.check_child import check

            try:
                with kept_generators(), kept_settings():
                    return check(self.question, lambda stage: None)
            finally:
                isolation.traces.clear()
                isolation.isolations.clear()

        def kill(self) -> None:
            pass

    monkeypatch.setattr("engine.server.worker.network_checks.CheckProcess", Instant)


def same_weights(one: list[torch.Tensor], other: list[torch.Tensor]) -> bool:
    return len(one) == len(other) and all(map(torch.equal, one, other))
