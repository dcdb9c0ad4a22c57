from pathlib import Path

import numpy as np
import pytest
import torch
from idx_files import write_idx

from engine.data.dataset import Array, DataError, Dataset, examples, fingerprint, make_dataset, throttled, write_npz
from engine.data.find import load_data
from engine.data.folder import export_pngs
from engine.storage.paths import sample_file


@pytest.fixture
def default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "Dataset"
    folder.mkdir()
    monkeypatch.setenv("MNIST_TUI_DATA", str(folder))
    return folder


def write_sample(folder: Path, arrays: dict[str, Array]) -> Path:
    (folder / "mnist-5k.npz").write_bytes(write_npz(arrays, ()))
    return folder / "mnist-5k.npz"


def test_the_sample_that_ships_has_five_thousand_digits() -> None:
    data = load_data(sample_file())
    assert (data.kind, data.sample) == ("sample", True)
    assert data.train_images.shape == (4000, 28, 28)
    assert data.test_images.shape == (1000, 28, 28)
    assert data.train_images.dtype == torch.uint8
    assert data.train_labels.dtype == torch.int64
    assert torch.bincount(data.train_labels).tolist() == [400] * 10
    assert torch.bincount(data.test_labels).tolist() == [100] * 10
    assert data.fingerprint == "c853ab5b14ae4e96"


def test_an_empty_default_folder_falls_to_the_sample_and_says_so(default: Path) -> None:
    data = load_data()
    assert data.sample
    assert data.notes[0].startswith(f"{default} holds no data set yet")


def test_image_folders_come_before_idx_files_before_the_sample(
    default: Path, tiny: dict[str, Array], tiny_dataset: Dataset
) -> None:
    write_sample(default, tiny)
    assert load_data().kind == "sample"
    write_idx(default / "MNIST" / "raw", tiny)
    assert load_data().kind == "IDX files"
    export_pngs(tiny_dataset, default)
    assert load_data().kind == "image folders"


def test_the_same_digits_have_the_same_fingerprint_from_every_source(
    tmp_path: Path, tiny: dict[str, Array], tiny_dataset: Dataset
) -> None:
    export_pngs(tiny_dataset, tmp_path / "png")
    sources = [write_idx(tmp_path / "idx", tiny), tmp_path / "png", write_sample(tmp_path, tiny)]
    assert {load_data(source).fingerprint for source in sources} == {fingerprint(tiny)}


def test_one_changed_pixel_changes_the_fingerprint(tiny: dict[str, Array]) -> None:
    before = fingerprint(tiny)
    tiny["test_images"][7, 3, 3] ^= 1
    assert fingerprint(tiny) != before


def test_bad_image_folders_in_the_default_place_are_never_skipped(default: Path, tiny: dict[str, Array]) -> None:
    write_sample(default, tiny)
    (default / "train").mkdir()
    with pytest.raises(DataError, match="train/0: is missing"):
        load_data()


@pytest.mark.parametrize("where", [".", "raw", "MNIST/raw"])
def test_idx_files_are_found_in_the_named_folder_and_in_torchvisions_layout(
    tmp_path: Path, tiny: dict[str, Array], where: str
) -> None:
    write_idx(tmp_path / where, tiny)
    data = load_data(tmp_path)
    assert data.path == str(tmp_path / where)
    assert not data.sample


def test_a_home_folder_may_be_named_with_a_tilde(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny: dict[str, Array]
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    write_idx(tmp_path / "digits", tiny)
    assert load_data("~/digits").path == str(tmp_path / "digits")


def test_a_named_folder_without_data_is_refused_with_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"holds no data set; looked for train/ and test/.*IDX.*mnist-5k\.npz; give"):
        load_data(tmp_path)


def test_a_named_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nowhere: does not exist"):
        load_data(tmp_path / "nowhere")


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 broken"])
def test_a_file_that_is_no_npz_is_named_in_the_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "digits.npz"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"digits\.npz: cannot be read as an \.npz file"):
        load_data(path)


def test_a_damaged_sample_is_noticed(tmp_path: Path, tiny: dict[str, Array]) -> None:
    path = write_sample(tmp_path, tiny)
    content = bytearray(path.read_bytes())
    content[5000] ^= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match="Bad CRC-32"):
        load_data(path)


def test_an_npz_file_with_code_in_it_is_refused(tmp_path: Path, tiny: dict[str, Array]) -> None:
    path = tmp_path / "digits.npz"
    np.savez(path, **{**tiny, "train_labels": np.array([print], dtype=object)})  # type: ignore[arg-type]
    with pytest.raises(DataError, match="cannot be read"):
        load_data(path)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"train_images": np.zeros((30, 32, 32), np.uint8)}, r"train images are uint8 \[30, 32, 32\]"),
        ({"test_images": np.zeros((20, 28, 28), np.float32)}, "test images are float32"),
        ({"test_labels": np.zeros(19, np.uint8)}, "20 test images with 19 labels"),
        ({"train_labels": np.full(30, 10, np.uint8)}, "has the train label 10"),
    ],
)
def test_an_npz_file_of_other_things_is_refused(
    tmp_path: Path, tiny: dict[str, Array], change: dict[str, Array], what: str
) -> None:
    with pytest.raises(DataError, match=what):
        load_data(write_sample(tmp_path, {**tiny, **change}))


def test_an_npz_file_without_labels_is_refused(tmp_path: Path, tiny: dict[str, Array]) -> None:
    del tiny["test_labels"]
    with pytest.raises(DataError, match="test_labels is not a file in the archive; it needs train_images"):
        load_data(write_sample(tmp_path, tiny))


def test_a_data_set_moves_to_a_device_as_a_whole(tiny: dict[str, Array], tmp_path: Path) -> None:
    moved = make_dataset(tiny, "IDX files", tmp_path).to("meta")
    assert {tensor.device.type for tensor in (moved.train_images, moved.train_labels, moved.test_labels)} == {"meta"}
    assert moved.fingerprint == fingerprint(tiny)


def test_progress_is_passed_on_seldom_but_its_end_always() -> None:
    calls: list[int] = []
    report = throttled(lambda action, done, total: calls.append(done))
    for done in range(1, 1001):
        report("counting", done, 1000)
    assert calls[-1] == 1000
    assert len(calls) < 10


def test_examples_are_the_first_training_images_of_each_class(digits: Dataset) -> None:
    found = examples(digits)
    assert [len(each) for each in found] == [3] * 10
    for label, images in enumerate(found):
        first = int((digits.train_labels == label).nonzero()[0])
        assert images[0] == digits.train_images[first].numpy().tobytes()
