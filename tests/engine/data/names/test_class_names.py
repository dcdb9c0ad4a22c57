"""Names of classes: from folders and lists, in natural order, each to be told from the others."""

from pathlib import Path

import numpy as np
import pytest
import torch
from idx_files import write_idx

from engine.data.dataset import DataError
from engine.data.find import find_data, load_data
from engine.data.folder import export_pngs
from tests.engine.data.names.made_up import made_up, write_folders


def test_folders_are_classes_in_natural_order(tmp_path: Path) -> None:
    data = load_data(write_folders(tmp_path, ["10", "9", "b2", "b10", "B1", "a"], 12, 6))
    assert data.classes == ("9", "10", "B1", "a", "b2", "b10")
    assert data.check is not None
    assert data.check.train.classes == [2] * 6
    assert load_data(tmp_path).classes == data.classes  # from the cache


def test_up_to_62_classes_of_which_some_differ_in_their_case_alone(tmp_path: Path) -> None:
    names = [chr(code) for code in (*range(48, 58), *range(65, 91), *range(97, 123))]
    assert load_data(write_folders(tmp_path, names, 62, 62)).classes == tuple(names)
    for split in ("train", "test"):
        (tmp_path / split / "one more").mkdir()
    with pytest.raises(DataError, match="has 63 classes; there must be 2 to 62"):
        find_data(tmp_path)


def test_parts_with_other_classes_are_refused_by_their_names(tmp_path: Path) -> None:
    write_folders(tmp_path, ["cat", "dog"], 4, 4)
    (tmp_path / "train" / "eel").mkdir()
    with pytest.raises(DataError, match=r"test: has no folder for the class 'eel', which train/ has"):
        find_data(tmp_path)
    (tmp_path / "test" / "Eel").mkdir()
    with pytest.raises(DataError, match=r"it has 'Eel': their case differs"):
        find_data(tmp_path)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("\x1b[31mred", "has the character U\\+001B"),
        ("right\u202eleft", "has the character U\\+202E"),
        ("x" * 41, "has 41 characters, at most 40"),
        ("  ", "is empty"),
        (b"\xff".decode("utf-8", "surrogateescape"), "is no UTF-8"),
    ],
)
def test_names_that_nobody_could_read_are_refused(tmp_path: Path, name: str, problem: str) -> None:
    for split in ("train", "test"):
        for each in ("plain", name):
            (tmp_path / split / each).mkdir(parents=True)
    with pytest.raises(DataError, match=problem) as caught:
        find_data(tmp_path)
    assert "\x1b" not in str(caught.value).partition(": ")[2]


def test_two_folders_of_one_name_are_refused(tmp_path: Path) -> None:
    for split in ("train", "test"):
        for each in ("caf\u00e9", "cafe\u0301", "tea"):
            (tmp_path / split / each).mkdir(parents=True)
    with pytest.raises(DataError, match="rename one of them"):
        find_data(tmp_path)


def test_markup_is_a_name_as_any_other(tmp_path: Path) -> None:
    assert load_data(write_folders(tmp_path, ["[red]", "[bold]"], 4, 4)).classes == ("[bold]", "[red]")


def test_an_export_keeps_order_and_names_that_no_folder_can_have(tmp_path: Path) -> None:
    write_idx(tmp_path / "raw", made_up(4, 20, 8))
    names = ("T-shirt/top", "b", "B", "..")
    (tmp_path / "raw" / "classes.txt").write_text("".join(f"{name}\n" for name in names))
    data = load_data(tmp_path / "raw")
    assert data.classes == names
    export_pngs(data, tmp_path / "pngs")
    again = load_data(tmp_path / "pngs")
    assert again.classes == names
    assert again.fingerprint == data.fingerprint
    assert torch.equal(again.train_images, data.train_images)


def test_digits_are_exported_as_ever(tmp_path: Path) -> None:
    write_idx(tmp_path / "raw", made_up(10, 20, 10))
    export_pngs(load_data(tmp_path / "raw"), tmp_path / "pngs")
    assert sorted(path.name for path in (tmp_path / "pngs").iterdir() if path.is_dir()) == ["test", "train"]
    assert not (tmp_path / "pngs" / "classes.txt").exists()


def test_a_list_that_is_too_short_for_the_labels_is_refused(tmp_path: Path) -> None:
    write_idx(tmp_path, made_up(4, 20, 8))
    (tmp_path / "classes.txt").write_text("a\nb\nc\n")
    with pytest.raises(DataError, match="has the label 3 at position 3; labels are 0 to 2"):
        load_data(tmp_path)


def test_an_array_names_the_classes_of_an_npz_file(tmp_path: Path) -> None:
    np.savez(tmp_path / "c.npz", **made_up(12, 24, 12), classes=np.array([f"kind {i}" for i in range(12)]))  # type: ignore[arg-type]
    assert load_data(tmp_path / "c.npz").classes[-1] == "kind 11"
    np.savez(tmp_path / "d.npz", **made_up(12, 24, 12))  # type: ignore[arg-type]
    with pytest.raises(DataError, match="labels are 0 to 9; an array `classes` names more than ten"):
        load_data(tmp_path / "d.npz")


def test_test_images_alone_are_of_the_classes_that_are_asked_for(tmp_path: Path) -> None:
    write_folders(tmp_path, ["cat", "dog"], 4, 4)
    data = find_data(tmp_path, to_test=True, classes=("ant", "cat", "dog")).read()
    assert sorted(set(data.test_labels.tolist())) == [1, 2]
    with pytest.raises(DataError, match=r"cat: is not the folder of a class; the classes are ant, dog"):
        find_data(tmp_path, to_test=True, classes=("ant", "dog"))
