"""Which files of a data folder are images, wherever they lie and whatever they are called."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from engine.data.dataset import DataError, Dataset
from engine.data.find import load_data
from engine.data.folder import export_pngs
from engine.data.folder_files import scan

LATIN = os.fsdecode(b"gr\xfc\xdfe")


@pytest.fixture
def tree(tmp_path: Path, tiny_dataset: Dataset) -> Path:
    export_pngs(tiny_dataset, tmp_path / "digits")
    return tmp_path / "digits"


def test_images_in_folders_below_the_digits_are_read(tree: Path, tiny_dataset: Dataset) -> None:
    for digit in range(10):
        folder = tree / "train" / str(digit)
        deep = folder / "writer 1" / "page 2"
        deep.mkdir(parents=True)
        for path in list(folder.glob("*.png"))[1:]:
            path.rename(deep / path.name)
    data = load_data(tree)
    assert data.fingerprint == tiny_dataset.fingerprint
    assert data.notes == ()


def test_a_change_in_a_folder_below_is_noticed(tree: Path) -> None:
    below = tree / "train" / "3" / "more"
    below.mkdir()
    shutil.copy(next((tree / "train" / "3").glob("*.png")), below / "x.png")
    before = scan(tree).digest
    (below / "x.png").rename(below / "y.png")
    assert scan(tree).digest != before


def test_a_link_to_a_folder_is_not_followed_and_is_named(tree: Path, tiny_dataset: Dataset) -> None:
    (tree / "train" / "3" / "round").symlink_to("..")
    (tree / "train" / "3" / "all").symlink_to("/")
    data = load_data(tree)
    assert data.fingerprint == tiny_dataset.fingerprint
    assert data.notes == ("left out, not readable as an image: all (a link to a folder), round (a link to a folder)",)


def test_folders_without_an_end_are_refused(tree: Path) -> None:
    (tree / "train" / "3" / Path(*["deeper"] * 17)).mkdir(parents=True)
    with pytest.raises(DataError, match="more than 16 folders below"):
        load_data(tree)


@pytest.mark.parametrize(
    ("ending", "kind"),
    [(".jfif", "JPEG"), (".jpe", "JPEG"), (".dib", "BMP"), (".apng", "PNG"), (".pnm", "PPM"), (".JFIF", "JPEG"),
     ("", "PNG"), (".picture", "PNG"), (".img", "JPEG"), (".1", "BMP"), (".2", "GIF"), (".3", "WEBP"), (".4", "TIFF"),
     (".5", "PPM")],
)  # fmt: skip
def test_images_are_found_by_more_endings_and_else_by_their_content(tree: Path, ending: str, kind: str) -> None:
    image = Image.fromarray(np.arange(784, dtype=np.uint32).reshape(28, 28).astype(np.uint8))
    image.save(tree / "train" / "3" / f"zzz{ending}", kind)
    data = load_data(tree)
    assert len(data.train_labels) == 31
    assert data.notes == ()


@pytest.mark.parametrize(
    ("content", "what"),
    [(b"", "empty"), (b"\0\0\0\x18ftypheic....", "HEIC"), (b"%PDF-1.7", "PDF"), (b"<svg >", "SVG"),
     (b"BM is how this note begins", "no image"), (b"P5-notes", "no image")],
)  # fmt: skip
def test_what_is_left_out_is_told_for_what_it_is(tree: Path, content: bytes, what: str) -> None:
    (tree / "train" / "3" / "scan.heic").write_bytes(content)
    assert load_data(tree).notes == (f"left out, not readable as an image: scan.heic ({what})",)


def test_many_files_that_are_left_out_are_counted(tree: Path) -> None:
    for i in range(7):
        (tree / "train" / "3" / f"{i}.heic").write_bytes(b"\0\0\0\x18ftypheic")
    (tree / "train" / "3" / "notes.txt").touch()
    first, second = load_data(tree).notes
    assert first == "1 file that is no image ignored"
    assert second.endswith("0.heic (HEIC), 1.heic (HEIC), 2.heic (HEIC) and 4 more")


def test_a_digit_without_an_image_says_what_lies_there_instead(tree: Path) -> None:
    for path in (tree / "train" / "3").iterdir():
        path.unlink()
    (tree / "train" / "3" / "a.heic").write_bytes(b"\0\0\0\x18ftypheic")
    with pytest.raises(DataError, match=r"train/3: holds no image \(left out.*a\.heic \(HEIC\)\)"):
        load_data(tree)


def test_a_pipe_among_the_images_keeps_nobody_waiting(tree: Path) -> None:
    os.mkfifo(tree / "train" / "3" / "pipe")
    assert load_data(tree).notes == ("1 file that is no image ignored",)


def test_names_that_are_no_utf8_are_read_cached_and_told(tree: Path, tmp_path: Path, tiny_dataset: Dataset) -> None:
    odd = tmp_path / LATIN
    tree.rename(odd)
    for path in list((odd / "train" / "3").iterdir()):
        path.rename(path.with_name(f"{path.stem}{LATIN}.png"))
    for _ in ("decoded", "from the cache"):
        data = load_data(odd)
        assert torch.equal(data.train_images.sum(), tiny_dataset.train_images.sum())
        assert data.path.encode().endswith(b"/gr%FC%DFe")
        assert load_data(data.path).fingerprint == data.fingerprint
