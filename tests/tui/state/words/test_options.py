"""RunConfig on the command line, and back."""

import json
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from engine.vocabulary.config import FIELDS, ConfigError, RunConfig, Value
from engine.vocabulary.fields import FieldInfo
from engine.vocabulary.presets import PRESETS
from tui.__main__ import cli
from tui.state.words.options import clean, command_line, config_of, config_options, given


def parse(arguments: list[str]) -> tuple[Result, dict[str, Value]]:
    received: dict[str, Value] = {}

    @click.command()
    @config_options
    def command(**options: Value) -> None:
        received.update(options)

    return CliRunner().invoke(command, arguments), received


OTHER: dict[str, Value] = {
    "epochs": 7, "batch_size": 32, "seed": 2**63 - 1, "lr": 3e-05, "weight_decay": 1e-08, "dropout2d": 0.1,
    "dropout": 0.30000000000000004, "device": "cuda:1", "data": "/mnt/my digits/it's", "keep_every": 5,
    "beta1": 0.7, "beta2": 0.95, "label_smoothing": 0.1, "rotation": 12.5, "shift": 1.5, "scale": 0.05, "shear": 7.0,
    "elastic": 0.75, "processes": 4, "threads": 3,
    "model": "/mnt/my nets/it's.py:Net", "width": 2.5, "depth": 3, "validation": 0.1, "patience": 3,
    "momentum": 0.5, "clip": 2.5, "warmup": 0.5, "decay": 0.125, "decay_every": 2, "mixup": 0.0, "cutmix": 1.0,
    "ema": 0.99, "erasing": 0.2, "noise": 0.05,
    "log_to": "tensorboard,mlflow=http://127.0.0.1:5000",
}  # fmt: skip
NEEDS: dict[str, dict[str, Value]] = {"patience": {"validation": 0.1}, "depth": {"model": "mlp"}}


@pytest.fixture(autouse=True)
def _trackers_are_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.tracking.trackers.find_spec", lambda name: name)


@pytest.mark.parametrize("field", FIELDS.values(), ids=lambda field: field.name)
def test_every_hyperparameter_is_an_option_that_says_what_it_takes(field: FieldInfo) -> None:
    values = {**NEEDS.get(field.name, {}), field.name: OTHER.get(field.name, field.default)}
    result, options = parse([word for name, value in values.items() for word in (FIELDS[name].option, str(value))])
    assert result.exit_code == 0, result.output
    assert given(options) == values
    assert config_of(options) == RunConfig().replace(values)
    shown = "".join(parse(["--help"])[0].output.split())  # a line may end at any blank or hyphen
    for words in (field.option, field.help, field.bounds if field.bounds != "text" else ""):
        assert "".join(words.split()) in shown


def test_a_preset_gives_way_to_the_options_beside_it() -> None:
    options = parse(["--lr", "0.5", "--dropout", "0.25"])[1]
    expected = {**PRESETS["fast"].changes, "lr": 0.5, "dropout": 0.25}
    assert config_of(options, PRESETS["fast"].changes).differences() == expected


def test_options_that_are_not_given_are_not_there() -> None:
    _, options = parse([])
    assert set(options) == set(FIELDS)
    assert given(options) == {}
    assert config_of(options) == RunConfig()


@pytest.mark.parametrize("field", [field for field in FIELDS.values() if field.kind is not str], ids=lambda f: f.name)
@pytest.mark.parametrize("bad", ["-1", "nan", "inf", "abc", "1e400", "9" * 400])
def test_a_bad_value_is_refused_for_the_same_reason_as_everywhere(field: FieldInfo, bad: str) -> None:
    with pytest.raises(ConfigError) as refused:
        field.parse(bad)
    result, _ = parse([field.option, bad])
    assert result.exit_code == 2
    assert str(refused.value) in result.output


def test_a_bad_choice_is_refused_with_the_nearest() -> None:
    result, _ = parse(["--model", "seedcnn"])
    assert result.exit_code == 2
    assert "did you mean seed-cnn" in result.output


def test_a_size_that_a_network_does_not_take_is_a_usage_error() -> None:
    with pytest.raises(click.UsageError, match=r"Depth \(depth\): 3 is not possible for fast-cnn"):
        config_of(parse(["--depth", "3"])[1], PRESETS["fast"].changes)


@pytest.mark.parametrize(
    "config", [RunConfig(), RunConfig().replace(OTHER), RunConfig(lr=10.0), RunConfig(lr=5e-324)], ids=range(4)
)
def test_a_command_line_gives_the_config_it_was_made_of(config: RunConfig) -> None:
    program, subcommand, *arguments = shlex.split(command_line(config))
    assert (program, subcommand) == ("mnist-tui", "train")
    result, options = parse(arguments)
    assert result.exit_code == 0, result.output
    assert config_of(options) == config


def test_all_fields_are_tried_above() -> None:
    assert set(OTHER) == {name for name, field in FIELDS.items() if not field.choices or field.own}


def test_a_data_folder_becomes_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/somebody")
    assert clean("data", "digits") == str(tmp_path / "digits")
    assert clean("data", "~/digits") == "/home/somebody/digits"
    assert clean("data", "") == ""
    assert clean("device", "cpu") == "cpu"
    assert clean("model", "nets/mine.py:Net") == f"{tmp_path}/nets/mine.py:Net"
    assert clean("model", "~/mine.py:Net") == "/home/somebody/mine.py:Net"
    assert clean("model", "package.nets:Net") == "package.nets:Net"
    assert clean("model", "resnet18") == "resnet18"
    assert given(parse(["--data", "digits"])[1]) == {"data": str(tmp_path / "digits")}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["find-lr", "--processes", "2"], "leave out --processes"),
        (["tune", "--processes", "2", "--search", "lr=0.1,0.2"], "leave out --processes"),
        (["bench", "--screen", "--rounds", "2"], "leave out --row, --rounds, --images and --seeds"),
        (["bench", "--screen", "--row", "engine"], "leave out --row, --rounds, --images and --seeds"),
    ],
)
def test_what_a_command_would_not_heed_is_refused(words: list[str], said: str) -> None:
    result = CliRunner().invoke(cli, words)
    assert (result.exit_code, said in result.output) == (2, True)


def test_an_option_before_a_command_is_one_of_it() -> None:
    told = CliRunner().invoke(cli, ["presets", "--json", "show", "fast"])
    assert json.loads(told.output)["name"] == "fast"


def test_a_run_is_resumed_wherever_its_data_are_now(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[tuple[str, dict[str, Value]]] = []

    async def train_headless(checkpoints: Path, config: RunConfig, *, changes: dict[str, Value], **_: object) -> int:
        asked.append((config.data, changes))
        return 0

    monkeypatch.setattr("tui.commands.train.one_run.train_headless", train_headless)
    words = ["train", "--resume", "3", "--data", str(tmp_path), "--lr", "0.5"]
    assert CliRunner().invoke(cli, words).exit_code == 0
    assert asked == [(str(tmp_path), {"lr": 0.5})]


def test_the_help_of_train_is_in_the_groups_of_the_form_after_the_five_that_matter_first() -> None:
    from tui.__main__ import cli

    help = CliRunner().invoke(cli, ["train", "--help"]).output
    headings = [line.removesuffix(":") for line in help.splitlines() if line and line[0] != " " and line[-1] == ":"]
    assert headings == ["The five that matter first", "Options", *dict.fromkeys(f.group for f in FIELDS.values())]
    first = help.partition("Options:\n")[0]
    assert [line.split()[0] for line in first.splitlines() if line.startswith("  --")] == [
        "--model", "--epochs", "--batch-size", "--lr", "--data",
    ]  # fmt: skip
    for field in FIELDS.values():
        assert help.count(f"\n  {field.option} ") + help.count(f"\n  {field.option},") == 1


def test_trackers_are_named_with_commas_or_each_with_an_option_of_its_own() -> None:
    once = parse(["--log-to", "tensorboard,trackio=digits"])[1]
    assert given(once) == given(parse(["--log-to", "tensorboard", "--log-to", "trackio=digits"])[1])
    assert given(once) == {"log_to": "tensorboard,trackio=digits"}
    for words in (["--log-to", "tensorbord"], ["--log-to", "trackio", "--log-to", "trackio=digits"]):
        result, _ = parse(words)
        assert result.exit_code == 2
        assert "Log to (log_to)" in result.output
