"""The command that compares runs."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hostile import hostile_in, texts, with_hostile_texts

from engine.storage.runs.folders import create_folder
from engine.storage.runs.log_writer import RunLog
from tests.tui.state.records import A, B, record, side
from tui.__main__ import cli
from tui.commands.runs.compare_report import print_comparison
from tui.commands.runs.comparison import Comparison, compare


def make_runs(folder: Path, accuracies: Sequence[float], **changes: object) -> None:
    for seed, accuracy in enumerate(accuracies):
        run = create_folder(folder, "seed-cnn")
        made = record(int(run.name[:4]), seed, accuracy, **changes)
        RunLog(run, made).close("finished", 1)


def call(folder: Path, *words: str, expect: int = 0) -> Result:
    result = CliRunner().invoke(cli, ["compare", "--checkpoints", str(folder), *words])
    assert result.exit_code == expect, result.output
    return result


def test_the_command_prints_pairs_means_and_the_verdict(tmp_path: Path) -> None:
    make_runs(tmp_path, A)
    make_runs(tmp_path, B, lr=0.01)
    lines = call(tmp_path, "1-5", "6-10").stdout.splitlines()
    assert lines[0] == "A: runs 1-5, 0001-seed-cnn to 0005-seed-cnn"
    table = [line.split() for line in lines if line and line.split()[0] in ("0", "mean", "standard", "95")]
    assert [" ".join(words) for words in table] == [
        "0 98.00 % 99.00 % +1.00",
        "mean 98.20 % 99.18 % +0.98",
        "standard deviation 0.16 0.15 0.13",
        "95 % confidence of the mean 98.00 to 98.40 % 99.00 to 99.36 % +0.82 to +1.14",
    ]
    assert any("more than noise" in line for line in lines)
    loss = call(tmp_path, "1-5", "6-10", "--metric", "loss").stdout
    assert "0.0180" in loss
    assert "-0.0098" in loss


def test_json_has_the_figures_and_the_verdict(tmp_path: Path) -> None:
    make_runs(tmp_path, A)
    make_runs(tmp_path, B, lr=0.01)
    told = json.loads(call(tmp_path, "1-5", "6,7,8-10", "--json").stdout)
    assert told["significant"] is True
    assert told["test"]["df"] == 4
    assert told["test"]["difference"]["mean"] == pytest.approx(0.0098)
    assert told["differs"] == {"lr": [0.001, 0.01]}
    assert told["b"]["runs"][-1] == "0010-seed-cnn"
    assert "more than noise" in " ".join(told["verdict"])


def test_refusals_are_one_line(tmp_path: Path) -> None:
    make_runs(tmp_path, A)
    (tmp_path / "0006-seed-cnn").mkdir()
    for words, reason in {
        ("1-5", "9"): "there is no run '9'", ("1-5", "2"): "on both sides",
        ("1", "2"): "no seed has a finished run on both",
        ("1-5", "6"): "is missing", ("1-5", ","): "is not a list of runs",
    }.items():  # fmt: skip
        assert reason in call(tmp_path, *words, expect=1).stderr
    assert "argument 5 is empty" in call(tmp_path, "1-5", "", expect=2).stderr
    call(tmp_path, "1-5", "6", "--metric", "speed", expect=2)


@pytest.mark.parametrize("number", range(len(texts())))
def test_text_of_records_cannot_act_on_the_terminal(number: int, capfd: pytest.CaptureFixture[str]) -> None:
    result = compare(side(1, A), [*side(6, B, data="x"), record(20, 9, 0.5, data="x")], "accuracy")
    named = with_hostile_texts(result, number)
    kept = {"metric": "accuracy", "a": result.a, "b": result.b}
    print_comparison(Comparison(**{**{name: getattr(named, name) for name in named.__struct_fields__}, **kept}))
    out, err = capfd.readouterr()
    assert hostile_in((out + err).encode()) == []
