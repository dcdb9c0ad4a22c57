"""The command line, by its real processes where an engine is at work."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner
from limits import LIMIT
from PIL import Image

from engine.data.dataset import Dataset
from engine.storage.runs.record import read_record
from engine.techniques.precision import choose_precision
from engine.vocabulary.config import FIELDS
from engine.vocabulary.messages import EpochDone, RunEnded, RunStarted, decode_event
from engine.vocabulary.presets import PRESETS
from tests.tui.commands.calls import call, command, environment
from tui.__main__ import cli
from tui.commands.runs.command import FILES_AT_ONCE
from tui.link.client import engine_is_running

COMMANDS = [
    [], ["train"], ["find-lr"], ["runs"], ["evaluate"], ["predict"], ["models"], ["trust"], ["tune"], ["studies"],
    ["data"], ["data", "status"], ["data", "download"], ["data", "export"], ["presets"], ["presets", "show"],
    ["presets", "save"], ["presets", "delete"], ["compare"], ["bench"], ["engine"], ["engine", "status"],
    ["engine", "stop"], ["engine", "log"],
]  # fmt: skip


# ------------------------------------------------------------ without an engine


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


# --------------------------------------------------------------- with an engine


def test_train_to_the_end_then_look_at_the_run_with_every_command(
    checkpoints: Path, digits: Dataset, digits_folder: Path, tmp_path: Path
) -> None:
    done = call(checkpoints, "train", "--epochs", "2", "--batch-size", "20", "--seed", "3", "--device", "cpu", "--json")
    events = [decode_event(line.encode()) for line in done.stdout.splitlines()]
    started, ended = (next(event for event in events if isinstance(event, kind)) for kind in (RunStarted, RunEnded))
    assert isinstance(started, RunStarted)
    assert isinstance(ended, RunEnded)
    asked = {"epochs": 2, "batch_size": 20, "seed": 3, "device": "cpu"}
    chosen = {"precision": choose_precision("auto", torch.device("cpu"))}
    assert started.config.differences() == {**asked, **chosen}
    assert (ended.state, ended.step) == ("finished", 20)
    epochs = [event for event in events if isinstance(event, EpochDone)]
    assert [event.epoch for event in epochs] == [1, 2]
    assert "test accuracy" in done.stderr

    [run] = json.loads(call(checkpoints, "runs", "--json").stdout)
    assert (run["run"], run["state"], run["test_loss"]) == ("0001-seed-cnn", "finished", epochs[-1].test_loss)
    assert "0001-seed-cnn  finished  2/2" in call(checkpoints, "runs").stdout

    told = json.loads(call(checkpoints, "evaluate", "--json").stdout)
    assert (told["loss"], told["confusion"]) == (epochs[-1].test_loss, epochs[-1].confusion)
    text = call(checkpoints, "evaluate", "1").stdout
    assert "0001-seed-cnn after epoch 2 on 100 test images" in text
    assert f"test accuracy {100 * epochs[-1].test_accuracy:.2f} %" in text

    picture, broken = tmp_path / "seven.png", tmp_path / "broken.png"
    Image.fromarray(digits.test_images[0].numpy()).save(picture)
    broken.write_text("no picture")
    line = call(checkpoints, "predict", str(picture)).stdout
    assert line[0].isdecimal()
    assert str(picture) in line
    assert "as it is" in line
    both = call(checkpoints, "predict", "--json", str(picture), str(broken), expect=1)
    good, bad = json.loads(both.stdout)
    assert str(good["predicted"]) == line[0]
    assert "broken.png" in bad["error"]
    many = call(checkpoints, "predict", "--json", *[str(picture)] * (FILES_AT_ONCE + 3))
    assert len(json.loads(many.stdout)) == FILES_AT_ONCE + 3

    data = json.loads(call(checkpoints, "data", "status", "--json").stdout)
    assert (data["train"], data["test"], data["fingerprint"]) == (200, 100, digits.fingerprint)
    exported = tmp_path / "png"
    call(checkpoints, "data", "export", str(exported))
    assert len(list(exported.rglob("*.png"))) == 300
    data = json.loads(call(checkpoints, "data", "status", "--json", "--data", str(exported)).stdout)
    assert data["kind"] == "image folders"
    assert (data["train"], data["test"]) == (200, 100)

    status = json.loads(call(checkpoints, "engine", "status", "--json").stdout)
    assert (status["state"], status["run"], status["step"]) == ("idle", "0001-seed-cnn", 20)
    assert "engine idle" in call(checkpoints, "engine", "status").stdout
    assert "the engine ended" in call(checkpoints, "engine", "stop").stderr
    call(checkpoints, "engine", "status", expect=1)


def test_a_preset_trains_and_does_not_go_with_a_resumed_run(checkpoints: Path, digits_folder: Path) -> None:
    trained = call(checkpoints, "train", "--preset", "fast", "--batch-size", "50", "--precision", "fp32", "--json")
    events = [decode_event(line.encode()) for line in trained.stdout.splitlines()]
    started = next(event for event in events if isinstance(event, RunStarted))
    assert started.config.differences() == {**PRESETS["fast"].changes, "batch_size": 50, "precision": "fp32"}
    refused = call(checkpoints, "train", "--preset", "fast", "--resume", started.run, expect=2)
    assert "leave out --preset" in refused.stderr


def test_control_c_stops_and_saves_and_resume_finishes(checkpoints: Path) -> None:
    process = subprocess.Popen(
        command("train", "--epochs", "100000", "--batch-size", "50", "--json"),
        env=environment(checkpoints), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        while not isinstance(decode_event(process.stdout.readline().encode()), EpochDone):
            pass
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=LIMIT)
    finally:
        process.kill()
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert "stopping after this step and saving" in errors
    assert isinstance(decode_event(rest.splitlines()[-1].encode()), RunEnded)
    record = read_record(checkpoints / "0001-seed-cnn")
    assert record.state == "stopped"
    assert (checkpoints / "0001-seed-cnn" / "last.pt").exists()

    refused = call(checkpoints, "train", "--resume", "1", "--batch-size", "7", expect=1)
    assert "cannot change during a run" in refused.stderr
    done = call(checkpoints, "train", "--resume", "1", "--epochs", str(record.epoch + 2))
    assert done.stdout == ""
    assert "resumed on" in done.stderr
    assert "last.pt" in done.stderr
    finished = read_record(checkpoints / "0001-seed-cnn")
    assert (finished.state, finished.epoch) == ("finished", record.epoch + 2)
    done = call(checkpoints, "train", "--resume", "1", expect=1)
    assert f"{record.epoch + 2} are done" in done.stderr
    call(checkpoints, "engine", "stop")


def test_refusals_of_the_engine_are_one_line(checkpoints: Path, tmp_path: Path) -> None:
    absent = tmp_path / "absent"
    done = call(checkpoints, "train", "--data", str(absent), expect=1)
    assert f"{absent}: does not exist" in done.stderr
    assert "holds no run yet" in call(checkpoints, "evaluate", expect=1).stderr
    assert "holds no run yet" in call(checkpoints, "train", "--resume", "77", expect=1).stderr
    odd = os.fsdecode(b"/tmp/\xff.png")
    assert "holds no run yet" in call(checkpoints, "predict", odd, expect=1).stderr
    call(checkpoints, "engine", "stop")
