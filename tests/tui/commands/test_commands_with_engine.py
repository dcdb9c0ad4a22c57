"""The commands as real processes, with an engine at work."""

import json
import os
from pathlib import Path

import pytest
import torch
from PIL import Image

from engine.data.dataset import Dataset
from engine.insight.beliefs.history import read_beliefs
from engine.storage.runs.record import read_record
from engine.techniques.precision import choose_precision
from engine.vocabulary.messages import EpochDone, RunEnded, RunStarted, decode_event
from engine.vocabulary.presets import PRESETS
from tests.tui.commands.calls import call, interrupted_after_an_epoch
from tui.commands.runs.command import FILES_AT_ONCE


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
    why = json.loads(call(checkpoints, "predict", str(picture), "--why", "3", "--json").stdout)
    assert (why["label"], len(why["heat"])) == (3, 28)
    assert "one image" in call(checkpoints, "predict", str(picture), str(broken), "--why", "3", expect=2).stderr
    many = call(checkpoints, "predict", "--json", *[str(picture)] * (FILES_AT_ONCE + 3))
    assert len(json.loads(many.stdout)) == FILES_AT_ONCE + 3

    belief = json.loads(call(checkpoints, "inspect", "--digit", "7", "--json").stdout)
    assert (belief["run"], belief["index"], belief["label"], belief["epochs"]) == (
        "0001-seed-cnn",
        7,
        int(digits.test_labels[7]),
        [1, 2],
    )
    assert all(sum(row) == pytest.approx(1, abs=0.03) for row in belief["probabilities"])
    text = call(checkpoints, "inspect", "1", "--digit", "7").stdout
    assert f"test digit 7, a {int(digits.test_labels[7])}; probabilities" in text
    assert "give 0 to 99" in call(checkpoints, "inspect", "--digit", "100", expect=1).stderr
    why = json.loads(call(checkpoints, "inspect", "--digit", "7", "--why", "3", "--json").stdout)
    assert (why["label"], len(why["heat"])) == (3, 28)
    assert "--why needs --digit" in call(checkpoints, "inspect", "--why", "3", expect=2).stderr
    assert "\nnever learned: " in call(checkpoints, "inspect").stdout
    assert json.loads(call(checkpoints, "inspect", "--json").stdout)["label_errors"]["images"] == 200
    wrong = json.loads(call(checkpoints, "gallery", "--wrong", "--sort", "loss", "--most", "0", "--json").stdout)
    assert wrong["found"] == len(wrong["digits"]) == 100 - round(100 * epochs[-1].test_accuracy)
    losses = [digit["loss"] for digit in wrong["digits"]]
    assert losses == sorted(losses, reverse=True)
    now = json.loads(call(checkpoints, "gallery", "--now", "--most", "0", "--json").stdout)
    assert [digit["predicted"] for digit in now["digits"]] == read_beliefs(checkpoints / "0001-seed-cnn").predicted[
        -1
    ].tolist()
    assert "20 of 200 found among 200 training images" in call(checkpoints, "gallery", "--train").stdout

    data = json.loads(call(checkpoints, "data", "status", "--json").stdout)
    assert (data["train"], data["test"], data["fingerprint"]) == (200, 100, digits.fingerprint)
    exported = tmp_path / "png"
    call(checkpoints, "data", "export", str(exported))
    assert len(list(exported.rglob("*.png"))) == 300
    data = json.loads(call(checkpoints, "data", "status", "--json", "--data", str(exported)).stdout)
    assert data["kind"] == "image folders"
    assert (data["train"], data["test"]) == (200, 100)

    call(checkpoints, "runs", "rename", "1", "by the engine")  # whose lock nobody else gets
    status = json.loads(call(checkpoints, "engine", "status", "--json").stdout)
    assert (status["state"], status["run"], status["step"]) == ("idle", "0001-seed-cnn", 20)
    call(checkpoints, "runs", "delete", "1")
    assert json.loads(call(checkpoints, "runs", "--json").stdout) == []
    call(checkpoints, "runs", "restore", "1")
    assert "there is no run '7'" in call(checkpoints, "runs", "delete", "7", expect=1).stderr
    [run] = json.loads(call(checkpoints, "runs", "--json", "--filter", "acc>=0 epochs:2 seed:3").stdout)
    assert (run["title"], run["epoch"], run["parameters"]) == ("by the engine", 2, 21840)

    status = json.loads(call(checkpoints, "engine", "status", "--json").stdout)
    assert (status["state"], status["run"]) == ("idle", "")  # nor is a run that was deleted told of
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
    words = ("train", "--epochs", "100000", "--batch-size", "50", "--json")
    status, rest, errors = interrupted_after_an_epoch(checkpoints, *words)
    assert status == 130
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
