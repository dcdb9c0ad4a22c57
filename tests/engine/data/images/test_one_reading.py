"""What is trained and what is predicted are read alike: a data folder's own test files give its test accuracy."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
from PIL import Image

from engine.data.dataset import ARRAYS, Array, Dataset, make_dataset, write_npz
from engine.data.find import load_data
from engine.data.folder import RECORD, export_pngs
from engine.data.folder_images import SURVEYED
from engine.data.images.mnist_form import has_form
from engine.data.images.preprocess import read_picture
from engine.machine.process_group import ALONE
from engine.server.worker.begin_run import begin_run
from engine.server.worker.inspection import Inspector
from engine.storage.runs.record import RunRecord, read_record
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import Evaluate, PredictFiles, StartRun
from engine.vocabulary.preprocessing import MNIST, Preprocessing
from tests.engine.data.images.kinds_of_files import KINDS, black_on_white, folder_of, save
from tests.engine.data.images.kinds_of_files import few as few
from tests.engine.server.worker.driven_worker import Engine

CONFIG = RunConfig(
    model="fast-cnn", epochs=6, batch_size=20, lr=0.005, dropout=0.0, dropout2d=0.0, device="cpu", precision="fp32"
)


@pytest.mark.parametrize("kind", KINDS)
def test_the_files_that_a_run_was_tested_on_are_read_as_they_were_for_it(
    kind: str, few: dict[str, Array], tmp_path: Path
) -> None:
    write, ending, note = KINDS[kind]
    root = folder_of(few, tmp_path / "own", write, ending)
    data = load_data(root)
    assert data.notes == () if not note else note in data.notes[0]
    for place, path in enumerate(sorted(root.glob("test/*/*"), key=lambda path: path.name)):
        assert torch.equal(read_picture(path, data.preprocessing)[0], data.test_images[place]), path
    again = load_data(root)  # from the cache
    assert (again.preprocessing, again.notes) == (data.preprocessing, data.notes)
    likeness = [
        np.corrcoef(one.numpy().ravel(), other.ravel())[0, 1]
        for one, other in zip(data.train_images, few["train_images"], strict=True)
    ]
    assert np.median(likeness) > 0.75  # the digits are those of MNIST, in its form
    if kind in ("black on white", "black on nothing", "12 of 16 bits", "32-bit integers", "floats", "MNIST's"):
        assert np.abs(data.train_images.numpy().astype(int) - few["train_images"]).max() <= 1


@pytest.mark.parametrize("kind", ["black on white", "scans"])
def test_predicting_a_folders_own_test_files_gives_its_test_accuracy_to_the_digit(
    kind: str, few: dict[str, Array], checkpoints: Path, tmp_path: Path
) -> None:
    root = folder_of(few, tmp_path / "own", *KINDS[kind][:2])
    engine = Engine(checkpoints)
    engine.done(StartRun(config=CONFIG.replace({"data": str(root)})))
    engine.finish()
    files = sorted(root.glob("test/*/*"))
    answer = Inspector(checkpoints).classify(PredictFiles(paths=[str(path) for path in files]), None)
    right = [file.predicted == int(path.parent.name) for file, path in zip(answer.files, files, strict=True)]
    tested = Inspector(checkpoints).evaluate(Evaluate(), None, None)
    assert tested.accuracy > 0.6
    assert sum(right) / len(right) == tested.accuracy
    [folder] = checkpoints.glob("0001-*")
    assert read_record(folder).treatment == Preprocessing(ground="light")


def test_a_run_of_before_has_the_treatment_that_suits_mnist(digits: Dataset, tmp_path: Path) -> None:
    _, log = begin_run(tmp_path, CONFIG, digits, ALONE)
    content = msgspec.json.decode(msgspec.json.encode(log.record))
    del content["treatment"]
    assert msgspec.convert(content, RunRecord).treatment == MNIST


def test_one_picture_of_another_ground_is_read_by_what_it_shows(few: dict[str, Array], tmp_path: Path) -> None:
    write = KINDS["black on white"][0]
    data = load_data(folder_of(few, tmp_path / "own", write))
    digit = few["test_images"][0]
    for path, pixels in ((tmp_path / "dark.png", digit), (tmp_path / "large.png", digit.repeat(5, 0).repeat(5, 1))):
        save(pixels, path)
        seen = read_picture(path, data.preprocessing)[0].numpy()
        assert np.corrcoef(seen.ravel(), digit.ravel())[0, 1] > 0.9


def test_what_is_not_in_mnists_form_is_exported_and_read_back_bit_for_bit(
    few: dict[str, Array], tmp_path: Path
) -> None:
    moved = {name: array.copy() for name, array in few.items()}
    inverted = {**moved, **{name: 255 - moved[name] for name in ("train_images", "test_images")}}
    for name in ("train_images", "test_images"):
        moved[name] = np.roll(moved[name], 3, 1)
    for place, arrays in enumerate((moved, inverted)):
        data = make_dataset(arrays, "IDX files", tmp_path)
        root = tmp_path / str(place)
        root.mkdir()
        export_pngs(data, root)
        assert (root / RECORD).exists()
        back = load_data(root)
        assert all(torch.equal(getattr(back, name), getattr(data, name)) for name in ARRAYS)
        assert back.preprocessing == data.preprocessing
        for path in sorted(root.glob("test/*/*"))[:20]:
            seen, told = read_picture(path, data.preprocessing)
            assert torch.equal(seen, data.test_images[int(path.stem)])
            assert told == "as it is"
    (root / RECORD).write_text("{")
    with pytest.raises(Exception, match=f"{RECORD}: cannot be read"):
        load_data(root)


def test_a_network_that_knows_dark_ink_gets_a_photo_with_dark_ink(few: dict[str, Array], tmp_path: Path) -> None:
    arrays = {name: 255 - array if "images" in name else array for name, array in few.items()}
    path = tmp_path / "inverted.npz"
    path.write_bytes(write_npz(arrays, ()))
    preprocessing = load_data(path).preprocessing
    assert preprocessing == Preprocessing(ground="light", fit="keep", seen="light")
    picture = tmp_path / "large.png"
    save(arrays["test_images"][0].repeat(6, 0).repeat(6, 1), picture)
    seen, told = read_picture(picture, preprocessing)
    assert told == "cropped, scaled from 168x168, centred"
    assert np.corrcoef(seen.numpy().ravel(), arrays["test_images"][0].ravel())[0, 1] > 0.95


def test_a_few_odd_images_in_arrays_do_not_change_how_pictures_are_read(
    digit_arrays: dict[str, Array], tmp_path: Path
) -> None:
    arrays = {name: array.copy() for name, array in digit_arrays.items()}
    arrays["train_images"][::5] = 0  # blank
    arrays["train_images"][7] = np.roll(arrays["train_images"][7], 3, 1)
    preprocessing = make_dataset(arrays, "npz file", tmp_path).preprocessing
    assert preprocessing == Preprocessing(ground="dark")
    black_on_white(arrays["test_images"][0], tmp_path / "own.png")
    seen, told = read_picture(tmp_path / "own.png", preprocessing)
    assert (told, seen.tolist()) == ("inverted", arrays["test_images"][0].tolist())


def test_pictures_that_fill_their_28x28_stay_as_they_are(few: dict[str, Array], tmp_path: Path) -> None:
    def garment(image: Array, path: Path) -> None:
        rows, columns = np.flatnonzero((image > 128).any(1)), np.flatnonzero((image > 128).any(0))
        ink = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        save(np.asarray(Image.fromarray(ink).resize((28, 28))), path)

    data = load_data(folder_of(few, tmp_path / "own", garment))
    assert data.preprocessing.fit == "keep"
    assert data.notes == ()
    path = min((tmp_path / "own" / "test").glob("*/00000.png"))
    assert (data.test_images[0].numpy() == np.asarray(Image.open(path))).all()
    assert torch.equal(read_picture(path, data.preprocessing)[0], data.test_images[0])


def test_blank_images_among_others_are_counted_and_named(few: dict[str, Array], tmp_path: Path) -> None:
    root = folder_of(few, tmp_path / "own", black_on_white)
    for place in (0, 7):
        [path] = (root / "train").glob(f"*/{place:05}.png")
        Image.new("L", (60, 60) if place else (28, 28), 255).save(path)
    note = load_data(root).notes[-1]
    assert note.startswith("2 of 140 images are blank, no ink stands out from the ground: the first is ")
    assert str(root / "train") in note


def test_blank_images_do_not_decide_which_ground_the_others_have(few: dict[str, Array], tmp_path: Path) -> None:
    root = folder_of(few, tmp_path / "own", black_on_white)
    for path in sorted((root / "train").glob("*/*.png"))[::5] + sorted((root / "train").glob("*/*.png"))[1::5]:
        Image.new("L", (28, 28), 255).save(path)
    for path in sorted((root / "train").glob("*/*.png"))[2::5]:
        grain = np.random.default_rng(0).integers(240, 256, (28, 28), dtype=np.uint8)
        Image.fromarray(grain).save(path)
    data = load_data(root)
    assert data.preprocessing.ground == "light"
    assert data.train_images.float().mean() < 50


def test_mnists_own_form_is_recognised(digits: Dataset) -> None:
    assert has_form(digits.train_images.numpy()).all()
    assert not has_form(np.roll(digits.train_images.numpy(), 2, 1)).any()
    assert len(digits.train_images) > SURVEYED
