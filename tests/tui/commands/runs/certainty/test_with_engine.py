"""Certainty asked by commands, of a real engine."""

import json
import re
from pathlib import Path

import pytest
from PIL import Image

from engine.data.dataset import Dataset
from engine.storage.runs.checkpoint import load_checkpoint
from engine.storage.runs.folders import BEST
from tests.tui.commands.calls import call

RUNS = ["0001-seed-cnn", "0002-seed-cnn"]


def test_calibration_robustness_several_as_one_and_two_compared(
    checkpoints: Path, digits: Dataset, tmp_path: Path
) -> None:
    trained = ("train", "--epochs", "2", "--batch-size", "20", "--device", "cpu", "--seeds", "2", "--jobs", "1")
    call(checkpoints, *trained, "--validation", "0.2")
    temperatures = [load_checkpoint(checkpoints / run / BEST)["temperature"] for run in RUNS]

    told = json.loads(call(checkpoints, "evaluate", "1", "--calibration", "--reject", "0.25", "--json").stdout)
    assert told["temperature"] == temperatures[0]
    assert told["confidence"]["method"] == "wilson"
    assert 0.25 in [each["threshold"] for each in told["rejections"]]
    assert "temperature" in call(checkpoints, "evaluate", "1", "--calibration").stdout

    picture = tmp_path / "seven.png"
    Image.fromarray(digits.test_images[0].numpy()).save(picture)
    one = call(checkpoints, "predict", str(picture), "--run", "1", "--json")
    assert json.loads(one.stdout)[0]["temperature"] == temperatures[0]
    several = json.loads(call(checkpoints, "predict", str(picture), "--run", "1-2", "--json").stdout)[0]
    assert (several["runs"], several["temperatures"]) == (RUNS, temperatures)
    assert len(several["votes"]) == 2
    assert sum(several["probabilities"]) == pytest.approx(1, abs=1e-3)
    refused = call(checkpoints, "predict", str(picture), "--run", "1", "--reject", "1")
    assert refused.stdout.startswith("?")
    sure, unsure = (
        json.loads(call(checkpoints, "predict", str(picture), "--run", "1", "--reject", given, "--json").stdout)[0]
        for given in ("0.01", "1")
    )
    assert (sure["answered"], unsure["answered"], unsure["reject"]) == (True, False, 1.0)
    shown = call(checkpoints, "runs", "show", "1").stdout
    assert f"{temperatures[0]:.4f}, of its probabilities" in shown
    assert re.search(r"test accuracy +\d+\.\d\d % \(\d+\.\d\d to \d+\.\d\d %\)", shown)
    assert "runs 1-2 as one" in call(checkpoints, "predict", str(picture), "--run", "1-2").stderr

    page = tmp_path / "report.html"
    asked = ("report", "1-2", "-o", str(page), "--digits", "6", "--calibration", "--robustness", "--images", "10")
    assert call(checkpoints, *asked).stdout == f"{page}\n"
    for words in ("10 corrupted test images", f"Temperature {temperatures[0]:.4f}", "data:image/png"):
        assert words in page.read_text()

    question = ("evaluate", "1-2", "--robustness", "--corruption", "shift", "--images", "30")
    told = json.loads(call(checkpoints, *question, "--json").stdout)
    assert (told["runs"], len(told["rows"]), told["images"]) == (RUNS, 5, 30)
    told = json.loads(call(checkpoints, "evaluate", "1-2", "--ensemble", "--json").stdout)
    assert [member["temperature"] for member in told["members"]] == temperatures
    assert told["images"] == 100

    compared = json.loads(call(checkpoints, "compare", "1", "2", "--digits", "--json", expect=1).stdout or "{}")
    assert compared == {}  # of other seeds: no pair
    call(checkpoints, *trained[:-4], "--seed", "0", "--lr", "0.01")
    pair = json.loads(call(checkpoints, "compare", "1", "3", "--json").stdout)["digits"][0]
    assert pair["both"] + pair["only_a"] + pair["only_b"] + pair["neither"] == 100
    assert "McNemar" in call(checkpoints, "compare", "1", "3").stdout
    assert "McNemar" not in call(checkpoints, "compare", "1", "3", "--no-digits").stdout
    call(checkpoints, "engine", "stop")
