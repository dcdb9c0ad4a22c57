"""Data folders of images: what is read of them, in which order, and what is refused; and their export."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from places import FULL_MNIST

from engine.data.dataset import DataError, Dataset
from engine.data.find import load_data
from engine.data.folder import export_pngs, read_image_folders
from tests.engine.data.exported_tree import an_image, same
from tests.engine.data.exported_tree import decoded as decoded
from tests.engine.data.exported_tree import tree as tree


def test_exported_images_are_read_back_bit_for_bit(tree: Path, tiny_dataset: Dataset) -> None:
    data = read_image_folders(tree)
    assert same(data, tiny_dataset)
    assert data.fingerprint == tiny_dataset.fingerprint
    assert data.kind == "image folders"
    assert data.notes == ()


def test_numbers_in_names_are_sorted_by_value_whatever_the_digit(tree: Path) -> None:
    for split in ("train", "test"):
        for path in (tree / split).glob("*/*.png"):
            path.rename(path.with_name(f"img{int(path.stem) * 7}.png"))
    assert read_image_folders(tree).fingerprint == load_data(tree).fingerprint
    labels = read_image_folders(tree).train_labels.tolist()
    by_number = sorted((int(path.stem[3:]), int(path.parent.name)) for path in (tree / "train").glob("*/*.png"))
    assert labels == [digit for _, digit in by_number]


def test_equal_names_in_all_folders_have_an_order_too(tree: Path) -> None:
    for digit in range(10):
        for place, path in enumerate(sorted((tree / "train" / str(digit)).iterdir())):
            path.rename(path.with_name(f"{place}.png"))
    assert read_image_folders(tree).train_labels.tolist() == [*range(10)] * 3


@pytest.mark.parametrize("missing", ["train", "test"])
def test_a_missing_split_is_named(tree: Path, missing: str) -> None:
    shutil.rmtree(tree / missing)
    with pytest.raises(DataError, match=f"{tree / missing}: is missing; there must be"):
        load_data(tree)


def test_a_missing_digit_is_named(tree: Path) -> None:
    shutil.rmtree(tree / "test" / "8")
    with pytest.raises(DataError, match="test/8: is missing"):
        read_image_folders(tree)


def test_an_empty_digit_is_named(tree: Path) -> None:
    for path in (tree / "train" / "0").iterdir():
        path.rename(path.with_suffix(".txt"))
    with pytest.raises(DataError, match="train/0: holds no image"):
        read_image_folders(tree)


@pytest.mark.parametrize("name", ["10", "foo", "٣"])
def test_a_folder_of_no_digit_is_refused(tree: Path, name: str) -> None:
    (tree / "train" / name).mkdir()
    with pytest.raises(DataError, match=f"{name}: is not the folder of a digit"):
        read_image_folders(tree)


def test_a_folder_among_the_images_is_refused(tree: Path) -> None:
    (tree / "train" / "3" / "more.png").mkdir()
    with pytest.raises(DataError, match=r"more\.png: is not a file"):
        read_image_folders(tree)


def test_files_that_are_no_images_are_ignored_and_counted(tree: Path, tiny_dataset: Dataset) -> None:
    (tree / "train" / "3" / ".DS_Store").touch()
    (tree / "train" / "3" / "Thumbs.db").touch()
    (tree / "test" / "labels.csv").touch()
    (tree / "test" / ".hidden").mkdir()
    data = read_image_folders(tree)
    assert same(data, tiny_dataset)
    assert data.notes == ("4 files that are no image ignored",)


@pytest.mark.parametrize("content", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\x89PNG\r\n\x1a\n"])
def test_an_unreadable_image_is_named(tree: Path, content: bytes) -> None:
    path = an_image(tree)
    path.write_bytes(content)
    with pytest.raises(DataError, match=f"{path}: is "):
        read_image_folders(tree)


def test_a_truncated_image_is_named(tree: Path) -> None:
    path = an_image(tree)
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(DataError, match=f"{path}: is damaged"):
        read_image_folders(tree)


def test_a_dangling_link_is_named(tree: Path) -> None:
    (tree / "train" / "3" / "link.png").symlink_to("nowhere.png")
    with pytest.raises(DataError, match=r"link\.png: cannot be read"):
        read_image_folders(tree)


def test_an_image_of_too_many_pixels_is_refused_from_its_header(tree: Path, decoded: list[str]) -> None:
    Image.new("1", (8000, 6000)).save(an_image(tree))
    with pytest.raises(DataError, match=r"is too large \(8000x6000 pixels; at most 40 megapixels\)"):
        read_image_folders(tree)


def test_colour_transparency_palettes_and_sixteen_bits_become_the_same_grey(tree: Path) -> None:
    gray = np.arange(784, dtype=np.uint32).reshape(28, 28).astype(np.uint8)
    folder = tree / "train" / "3"
    picture = Image.fromarray(gray)
    clear = Image.new("RGBA", (28, 28), "white")
    clear.putalpha(picture)
    palette = picture.convert("P")
    pictures = [picture, picture.convert("RGB"), palette, clear, Image.fromarray(gray.astype(np.uint16) * 257)]
    for place, picture in enumerate(pictures):
        picture.save(folder / f"x{place}.png")
    images = read_image_folders(tree).train_images[-len(pictures) :].numpy()
    assert (images == gray).all()


def test_images_of_another_size_are_scaled_and_counted(tree: Path) -> None:
    page = Image.new("L", (280, 140), 200)
    page.paste(0, (100, 40, 180, 120))
    page.save(an_image(tree))
    data = read_image_folders(tree)
    way = "inverted (dark ink on a light ground), cropped, scaled, centred"
    assert data.notes == (f"1 of 50 images {way}",)
    [square] = [image for image in data.train_images if image[0].sum() == 0]
    assert (square[4:24, 4:24] == 255).all()
    assert square.sum() == 255 * 400
    assert read_image_folders(tree).notes == data.notes


def test_large_images_are_decoded_in_parallel_in_the_same_order(tree: Path, tiny_dataset: Dataset) -> None:
    for path in tree.glob("*/*/*.png"):
        Image.new("L", (280, 280), int(path.stem)).save(path, compress_level=0)
    calls: list[tuple[str, int, int]] = []
    data = read_image_folders(tree, lambda *call: calls.append(call))
    assert data.train_images[:, 5, 5].tolist() == [*range(30)]
    assert torch.equal(data.train_labels, tiny_dataset.train_labels)
    assert calls[-1] == ("decoding images", 50, 50)


def test_dark_digits_on_a_bright_ground_are_noted(tree: Path) -> None:
    for path in tree.glob("train/*/*.png"):
        Image.new("L", (28, 28), 250).save(path)
    assert "mostly bright" in read_image_folders(tree).notes[0]


@pytest.mark.parametrize("split", ["train", "test"])
def test_export_writes_over_nothing(tree: Path, tiny_dataset: Dataset, split: str) -> None:
    shutil.rmtree(tree / ("test" if split == "train" else "train"))
    before = sorted(tree.rglob("*"))
    with pytest.raises(DataError, match=f"{tree / split}: already exists"):
        export_pngs(tiny_dataset, tree)
    assert sorted(tree.rglob("*")) == before


def test_an_export_that_fails_leaves_nothing(tmp_path: Path, tiny_dataset: Dataset) -> None:
    def stop(action: str, done: int, total: int) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(DataError, match="cannot be written"):
        export_pngs(tiny_dataset, tmp_path, stop)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_export_left_is_removed_by_the_next(tmp_path: Path, tiny_dataset: Dataset) -> None:
    (tmp_path / ".export-1234" / "train").mkdir(parents=True)
    export_pngs(tiny_dataset, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["test", "train"]


@pytest.mark.slow
@pytest.mark.skipif(not FULL_MNIST.is_dir(), reason="the full MNIST is not in shared/data/mnist")
def test_the_full_mnist_is_the_same_from_idx_files_and_from_png_files(tmp_path: Path, decoded: list[str]) -> None:
    from_idx = load_data(FULL_MNIST)
    export_pngs(from_idx, tmp_path)
    first = load_data(tmp_path)
    assert len(decoded) == 70_000
    second = load_data(tmp_path)
    assert len(decoded) == 70_000
    assert same(first, from_idx)
    assert same(second, from_idx)
    assert first.fingerprint == second.fingerprint == from_idx.fingerprint
    shutil.rmtree(tmp_path)  # pytest would keep 70,000 files for three sessions
