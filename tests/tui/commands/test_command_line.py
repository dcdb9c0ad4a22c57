"""The command line, by its real processes where an engine is at work."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from engine.vocabulary.config import FIELDS
from tests.tui.commands.calls import call
from tui.__main__ import cli
from tui.commands.shared_options import TO_GIVE, usage_name
from tui.link.waiting import engine_is_running

COMMANDS = [
    [], ["train"], ["find-lr"], ["runs"], ["evaluate"], ["predict"], ["models"], ["trust"], ["tune"], ["studies"],
    ["data"], ["data", "status"], ["data", "download"], ["data", "export"], ["data", "known"],
    ["presets"], ["presets", "show"], ["report"],
    ["presets", "save"], ["presets", "delete"], ["compare"], ["bench"], ["engine"], ["engine", "status"],
    ["engine", "stop"], ["engine", "log"], ["runs", "show"], ["runs", "rename"], ["runs", "note"], ["runs", "star"],
    ["runs", "delete"], ["runs", "restore"], ["runs", "trash"], ["runs", "empty-trash"],
    ["queue"], ["queue", "list"], ["queue", "remove"], ["queue", "move"], ["queue", "edit"], ["queue", "clear"],
    ["queue", "jobs"],
    ["queue", "pause"], ["queue", "continue"], ["config"], ["config", "path"], ["config", "edit"], ["config", "set"],
    ["config", "keys"], ["inspect"], ["gallery"], ["why"], ["guide"],
    ["doctor"], ["completion"], ["man"], ["export"], ["track"], ["web"], ["tour"],
]  # fmt: skip


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_has_help(words: list[str]) -> None:
    for option in ("--help", "-h"):
        result = CliRunner().invoke(cli, [*words, option])
        assert result.exit_code == 0
        assert "Usage:" in result.output
        assert len(result.output.splitlines()) > 5
    if words == ["train"]:
        assert all(field.option in result.output for field in FIELDS.values())


def test_all_commands_are_tried_above() -> None:
    def walk(group: object, before: list[str]) -> list[list[str]]:
        subcommands = getattr(group, "commands", {})
        return [before, *(words for name, sub in subcommands.items() for words in walk(sub, [*before, name]))]

    assert sorted(walk(cli, [])) == sorted(COMMANDS)


@pytest.mark.parametrize(
    "words",
    ["train --resume", "train --data", "--data DIR train --data", "--checkpoints", "train --checkpoints",
     "train --preset", "train --model", "train --device", "evaluate --data", "predict 5.png --run", "tune --name",
     "tune --storage", "data status --data", "presets save x --preset"],
)  # fmt: skip
@pytest.mark.parametrize("empty", ["", "  ", "\n", "''"])
def test_an_empty_value_is_refused_rather_than_taken_for_none(words: str, empty: str) -> None:
    *before, option = words.split()
    for given in ([*before, option, empty], [*before, f"{option}={empty}"]):
        result = CliRunner().invoke(cli, given)
        assert result.exit_code == 2
        assert f"{option}: its value is empty; give one, or leave {option} out" in result.output


@pytest.mark.parametrize("words", ["evaluate", "compare 1", "predict", "models", "trust", "presets show"])
def test_an_empty_argument_is_refused(words: str) -> None:
    result = CliRunner().invoke(cli, [*words.split(), ""])
    assert result.exit_code == 2
    assert f"argument {len(words.split()) + 1} is empty" in result.output


def test_an_unknown_command_or_option_is_a_usage_error() -> None:
    for words in (["fly"], ["train", "--warp", "9"], ["train", "--lr"], ["predict"]):
        assert CliRunner().invoke(cli, words).exit_code == 2


def required_arguments() -> list[tuple[list[str], click.Argument]]:
    """Return what each command cannot do without, with the words that call the command."""

    def walk(command: click.Command, words: list[str]) -> Iterator[tuple[list[str], click.Argument]]:
        if isinstance(command, click.Group):
            for name in command.commands:
                yield from walk(command.commands[name], [*words, name])
        for param in command.params:
            if isinstance(param, click.Argument) and param.required:
                yield words, param

    return list(walk(cli, []))


def test_a_missing_argument_is_answered_with_what_to_give() -> None:
    found = required_arguments()
    assert len(found) > 15
    unexplained = [(words, usage_name(argument)) for words, argument in found if usage_name(argument) not in TO_GIVE]
    assert [words for words, _ in unexplained] == [["completion"]], "click itself lists the choices"
    result = CliRunner().invoke(cli, ["compare", "1"])
    assert result.exit_code == 2
    assert "Missing argument 'B'. Give what to compare it with" in result.output


def test_a_search_of_nothing_names_the_option() -> None:
    result = CliRunner().invoke(cli, ["tune"])
    assert result.exit_code == 2
    assert "give --search lr=log:1e-4..1e-1" in result.output


@pytest.mark.parametrize(
    ("option", "value", "reason"), [("--lr", "11", "out of range"), ("--epochs", "x", "whole number")]
)
def test_a_bad_hyperparameter_is_refused_before_anything_starts(
    checkpoints: Path, option: str, value: str, reason: str
) -> None:
    done = call(checkpoints, "train", option, value, expect=2)
    assert reason in done.stderr
    assert not checkpoints.exists()


@pytest.mark.slow
def test_a_learning_rate_is_suggested(checkpoints: Path, digits_folder: Path) -> None:
    done = call(checkpoints, "find-lr", "--data", str(digits_folder), "--batch-size", "40", "--optimizer", "sgd")
    suggestion, steepest = (line.split() for line in done.stdout.splitlines())
    assert (suggestion[0], steepest[0]) == ("suggestion", "steepest")
    told = json.loads(call(checkpoints, "find-lr", "--json", "--batch-size", "40", "--optimizer", "sgd").stdout)
    assert suggestion[1] == f"{told['decade_below']:.2g}"
    assert steepest[1] == f"{told['steepest']:.2g}"


def test_an_empty_folder_of_runs_says_what_makes_one(checkpoints: Path) -> None:
    result = CliRunner().invoke(cli, ["runs", "--checkpoints", str(checkpoints)])
    assert (result.exit_code, result.stdout) == (0, "")
    assert "mnist-tui train" in result.stderr
    result = CliRunner().invoke(cli, ["runs", "--json", "--checkpoints", str(checkpoints)])
    assert (result.exit_code, json.loads(result.stdout)) == (0, [])


def test_without_an_engine_status_and_stop_say_so(checkpoints: Path) -> None:
    for words in (["engine", "status"], ["engine", "stop"]):
        result = CliRunner().invoke(cli, [*words, "--checkpoints", str(checkpoints)])
        assert result.exit_code == 1
        assert "no engine runs" in result.stderr
    result = CliRunner().invoke(cli, ["engine", "log", "--checkpoints", str(checkpoints)])
    assert result.exit_code == 1
    assert "no engine has written" in result.stderr


def test_an_empty_log_of_an_engine_is_said_to_be_empty(checkpoints: Path) -> None:
    checkpoints.mkdir(exist_ok=True)
    (checkpoints / "engine.log").touch()
    result = CliRunner().invoke(cli, ["engine", "log", "--checkpoints", str(checkpoints)])
    assert (result.exit_code, result.stdout) == (0, "")
    assert "engine.log is empty" in result.stderr


def test_the_log_of_an_engine_is_shown_without_what_a_terminal_could_obey(checkpoints: Path) -> None:
    checkpoints.mkdir()
    (checkpoints / "engine.log").write_bytes(b"fine\n\x1b[2Jevil\xff\n")
    result = CliRunner().invoke(cli, ["engine", "log", "--checkpoints", str(checkpoints)])
    assert result.stdout == "fine\n\ufffd[2Jevil\ufffd\n"


def test_an_unsafe_state_folder_is_one_line(checkpoints: Path) -> None:
    folder = Path(os.environ["XDG_STATE_HOME"]) / "mnist-tui"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    for words in (["runs"], ["engine", "status"], ["engine", "stop"], ["evaluate"], ["train"]):
        done = call(checkpoints, *words, expect=1)
        assert "chmod 700 it" in done.stderr
    folder.chmod(0o700)


@pytest.mark.parametrize("term", ["xterm-256color", "dumb"])
def test_without_a_terminal_the_screen_says_what_to_run_instead(
    checkpoints: Path, monkeypatch: pytest.MonkeyPatch, term: str
) -> None:
    monkeypatch.setenv("TERM", term)
    done = call(checkpoints, expect=1)
    assert "mnist-tui train" in done.stderr
    assert done.stdout == ""
    assert not engine_is_running(checkpoints)
