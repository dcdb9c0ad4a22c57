"""`mnist-tui why`: heat as text, colours and a picture file, and the command with an engine."""

import io
import json
from pathlib import Path

import click
import numpy as np
import pytest
from PIL import Image

from engine.data.dataset import Dataset
from engine.vocabulary.messages import ChangeFound, Explained, pack_floats
from tests.tui.commands.calls import call
from tui.commands.digits.heat import difference, gray_colours, heat_colours, heat_lines
from tui.commands.digits.png import GAP, SCALE, png_of
from tui.commands.digits.why import print_why, write_png

HEAT = [0.0] * 784
HEAT[0], HEAT[1], HEAT[29], HEAT[783] = 2.0, -2.0, 0.01, -0.5


def test_what_speaks_for_and_against_differs_without_colour() -> None:
    lines = heat_lines(HEAT)
    assert len(lines) == 28
    assert {len(line.plain) for line in lines} == {56}
    assert lines[0].plain.rstrip() == "##=="
    assert lines[1].plain.strip() == ""  # too faint
    assert lines[27].plain.strip() == "~~"
    assert [str(span.style) for span in lines[0].spans] == ["red bold", "blue bold"]
    assert {line.plain for line in heat_lines([0.0] * 784)} == {" " * 56}


def test_a_picture_file_has_each_pixel_where_it_belongs() -> None:
    pixels = bytes(range(256)) * 4
    image = Image.open(io.BytesIO(png_of([gray_colours(pixels[:784]), heat_colours(HEAT)])))
    assert image.size == (2 * 28 * SCALE + GAP, 28 * SCALE)
    found = np.asarray(image)
    left = found[SCALE // 2 :: SCALE, SCALE // 2 : 28 * SCALE : SCALE]
    np.testing.assert_array_equal(left[..., 0].ravel(), np.frombuffer(pixels[:784], np.uint8))
    right = found[SCALE // 2 :: SCALE, 28 * SCALE + GAP + SCALE // 2 :: SCALE]
    assert right[0, 0].tolist() == [255, 0, 0]
    assert right[0, 1].tolist() == [0, 0, 255]
    assert right[5, 5].tolist() == [255, 255, 255]


def test_ink_that_was_added_and_taken_away_has_a_sign() -> None:
    assert difference(b"\xff\x00\x33", b"\x00\xff\x33") == [1.0, -1.0, 0.0]


def test_names_of_classes_cannot_act_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    names = ("a\x1b[2J", "[bold]b[/nope]")
    why = Explained(
        run="0001-\x1b[31mx", step=1, method="gradient", label=1, heat=pack_floats(HEAT), pixels=bytes(784),
        predicted=0, probabilities=[0.75, 0.25], output=1.0, empty_output=0.0, actual=1, classes=names,
    )  # fmt: skip
    change = ChangeFound(
        run=why.run, step=1, label=1, pixels=bytes(784), predicted=0, probabilities=[0.75, 0.25],
        problem="none \x1b[0m", classes=names,
    )  # fmt: skip
    print_why("a file\x1b[2J", why, change)
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    assert "[2J, is [bold]b[/nope], taken for a" in printed


def test_the_command_explains_a_digit_of_a_run(checkpoints: Path, digits: Dataset, tmp_path: Path) -> None:
    call(checkpoints, "train", "--epochs", "1", "--batch-size", "20", "--device", "cpu", "--model", "mlp")
    told = json.loads(call(checkpoints, "why", "1", "--digit", "3", "--json").stdout)
    assert (told["run"], told["label"], told["method"]) == ("0001-mlp", told["predicted"], "integrated")
    assert told["pixels"] == digits.test_images[3].tolist()
    assert np.sum(told["heat"]) == pytest.approx(told["output"] - told["empty_output"], rel=0.01)
    changed = (np.array(told["change"]["changed"]) - np.array(told["pixels"])) / 255
    assert told["change"]["distance"] == pytest.approx(float(np.linalg.norm(changed)), rel=1e-5)
    assert told["change"]["label"] != told["predicted"]
    other = (told["predicted"] + 1) % 10
    picture = tmp_path / "why.png"
    call(checkpoints, "why", "--digit", "3", "--class", str(other), "--png", str(picture))
    assert Image.open(picture).size == (4 * 28 * SCALE + 3 * GAP, 28 * SCALE)
    text = call(checkpoints, "why", "--digit", "3", "--class", str(other), "--method", "occlusion").stdout
    assert f"what speaks for {other} (red, .+*#) and against it (blue, ,-~=), by how much its output" in text
    assert f"the smallest change found that makes it {other}" in text
    file = tmp_path / "seven.png"
    Image.fromarray(digits.test_images[3].numpy()).save(file)
    of_file = json.loads(call(checkpoints, "why", "--file", str(file), "--json").stdout)
    assert (of_file["heat"], of_file["actual"]) == (told["heat"], -1)
    file.write_text("no picture")
    assert "is not an image" in call(checkpoints, "why", "--file", str(file), expect=1).stderr
    beyond = call(checkpoints, "why", "--digit", "300", expect=1)
    assert "100 test images, none with the index 300; give 0 to 99" in beyond.stderr


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    why = Explained(
        run="r", step=1, method="gradient", label=1, heat=pack_floats(HEAT), pixels=bytes(784), predicted=0,
        probabilities=[0.75, 0.25], output=1.0, empty_output=0.0,
    )  # fmt: skip
    change = ChangeFound(run="r", step=1, label=1, pixels=bytes(784), predicted=0, probabilities=[0.75, 0.25])
    with pytest.raises(click.ClickException, match=r"none/x\.png: No such file or directory"):
        write_png(tmp_path / "none" / "x.png", why, change)
    write_png(tmp_path / "x.png", why, change)
    assert Image.open(tmp_path / "x.png").size == (2 * 28 * SCALE + GAP, 28 * SCALE)
