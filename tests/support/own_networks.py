"""Networks as users write them, and as nobody should."""

import textwrap
from typing import Any

import pytest

from engine.networks.own.check import CheckResult, Question
from engine.networks.own.code import Code
from engine.vocabulary.config import RunConfig

HEAD = "import torch\nfrom torch import nn\n"


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

        def __init__(self, config: RunConfig, code: Code) -> None:
            self.question = Question(config, code, memory=1 << 30, limit=60.0)

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
