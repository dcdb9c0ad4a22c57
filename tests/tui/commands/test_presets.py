"""`mnist-tui presets`, and presets of one's own in `mnist-tui train`."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hostile import hostile_in, names, texts

from engine.storage.preset_file import MACHINE
from engine.storage.presets import load_preset, save_preset
from engine.storage.runs.folders import create_folder
from engine.storage.runs.log_writer import RunLog
from engine.storage.runs.record import RunRecord
from engine.vocabulary.config import RunConfig
from engine.vocabulary.presets import PRESETS
from tui.__main__ import cli


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "checkpoints"


def call(folder: Path, *words: str, expect: int = 0) -> Result:
    result = CliRunner(env={"MNIST_TUI_CHECKPOINTS": str(folder)}).invoke(cli, ["presets", *words])
    assert result.exit_code == expect, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def make_run(folder: Path, config: RunConfig) -> str:
    run = create_folder(folder, config.model)
    record = RunRecord(
        run=run.name, state="finished", started=1.0, config=config, device="cpu", data="f00d", data_path="/data",
        sample=True, versions={},
    )  # fmt: skip
    RunLog(run, record).close("finished", 1)
    return run.name


def test_the_list_shows_what_differs_from_the_defaults(folder: Path) -> None:
    save_preset(folder, "mine", {"lr": 0.5, "epochs": 10}, "my own")
    lines = call(folder).stdout.splitlines()
    assert [line.split()[0] for line in lines if line[0] != " "] == ["preset", *PRESETS, "mine"]
    assert lines[1].split() == ["seed", "the", "defaults", "nothing"]
    assert lines[-1].strip().split(maxsplit=3) == ["mine", "my", "own", "lr 0.5"]
    listed = json.loads(call(folder, "--json").stdout)
    assert [each["name"] for each in listed] == [*PRESETS, "mine"]
    assert listed[-1] == {
        "name": "mine", "title": "my own", "changes": {"epochs": 10, "lr": 0.5}, "built_in": False, "problem": "",
    }  # fmt: skip


def test_a_broken_file_is_told_beside_the_list(folder: Path) -> None:
    path = save_preset(folder, "broken", {})
    path.write_text("batchsize = 3\n")
    result = call(folder)
    assert "broken" not in result.stdout
    assert f"{path}: there is no hyperparameter 'batchsize'; did you mean batch_size?" in result.stderr
    assert "did you mean batch_size" in json.loads(call(folder, "--json").stdout)[-1]["problem"]
    assert "did you mean batch_size" in call(folder, "show", "broken", expect=1).stderr


def test_what_is_shown_is_the_content_of_a_file(folder: Path) -> None:
    call(folder, "save", "mine", "--lr", "0.01", "--title", 'a "title" \x1b[2J')
    assert call(folder, "show", "mine").stdout == (folder / "presets" / "mine.toml").read_text()
    assert json.loads(call(folder, "show", "fast", "--json").stdout)["changes"] == PRESETS["fast"].changes
    (folder / "presets" / "copy.toml").write_text(call(folder, "show", "fast").stdout)
    assert load_preset(folder, "copy") == PRESETS["fast"]
    assert "did you mean fast" in call(folder, "show", "fasst", expect=1).stderr


def test_options_go_before_the_preset_that_one_starts_from(folder: Path) -> None:
    told = call(folder, "save", "mine", "--preset", "fast", "--lr", "0.02").stderr
    assert "`mnist-tui train --preset mine`" in told
    assert load_preset(folder, "mine").changes == {**PRESETS["fast"].changes, "lr": 0.02}
    call(folder, "save", "yours", "--preset", "mine", "--epochs", "2")
    assert load_preset(folder, "yours").changes == {**PRESETS["fast"].changes, "lr": 0.02, "epochs": 2}


def test_a_runs_hyperparameters_become_a_preset_without_what_is_about_the_machine(folder: Path) -> None:
    run = make_run(folder, RunConfig(lr=0.5, seed=3, device="cuda:1", precision="bf16", processes=2, data="/d"))
    for name, words in {"a": ("1",), "b": (run, "--epochs", "2")}.items():
        call(folder, "save", name, "--from", *words)
    assert load_preset(folder, "a").changes == {"seed": 3, "lr": 0.5}
    assert load_preset(folder, "b").changes == {"seed": 3, "lr": 0.5, "epochs": 2}
    assert "there is no run '7'" in call(folder, "save", "c", "--from", "7", expect=1).stderr
    for name in MACHINE:
        assert f"--{name.replace('_', '-')} " not in call(folder, "save", "--help").stdout


def test_saving_writes_over_nothing_unless_told_to(folder: Path) -> None:
    call(folder, "save", "mine", "--lr", "0.5")
    assert "--replace overwrites it" in call(folder, "save", "mine", "--lr", "0.1", expect=1).stderr
    assert load_preset(folder, "mine").changes == {"lr": 0.5}
    call(folder, "save", "mine", "--lr", "0.1", "--replace")
    assert load_preset(folder, "mine").changes == {"lr": 0.1}


def test_what_cannot_be_saved_is_said_in_one_line(folder: Path) -> None:
    for words, status, reason in (
        (("mine",), 2, "nothing to save"),
        (("mine", "--lr", "11"), 2, "out of range"),
        (("mine", "--preset", "fast", "--from", "1"), 2, "give only one of them"),
        (("mine", "--preset", "fsat"), 1, "did you mean fast"),
        (("mine", "--from", "1"), 1, "holds no run yet"),
        (("a/b", "--lr", "0.1"), 1, "cannot be the name of a preset"),
        (("fast", "--lr", "0.1"), 1, "is built in"),
        (("mine", "--lr", "0.1", "--title", "x" * 201), 1, "title"),
    ):
        assert reason in call(folder, "save", *words, expect=status).stderr
    assert not folder.exists()


def test_a_preset_is_deleted_by_name(folder: Path) -> None:
    call(folder, "save", "mine", "--lr", "0.5")
    assert "did you mean mine" in call(folder, "delete", "mime", expect=1).stderr
    assert "deleted mine" in call(folder, "delete", "mine").stderr
    assert "there is no preset 'mine'" in call(folder, "delete", "mine", expect=1).stderr
    assert "built in" in call(folder, "delete", "fast", expect=1).stderr


def test_the_folder_of_runs_may_be_named_before_or_after_any_of_the_words(tmp_path: Path) -> None:
    option = ("--checkpoints", str(tmp_path / "runs"))
    words = ("save", "mine", "--lr", "0.5")
    for place, before in enumerate(
        ((*option, "presets", *words), ("presets", *option, *words), ("presets", *words, *option))
    ):
        result = CliRunner().invoke(cli, [*before, "--replace"])
        assert result.exit_code == 0, (place, result.output)
        assert str(tmp_path / "runs" / "presets" / "mine.toml") in result.stderr


def test_train_takes_presets_of_ones_own_and_refuses_unknown_ones(folder: Path) -> None:
    def train(*words: str) -> Result:
        return CliRunner(env={"MNIST_TUI_CHECKPOINTS": str(folder)}).invoke(cli, ["train", *words])

    save_preset(folder, "broken", {}).write_text("lr = \n")
    for name, reason in {"fsat": "did you mean fast", "broken": "at line 1", "../x": "there is no preset"}.items():
        result = train("--preset", name)
        assert result.exit_code == 2
        assert "Invalid value for --preset" in result.stderr
        assert reason in result.stderr


@pytest.mark.parametrize("number", range(len(names())))
def test_names_and_titles_of_files_cannot_act_on_the_terminal(folder: Path, number: int) -> None:
    save_preset(folder, "mine", {}, texts()[number % len(texts())][:20].encode(errors="replace").decode())
    (folder / "presets" / f"{names()[number]}.toml").write_text("lr = 0.1\n")
    for words in ((), ("--json",), ("show", "mine"), ("show", names()[number].replace("-", "_"))):
        result = CliRunner(env={"MNIST_TUI_CHECKPOINTS": str(folder)}).invoke(cli, ["presets", *words])
        assert hostile_in(result.output_bytes) == []
