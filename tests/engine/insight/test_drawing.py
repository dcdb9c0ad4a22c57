"""A drawn digit: what the network sees of it, and the set of one's own digits."""

import errno
import json
import os
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
from PIL import Image

from engine.data.dataset import DataError, Dataset
from engine.data.find import find_data, load_data
from engine.data.images.mnist_form import MIDDLE, OFF_CENTRE, PLACES
from engine.insight.drawing.classify import classify_drawing
from engine.insight.drawing.own_digits import save_drawing
from engine.insight.runs.undisturbed import InsightError
from engine.vocabulary.messages import (
    MAX_LINE,
    MOST_SIDE,
    ClassifyDrawing,
    Drawing,
    DrawingClassified,
    Evaluate,
    Evaluated,
    Explain,
    Explained,
    FilesPredicted,
    Picture,
    PredictFiles,
    SaveDrawing,
    StartRun,
    decode_command,
    encode,
)
from engine.vocabulary.messages.base import DIGITS
from engine.vocabulary.preprocessing import MNIST
from tests.engine.insight.asked_networks import new_network
from tests.engine.server.worker.driven_worker import CONFIG, Engine, engine  # noqa: F401  (engine is a fixture)


def drawing_of(canvas: np.ndarray) -> Drawing:
    height, width = canvas.shape
    return Drawing(width=width, height=height, pixels=canvas.astype(np.uint8).tobytes())


def drawn(digit: torch.Tensor, *, side: int = 280, times: float = 6.0, top: int = 20, left: int = 90) -> np.ndarray:
    """A digit as somebody would draw it: large, with hard edges, anywhere on the canvas."""
    size = round(28 * times)
    large = np.asarray(Image.fromarray(digit.numpy()).resize((size, size), Image.Resampling.BICUBIC))
    canvas = np.zeros((side, side), np.uint8)
    canvas[top : top + size, left : left + size] = np.where(large > 127, 255, 0)
    return canvas


def centre_of(pixels: np.ndarray) -> np.ndarray:
    mass = pixels.astype(np.float64)
    return np.array([mass.sum(1) @ PLACES, mass.sum(0) @ PLACES]) / mass.sum()


def test_a_drawing_of_a_test_digit_has_its_centre_of_mass(digits: Dataset) -> None:
    network = new_network("mlp")
    for digit in digits.test_images:
        answer = classify_drawing(ClassifyDrawing(drawing=drawing_of(drawn(digit))), network, MNIST)
        seen = np.frombuffer(answer.pixels, np.uint8).reshape(28, 28)
        assert np.abs(centre_of(seen) - MIDDLE).max() <= 0.5  # where MNIST's own lie, within OFF_CENTRE
        assert np.abs(centre_of(seen) - centre_of(digit.numpy())).max() <= 0.5 + OFF_CENTRE
    assert "centred" in answer.treatment


def test_a_drawing_is_read_as_a_file_of_its_pixels_is(engine: Engine, digits: Dataset, tmp_path: Path) -> None:
    engine.done(StartRun(config=CONFIG))
    engine.finish()
    first, second, third = digits.test_images[3:6]
    canvases = [drawn(first), second.numpy(), 255 - drawn(third, side=300)]
    for number, canvas in enumerate(canvases):
        path = tmp_path / f"{number}.png"
        Image.fromarray(canvas).save(path)
        from_file = engine.tell(PredictFiles(paths=[str(path)]))
        answer = engine.tell(ClassifyDrawing(drawing=drawing_of(canvas)))
        assert isinstance(from_file, FilesPredicted)
        assert isinstance(answer, DrawingClassified)
        [file] = from_file.files
        assert (answer.pixels, answer.treatment, answer.predicted) == (file.pixels, file.treatment, file.predicted)
        assert answer.probabilities == pytest.approx(file.probabilities, abs=2e-5)


def test_a_blank_canvas_has_no_answer_and_is_not_saved(engine: Engine) -> None:
    engine.done(StartRun(config=CONFIG))
    engine.finish()
    blank = Drawing(width=40, height=30, pixels=bytes(1200))
    answer = engine.tell(ClassifyDrawing(drawing=blank))
    assert isinstance(answer, DrawingClassified)
    assert (answer.predicted, answer.probabilities, answer.pixels) == (-1, [], b"")
    assert "the drawing is blank" in engine.refused(SaveDrawing(drawing=blank, label=3))
    assert not (engine.checkpoints / "own-digits").exists()
    short = Drawing(width=40, height=30, pixels=bytes(1199))
    assert "has 1,199 pixels, not 40 x 30" in engine.refused(ClassifyDrawing(drawing=short))


def test_the_largest_canvas_fits_into_a_line() -> None:
    drawing = Drawing(width=MOST_SIDE, height=MOST_SIDE, pixels=b"\xff" * MOST_SIDE**2)
    line = encode(ClassifyDrawing(drawing=drawing, run="0001-seed-cnn", id=2**53))
    assert len(line) < MAX_LINE
    assert decode_command(line) == ClassifyDrawing(drawing=drawing, run="0001-seed-cnn", id=2**53)


def test_a_run_is_tested_on_own_digits_although_most_are_not_there(engine: Engine, digits: Dataset) -> None:
    engine.done(StartRun(config=CONFIG))
    engine.finish()
    for index in (3, 4, 5, 5):
        label = int(digits.test_labels[index])
        saved = engine.tell(SaveDrawing(drawing=drawing_of(drawn(digits.test_images[index])), label=label))
    folder = engine.checkpoints / "own-digits"
    assert (saved.folder, sum(saved.counts)) == (str(folder), 4)  # type: ignore[union-attr]
    result = engine.tell(Evaluate(data=str(folder)))
    assert isinstance(result, Evaluated)
    assert (result.images, [sum(row) for row in result.confusion]) == (4, saved.counts)  # type: ignore[union-attr]
    why = engine.tell(Explain(picture=Picture(part="own", index=2), method="gradient"))
    seen = engine.tell(ClassifyDrawing(drawing=drawing_of(drawn(digits.test_images[5]))))
    assert isinstance(why, Explained)
    assert isinstance(seen, DrawingClassified)
    assert why.actual in (int(digits.test_labels[index]) for index in (3, 4, 5))
    assert "train: is missing" in engine.refused(StartRun(config=CONFIG.replace({"data": str(folder)})))


def test_own_digits_are_read_as_the_drawing_was(tmp_path: Path, digits: Dataset) -> None:
    network = new_network("mlp")
    for index in range(12):
        canvas = drawing_of(drawn(digits.test_images[index]))
        save_drawing(SaveDrawing(drawing=canvas, label=7), tmp_path)
        seen = classify_drawing(ClassifyDrawing(drawing=canvas), network, MNIST)
        data = find_data(tmp_path / "own-digits", to_test=True).read()
        assert data.test_images[index].numpy().tobytes() == seen.pixels
    assert data.test_labels.tolist() == [7] * 12
    assert len(data.train_labels) == 0


def test_no_file_is_overwritten_and_none_is_half_there(
    tmp_path: Path, digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = SaveDrawing(drawing=drawing_of(drawn(digits.test_images[3])), label=3)
    first = Path(save_drawing(command, tmp_path).path)
    assert first.name == "00000.png"
    (first.parent / "00004.png").write_bytes(b"mine")
    real = os.link

    def taken(source: Path, target: Path) -> None:
        if target.name == "00005.png" and not target.exists():
            target.write_bytes(b"somebody was quicker")
        real(source, target)

    monkeypatch.setattr(os, "link", taken)
    assert Path(save_drawing(command, tmp_path).path).name == "00006.png"
    assert (first.parent / "00004.png").read_bytes() == b"mine"
    assert (first.parent / "00005.png").read_bytes() == b"somebody was quicker"

    def full(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("engine.insight.drawing.own_digits.flush_to_disk", full)
    before = sorted(os.listdir(first.parent))
    with pytest.raises(OSError, match="No space"):
        save_drawing(command, tmp_path)
    assert sorted(os.listdir(first.parent)) == before


@pytest.mark.parametrize("code", [errno.EPERM, errno.EOPNOTSUPP])
def test_a_file_system_without_links_will_do(
    code: int, tmp_path: Path, digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without(*arguments: object) -> None:
        raise OSError(code, "not here")

    monkeypatch.setattr(os, "link", without)
    command = SaveDrawing(drawing=drawing_of(drawn(digits.test_images[3])), label=3)
    names = [Path(save_drawing(command, tmp_path).path).name for _ in range(3)]
    assert names == ["00000.png", "00001.png", "00002.png"]


def test_folders_with_some_digits_are_for_tests_alone(tmp_path: Path, digits: Dataset) -> None:
    root = tmp_path / "photos"
    (root / "test" / "8").mkdir(parents=True)
    (root / "test" / "2").mkdir()
    with pytest.raises(DataError, match="holds no image to test on; there must be one in test/0 to test/9"):
        find_data(root, to_test=True)
    Image.fromarray(drawn(digits.test_images[3])).save(root / "test" / "8" / "a.png")
    assert find_data(root, to_test=True).read().test_labels.tolist() == [8]
    with pytest.raises(DataError, match="train: is missing"):
        load_data(root)
    (root / "test" / "cat").mkdir()
    with pytest.raises(DataError, match="cat: is not the folder of a class; the classes are 0, 1, 2"):
        find_data(root, to_test=True, classes=DIGITS)


def test_a_label_is_a_digit() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(json.dumps({"label": 10, "drawing": {}}).encode(), type=SaveDrawing)
    with pytest.raises(InsightError, match="has 3 pixels, not 2 x 2"):
        save_drawing(SaveDrawing(drawing=Drawing(width=2, height=2, pixels=b"abc"), label=1), Path("nowhere"))
