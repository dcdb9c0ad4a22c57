"""What a shell is offered: names that are there, for every option and argument that has some, without torch."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from limits import LIMIT
from places import ROOT

from tests.tui.commands.calls import environment
from tui.__main__ import cli
from tui.commands.shell.offers import completer_of
from tui.commands.shell.values import items
from tui.state.words.options import FieldType

WRITTEN = ROOT / "tests/engine/storage/written_before"  # two runs, a preset and a study
FREE = {  # text of the user's own, or names that the shell cannot know
    "bench --row", "gallery --pred", "gallery --true", "presets save name", "presets save --title", "runs --filter",
    "runs note text", "runs rename title", "tune --search", "guide --search", "inspect --why", "predict --why",
    "why --class", "web --host",
}  # fmt: skip
PROBE = """
import json, os, sys
os.environ["_MNIST_TUI_COMPLETE"] = "bash_complete"
from click.shell_completion import BashComplete
from tui.__main__ import cli, offer_values
offer_values(cli)
found = []
for words in json.loads(sys.argv[1]):
    *before, last = words.split(" ")
    asked = BashComplete(cli, {}, "mnist-tui", "_MNIST_TUI_COMPLETE")
    found.append([[item.type, item.value] for item in asked.get_completions(before, last)])
heavy = [name for name in ("torch", "numpy", "textual", "optuna", "scipy") if name in sys.modules]
print(json.dumps([found, heavy]))
"""


def offered(checkpoints: Path, *lines: str) -> list[list[str]]:
    """Return for each command line, without the program's name, what it may go on with; files as `<file>`."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, json.dumps(lines)], env=environment(checkpoints), capture_output=True, text=True,
        timeout=LIMIT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found, heavy = json.loads(done.stdout)
    assert heavy == []
    return [[value if kind == "plain" else f"<{kind}>" for kind, value in items] for items in found]


def test_names_are_offered_wherever_one_is_to_be_typed(tmp_path: Path) -> None:
    runs = ["0002-fast-cnn", "0001-fast-cnn"]
    expected = {
        "": ["train", "doctor", "completion"],
        "do": ["doctor"],
        "train --res": ["--resume"],
        "train --resume ": runs,
        "train --fork 0001": ["0001-fast-cnn"],
        "train --fork 1@": ["1@last", "1@best"],
        "train --preset my": ["my-own"],
        "train --preset fa": ["fast", "fast-cnn"],
        "train --optimizer ": ["adam", "adamw", "sgd", "nesterov", "rmsprop", "muon"],
        "train --optimizer ada": ["adam", "adamw"],
        "train --model dee": ["<file>", "deep-cnn"],
        "train --data ": ["<file>"],
        "evaluate ": runs,
        "compare 1 0001": ["0001-fast-cnn"],
        "runs delete 0001-fast-cnn ": runs,
        "runs sh": ["show"],
        "predict --run ": runs,
        "predict ": ["<file>"],
        "models lenet": ["<file>", "lenet5"],
        "presets delete ": ["my-own"],
        "tune --name ": ["study-0001"],
        "data export ": ["<dir>"],
        "--theme nor": ["nord"],
        "--checkpoints ": ["<dir>"],
        "config set them": ["theme"],
        "config set coach ": ["true", "false"],
        "config set drawing b": ["braille", "blocks"],
        "completion ": ["bash", "zsh", "fish"],
        f"evaluate --checkpoints {tmp_path} ": [],
        f"--checkpoints {tmp_path} evaluate ": [],
        f"--checkpoints {tmp_path}/absent evaluate ": [],
    }
    found = dict(zip(expected, offered(WRITTEN, *expected), strict=True))
    for line in ("", "train --preset fa", "models lenet", "train --model dee"):
        assert set(expected.pop(line)) <= set(found[line]), line
    assert {line: found[line] for line in expected} == expected


def test_a_name_that_a_shell_would_take_apart_is_not_offered(tmp_path: Path) -> None:
    folder = tmp_path / "presets"
    folder.mkdir()
    for name in ("good", "two words", "$(date)", "a;b", "star*", "new\nline", "esc\x1b[2J"):
        (folder / f"{name}.toml").write_text("epochs = 3\n")
    assert offered(tmp_path, "presets delete ") == [["good"]]


def test_what_stands_beside_a_name_is_one_harmless_line() -> None:
    [item] = items(["my-own"], "", "two\nlines \x1b[2J\tand more" + "!" * 1000)
    assert item.help is not None
    assert item.help.startswith("two lines \ufffd[2J and more!")
    assert len(item.help) == 100


def parameters(command: click.Command, name: str = "") -> Iterator[tuple[str, click.Parameter]]:
    for param in command.params:
        yield name, param
    for word, each in getattr(command, "commands", {}).items():
        yield from parameters(each, f"{name} {word}".strip())


def test_every_text_of_a_command_is_completed_or_known_to_be_free() -> None:
    free = set()
    for name, param in parameters(cli):
        kind = param.type
        is_text = kind is click.STRING or (isinstance(kind, FieldType) and kind.field.kind is str)
        if is_text and not getattr(param, "is_flag", False) and completer_of(name, param, kind) is None:
            free.add(f"{name} {param.opts[0] if isinstance(param, click.Option) else param.name}")
    known = {each for each in free if each.endswith(" --device")}  # which there are, torch knows
    assert free - known == FREE, "name it in tui/commands/shell/offers.py, or above where it is free text"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_script_says_how_it_is_installed(shell: str) -> None:
    from click.testing import CliRunner

    result = CliRunner().invoke(cli, ["completion", shell])
    assert result.exit_code == 0
    assert f"mnist-tui completion {shell}" in result.output
    assert "_MNIST_TUI_COMPLETE" in result.output
    assert result.output.startswith("#compdef mnist-tui\n" if shell == "zsh" else "# Completion of mnist-tui")
