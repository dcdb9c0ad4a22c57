"""mnist-tui models and trust, with a real engine where one is needed."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine.networks.own.code import COPY, trusted
from engine.vocabulary.architectures import CATALOGUE
from engine.vocabulary.messages import RunStarted, decode_event
from tests.engine.networks.own.written import NET, Write, network, write  # noqa: F401  (write is a fixture)
from tests.tui.commands.calls import call
from tui.__main__ import cli

pytestmark = pytest.mark.slow


def test_the_table_of_networks_and_the_layers_of_one(checkpoints: Path, write: Write) -> None:
    listed = json.loads(call(checkpoints, "models", "--json").stdout)
    assert [each["name"] for each in listed] == list(CATALOGUE)
    figures = {each["name"]: (each["parameters"], each["flops"]) for each in listed}
    assert figures["seed-cnn"] == (21_840, 961_000)
    table = call(checkpoints, "models").stdout
    for each in listed:
        [line] = [line for line in table.splitlines() if line.split()[0:1] == [each["name"]]]
        assert f"{each['parameters']:,}" in line
        assert each["help"] in line

    summary = call(checkpoints, "models", "resnet-small", "--width", "0.5", "--depth", "1").stdout
    assert "8x28x28" in summary
    assert "resnet-small: " in summary
    assert "parameters" in summary
    own = write()
    told = json.loads(call(checkpoints, "models", own, "--width", "3", "--json").stdout)
    assert (told["model"], told["parameters"]) == (own, 784 * 3 + 3 + 3 * 10 + 10)
    for words, reason, status in (
        (["resnet"], "did you mean resnet18?", 1), (["lenet5", "--depth", "2"], "use one of mlp", 1),
        (["--depth", "2"], "NAME of a network", 2), (["/absent.py:Net"], "does not exist", 1),
        (["mlp", "--width", "9"], "out of range", 2),
    ):  # fmt: skip
        assert reason in call(checkpoints, "models", *words, expect=status).stderr
    call(checkpoints, "engine", "stop")


def test_train_a_network_of_ones_own_then_give_the_run_to_somebody_else(
    checkpoints: Path,
    tmp_path: Path,
    write: Write,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = write()
    monkeypatch.chdir(tmp_path)
    done = call(checkpoints, "train", "--model", "net.py:Net", "--epochs", "2", "--batch-size", "20", "--json")
    started = next(e for e in map(decode_event, done.stdout.encode().splitlines()) if isinstance(e, RunStarted))
    assert (started.run, started.config.model) == ("0001-net", own)
    assert json.loads(call(checkpoints, "evaluate", "--json").stdout)["run"] == "0001-net"
    call(checkpoints, "engine", "stop")

    theirs = tmp_path / "copied"
    shutil.copytree(checkpoints / "0001-net", theirs / "0001-net")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "other-state"))
    for words in (["evaluate"], ["train", "--resume", "1", "--epochs", "3"]):
        assert "mnist-tui trust 0001-net" in call(theirs, *words, expect=1).stderr
    assert "0001-net" in call(theirs, "runs").stdout

    arguments = ["trust", "1", "--checkpoints", str(theirs)]
    refused = CliRunner().invoke(cli, arguments, input="n\n")
    assert refused.exit_code == 1
    assert "class Net(nn.Module):" in refused.stdout
    assert trusted() == set()
    assert CliRunner().invoke(cli, arguments, input="y\n").exit_code == 0
    assert {model for _, model in trusted()} == {f"{theirs / '0001-net' / COPY}:Net"}
    assert "have run this code before" in CliRunner().invoke(cli, arguments).stderr
    assert json.loads(call(theirs, "evaluate", "--json").stdout)["run"] == "0001-net"
    assert "resumed on" in call(theirs, "train", "--resume", "1", "--epochs", "3").stderr
    call(theirs, "engine", "stop")


def test_what_a_network_leaves_behind_is_told_and_the_next_run_gets_a_new_engine(
    checkpoints: Path,
    write: Write,
) -> None:
    """Threads that never end, and exit handlers, keep no engine from ending."""
    top = """
        import atexit, threading, time
        atexit.register(time.sleep, 600)
        threading.Thread(target=threading.Event().wait).start()
        torch.nn.functional.relu = torch.nn.functional.gelu
    """
    own = write(network(top=top, init="self.more = [nn.Linear(3, 3)]"))
    assert "make it an nn.ModuleList" in call(checkpoints, "models", own).stdout
    first = call(checkpoints, "train", "--model", own, "--epochs", "1", "--batch-size", "20").stderr
    assert "make it an nn.ModuleList" in first
    assert "replaces torch.nn.functional.relu in other modules; the next run gets a new engine" in first
    second = call(checkpoints, "train", "--epochs", "1", "--batch-size", "20").stderr
    assert "starting a new engine" in second
    assert "0002-seed-cnn finished" in second
    assert "starting" not in call(checkpoints, "train", "--epochs", "1", "--batch-size", "20").stderr
    call(checkpoints, "engine", "stop")


@pytest.mark.slow
def test_several_processes_train_a_network_of_ones_own(checkpoints: Path, write: Write) -> None:
    words = ("--batch-size", "20", "--processes", "2")
    call(checkpoints, "train", "--model", write(), "--epochs", "1", *words)
    write("raise ValueError('edited')")
    assert "resumed on" in call(checkpoints, "train", "--resume", "1", "--epochs", "2", *words[2:]).stderr
    call(checkpoints, "engine", "stop")


def test_all_of_the_code_is_shown_inert_before_it_is_trusted(checkpoints: Path, write: Write) -> None:
    hidden = "x = 1" + " " * 5000 + "; import os  # \x1b[2K\u202e"
    call(checkpoints, "train", "--model", write(hidden + "\n" + NET.replace("\n    ", "\n")), "--epochs", "1")
    call(checkpoints, "engine", "stop")
    state = trusted()
    assert len(state) == 1
    with open(checkpoints / "0001-net" / COPY, "a") as file:
        file.write("y = 2\n")
    shown = CliRunner().invoke(cli, ["trust", "1", "--checkpoints", str(checkpoints)], input="n\n").stdout
    assert "; import os" in shown
    assert "y = 2" in shown
    assert not set(shown) & set("\x1b\u202e")


def test_a_run_of_the_catalogue_needs_no_trust(checkpoints: Path) -> None:
    call(checkpoints, "train", "--epochs", "1")
    call(checkpoints, "engine", "stop")
    result = CliRunner().invoke(cli, ["trust", "1", "--checkpoints", str(checkpoints)])
    assert (result.exit_code, result.stdout) == (0, "")
    assert "nothing to trust" in result.stderr
    result = CliRunner().invoke(cli, ["trust", "7", "--checkpoints", str(checkpoints)])
    assert result.exit_code == 1
    assert "there is no run" in result.stderr
