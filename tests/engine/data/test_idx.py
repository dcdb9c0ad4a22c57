import gzip
from pathlib import Path

import numpy as np
import pytest
from idx_files import IDX_NAMES, idx, write_idx

from engine.data.dataset import MOST_IMAGES, Array, DataError
from engine.data.idx import has_idx, read_idx_folder, read_images, read_labels


@pytest.fixture
def images(tmp_path: Path, tiny: dict[str, Array]) -> Path:
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(idx(tiny["train_images"]))
    return path


@pytest.mark.parametrize(("zipped", "dotted"), [(False, False), (True, False), (False, True), (True, True)])
def test_the_four_files_are_read_plain_or_zipped_under_either_name(
    tmp_path: Path, tiny: dict[str, Array], zipped: bool, dotted: bool
) -> None:
    arrays = read_idx_folder(write_idx(tmp_path, tiny, zipped, dotted))
    assert all((arrays[key] == tiny[key]).all() for key in IDX_NAMES)


@pytest.mark.parametrize("name", IDX_NAMES.values())
def test_a_missing_file_of_the_four_is_named(tmp_path: Path, tiny: dict[str, Array], name: str) -> None:
    write_idx(tmp_path, tiny)
    (tmp_path / name).unlink()
    assert has_idx(tmp_path)
    with pytest.raises(DataError, match=f"{tmp_path / name}: is missing"):
        read_idx_folder(tmp_path)


@pytest.mark.parametrize("length", [0, 3, 15, 16, 1000])
def test_a_truncated_idx_file_is_named_in_the_error(images: Path, length: int) -> None:
    images.write_bytes(images.read_bytes()[:length])
    with pytest.raises(DataError, match=f"{images}: is truncated"):
        read_images(images)


@pytest.mark.parametrize("length", [5, 40, 5000, -1])
def test_a_truncated_gzip_file_is_named_in_the_error(images: Path, length: int) -> None:
    images.write_bytes(gzip.compress(images.read_bytes())[:length])
    with pytest.raises(DataError, match=f"{images}: is truncated"):
        read_images(images)


def test_a_corrupt_gzip_file_is_named_in_the_error(images: Path) -> None:
    content = bytearray(gzip.compress(images.read_bytes()))
    content[-8] ^= 1  # in the checksum
    images.write_bytes(content)
    with pytest.raises(DataError, match=f"{images}: is corrupt"):
        read_images(images)


def test_a_wrong_magic_number_is_told(images: Path) -> None:
    images.write_bytes(b"\x89PNG" + images.read_bytes()[4:])
    with pytest.raises(DataError, match="starts with 0x89504e47, not with 0x00000803"):
        read_images(images)


def test_labels_in_place_of_images_are_refused(tmp_path: Path, tiny: dict[str, Array]) -> None:
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(idx(tiny["train_labels"]))
    with pytest.raises(DataError, match="starts with 0x00000801"):
        read_images(path)


def test_images_of_another_size_are_refused(images: Path) -> None:
    images.write_bytes(idx(np.zeros((5, 32, 28), np.uint8)))
    with pytest.raises(DataError, match="holds images of 32x28, not 28x28"):
        read_images(images)


def test_a_file_of_no_images_is_refused(images: Path) -> None:
    images.write_bytes(idx(np.zeros((0, 28, 28), np.uint8)))
    with pytest.raises(DataError, match="holds nothing"):
        read_images(images)


@pytest.mark.parametrize("count", [MOST_IMAGES + 1, 2**32 - 1])
def test_an_absurd_count_is_not_believed(images: Path, count: int) -> None:
    content = images.read_bytes()
    images.write_bytes(content[:4] + count.to_bytes(4, "big") + content[8:])
    with pytest.raises(DataError, match="are allowed"):
        read_images(images)


def test_a_count_beyond_the_file_allocates_nothing(images: Path) -> None:
    content = images.read_bytes()
    images.write_bytes(content[:4] + MOST_IMAGES.to_bytes(4, "big") + content[8:])
    with pytest.raises(DataError, match="is truncated: 23,536 bytes instead of 784,000,016"):
        read_images(images)


def test_a_gzip_bomb_is_refused_after_the_announced_length(images: Path) -> None:
    images.write_bytes(gzip.compress(images.read_bytes() + bytes(20_000_000)))
    with pytest.raises(DataError, match="goes on after its 30 items"):
        read_images(images)


def test_trailing_bytes_are_refused(images: Path) -> None:
    images.write_bytes(images.read_bytes() + b"!")
    with pytest.raises(DataError, match="goes on after its 30 items"):
        read_images(images)


def test_trailing_bytes_after_gzip_data_are_refused(images: Path) -> None:
    images.write_bytes(gzip.compress(images.read_bytes()) + b"more")
    with pytest.raises(DataError, match="goes on for 4 bytes after the end of its gzip data"):
        read_images(images)


def test_fewer_labels_than_images_are_refused(tmp_path: Path, tiny: dict[str, Array]) -> None:
    write_idx(tmp_path, {**tiny, "test_labels": tiny["test_labels"][:-1]})
    with pytest.raises(DataError, match="holds 19 labels, but t10k-images-idx3-ubyte holds 20"):
        read_idx_folder(tmp_path)


def test_a_label_over_nine_is_refused_with_its_position(tmp_path: Path) -> None:
    path = tmp_path / "train-labels-idx1-ubyte"
    path.write_bytes(idx(np.array([3, 1, 10, 4], np.uint8)))
    with pytest.raises(DataError, match="has the label 10 at position 2"):
        read_labels(path)


def test_a_folder_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is not a file"):
        read_images(tmp_path)
