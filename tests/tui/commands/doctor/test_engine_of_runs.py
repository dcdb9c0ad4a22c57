"""What doctor says of an engine: none, one that answers, one that does not."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine.server.single_instance import InstanceLock
from tests.tui.commands.calls import call
from tests.tui.link.held_folder import hurry as hurry
from tests.tui.link.held_folder import instance as instance
from tui.__main__ import cli
from tui.commands.doctor import accelerators, engine


def said(checkpoints: Path) -> list[tuple[str, str, str]]:
    result = CliRunner().invoke(cli, ["doctor", "--json", "--checkpoints", str(checkpoints)])
    found = json.loads(result.stdout)["findings"]
    return [(each["state"], each["what"], each["remedy"]) for each in found if each["about"] == "engine"]


@pytest.fixture(autouse=True)
def _without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accelerators, "look", list)


def test_an_engine_that_does_not_answer_is_wrong(
    instance: InstanceLock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "LIMIT", 0.05)
    [(state, what, remedy)] = said(tmp_path / "checkpoints")
    assert state == "problem"
    assert "does not answer" in what
    assert "engine stop --force" in remedy


@pytest.mark.slow
def test_a_real_engine_tells_its_version_and_state(checkpoints: Path) -> None:
    call(checkpoints, "train", "--epochs", "1", "--model", "mlp")
    [(state, what, _)] = said(checkpoints)
    assert state == "ok"
    assert "pid" in what
    assert "idle" in what
    call(checkpoints, "engine", "stop")
