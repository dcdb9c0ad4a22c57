"""Data whose classes are no digits, from their files to commands and exports, with a real engine."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pandas
import pytest
import safetensors
import torch
from idx_files import write_idx

from engine import Runs, load_safetensors
from engine.vocabulary.messages.known_data import CLOTHES
from tests.engine.data.names.made_up import made_up, write_folders
from tests.tui.commands.calls import call

WORDS = ("=cmd()", "[red]b[/nope]", "airplane", "bird", "cat", "deer", "x" * 39 + "y", "x" * 39 + "z", "עברית", "漢字")
LETTERS = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
TRAIN = ("train", "--model", "mlp", "--epochs", "4", "--batch-size", "20", "--lr", "0.01", "--device", "cpu")


def fashion(root: Path) -> Path:
    return write_idx(root / "FashionMNIST" / "raw", made_up(10, 200, 50), zipped=True)


def words(root: Path) -> Path:
    folder = write_folders(root / "words", [name.replace("/", "_") for name in WORDS], 200, 50)
    (folder / "classes.txt").write_text("\n".join(WORDS))
    return folder


def letters(root: Path) -> Path:
    return write_folders(root / "letters", list(LETTERS), 260, 52)


@pytest.mark.slow
@pytest.mark.parametrize(("made", "classes"), [(fashion, CLOTHES), (words, WORDS), (letters, LETTERS)])
def test_commands_and_exports_name_the_classes(
    checkpoints: Path, tmp_path: Path, made: Callable[[Path], Path], classes: tuple[str, ...]
) -> None:
    folder = made(tmp_path / "data")
    told = call(checkpoints, *TRAIN, "--data", str(folder))
    assert f"{len(classes)} classes: {classes[0]}, {classes[1]}" in told.stdout + told.stderr
    assert f"{len(classes)}: {', '.join(classes)}\n" in call(checkpoints, "runs", "show", "1").stdout

    evaluated = json.loads(call(checkpoints, "evaluate", "1", "--json").stdout)
    assert tuple(evaluated["classes"]) == classes
    assert len(evaluated["confusion"]) == len(classes)
    assert evaluated["accuracy"] > 0.9
    listed = call(checkpoints, "gallery", "1", "--true", classes[1]).stdout.splitlines()
    assert all(f"  {classes[1]}  " in line for line in listed[2:])
    explained = call(checkpoints, "why", "1", "--digit", "1", "--class", classes[0]).stdout
    assert f"test image 1, is {classes[1]}, taken for {classes[1]}" in explained
    assert f"what speaks for {classes[0]} " in explained

    run = Runs(checkpoints)[1]
    images, labels = run.data()
    known = run.predict(images)
    out = tmp_path / "out"
    out.mkdir()
    for format in ("onnx", "safetensors"):
        call(checkpoints, "export", "1", "--format", format, "-o", str(out))
    session = onnxruntime.InferenceSession(out / "0001-mlp.onnx", providers=["CPUExecutionProvider"])
    np.testing.assert_allclose(session.run(None, {"images": images})[0], known, atol=1e-5)
    about = {each.key: each.value for each in onnx.load(out / "0001-mlp.onnx").metadata_props}
    assert tuple(json.loads(about["classes"])) == classes
    loaded = load_safetensors(out / "0001-mlp.safetensors")(torch.from_numpy(images)).numpy()
    np.testing.assert_allclose(loaded, known, atol=1e-6)
    with safetensors.safe_open(out / "0001-mlp.safetensors", "np") as file:
        assert tuple(json.loads(file.metadata()["classes"])) == classes

    table = out / "digits.parquet"
    call(checkpoints, "export", "1", "--table", "digits", "-o", str(table))
    digits = pandas.read_parquet(table)
    assert digits["label_name"].tolist() == [classes[label] for label in labels]
    assert digits["predicted_name"].tolist() == [classes[label] for label in known.argmax(1)]
    written = call(checkpoints, "export", "1", "--table", "confusion", "--format", "csv", "-o", "-").stdout
    rows = [row for row in csv.DictReader(io.StringIO(written)) if row["epoch"] == "4"]
    named = [f"'{name}" if name.startswith("=") else name for name in classes]
    assert {(row["actual"], row["predicted"]): int(row["count"]) for row in rows} == {
        (actual, predicted): evaluated["confusion"][i][j]
        for i, actual in enumerate(named)
        for j, predicted in enumerate(named)
    }
