"""`mnist-tui config`: what it prints, sets and checks; and what other commands do with preferences."""

import json
import os
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tui.__main__ import cli
from tui.preferences.file import preferences_file, read_preferences
from tui.preferences.values import PREFERENCES


def call(*words: str) -> Result:
    return CliRunner().invoke(cli, list(words))


@pytest.fixture
def file() -> Path:
    file = preferences_file()
    assert file.is_relative_to(os.environ["XDG_CONFIG_HOME"])
    file.parent.mkdir(parents=True)
    return file


def test_each_preference_is_printed_with_where_it_comes_from(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text('theme = "nord"\nsmoothing = 0.5\n[keys.train]\nlog_axis = "Y"\n')
    monkeypatch.setenv("MNIST_TUI_SMOOTHING", "0.8")
    told = json.loads(call("--no-coach", "config", "--json").output)
    assert set(told) == set(PREFERENCES)
    assert told["theme"] == {"value": "nord", "source": "file"}
    assert told["smoothing"] == {"value": 0.8, "source": "MNIST_TUI_SMOOTHING"}
    assert told["coach"] == {"value": False, "source": "--coach"}
    assert told["sort"] == {"value": "", "source": "default"}
    assert "keys.train.log_axis" in call("config").output


def test_a_value_is_set_and_a_wrong_one_is_refused(file: Path) -> None:
    file.write_text("# mine\n")
    assert call("config", "set", "log-axis", "yes").exit_code == 0
    assert call("config", "set", "keys.app.help", "?,f1").exit_code == 0
    assert read_preferences(file) == {"log_axis": True, "keys": {"app": {"help": ("question_mark", "f1")}}}
    for words, says in (
        (("theme", "nrod"), "did you mean nord?"),
        (("them", "nord"), "did you mean theme?"),
        (("keys.train.log_axis", "q"), "both have the key 'q'"),
        (("refresh", "often"), "is not a number from 0 to 10"),
    ):
        before = file.read_text()
        result = call("config", "set", *words)
        assert result.exit_code == 1
        assert says in result.output
        assert file.read_text() == before


def test_a_folder_is_kept_as_it_is_called_from_everywhere_and_data_must_be_there(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "digits").mkdir()
    assert call("config", "set", "data", "digits").exit_code == 0
    assert call("config", "set", "checkpoints", "runs").exit_code == 0  # is made with the first run
    assert read_preferences(file) == {"data": str(tmp_path / "digits"), "checkpoints": str(tmp_path / "runs")}
    result = call("config", "set", "data", "nowhere")
    assert (result.exit_code, f"{tmp_path / 'nowhere'} does not exist; give a folder" in result.output) == (1, True)
    assert call("config", "set", "data", "fashion").exit_code == 0
    assert read_preferences(file)["data"] == "fashion"


def test_a_wrong_file_stops_every_command_but_those_that_mend_it(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text('them = "nord"\n')
    for words in (["runs"], ["config"], ["presets"]):
        result = call(*words)
        assert result.exit_code == 1
        assert "line 1: 'them' is no preference; did you mean theme?" in result.output
        assert "mnist-tui config edit" in result.output
    assert call("--help").exit_code == 0
    assert call("config", "path").output.strip() == str(file)
    script = file.with_name("editor.py")
    script.write_text("import sys; open(sys.argv[1], 'w').write('theme = 3')")
    monkeypatch.setenv("VISUAL", f"{sys.executable} {script}")
    result = call("config", "edit")
    assert result.exit_code == 1
    assert "line 1: theme: 3 is not one of" in result.output
    script.write_text("import sys; open(sys.argv[1], 'w').write('theme = \"nord\"')")
    assert call("config", "edit").exit_code == 0


def test_an_editor_begins_with_a_file_in_which_every_preference_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", "true")
    assert call("config", "edit").exit_code == 0
    text = preferences_file().read_text()
    assert all(info.help in text for info in PREFERENCES.values())
    assert read_preferences(preferences_file()) == {}
    monkeypatch.delenv("EDITOR")
    assert "set one, or edit" in call("config", "edit").output


def test_folders_of_the_file_are_used_unless_an_option_or_variable_names_others(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine" / "presets").mkdir(parents=True)
    (tmp_path / "mine" / "presets" / "own.toml").write_text("lr = 0.5\n")
    file.write_text(f'checkpoints = "{tmp_path / "mine"}"\n')
    assert "own" in call("presets").output
    assert "own" not in call("--checkpoints", str(tmp_path / "other"), "presets").output
    monkeypatch.setenv("MNIST_TUI_CHECKPOINTS", str(tmp_path / "other"))
    assert "own" not in call("presets").output


def test_the_actions_are_listed_by_the_names_of_the_key_map(file: Path) -> None:
    file.write_text('[keys.train]\nlog_axis = "Y"\n')
    told = json.loads(call("config", "keys", "--json").output)
    assert told["train.log_axis"] == "Y"
    assert told["app.help"] == "?"
