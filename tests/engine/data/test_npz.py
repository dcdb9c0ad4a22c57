"""An .npz file of somebody else's: what is clear is read, all else refused for what it is."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.data.dataset import Array, DataError, fingerprint
from engine.data.find import load_data

Arrays = dict[str, Any]


def keras(arrays: Arrays) -> Arrays:
    return {"x_train": arrays["train_images"], "y_train": arrays["train_labels"],
            "x_test": arrays["test_images"], "y_test": arrays["test_labels"]}  # fmt: skip


def each(what: str, change: Any) -> Any:
    return lambda arrays: {name: change(array) if what in name else array for name, array in arrays.items()}


@pytest.mark.parametrize(
    "written",
    [
        keras,
        lambda arrays: {name.title(): array for name, array in keras(arrays).items()},
        each("labels", lambda labels: labels.astype(np.int64)),
        each("labels", lambda labels: labels.astype(np.float32)),
        each("labels", lambda labels: labels[:, None]),
        each("labels", lambda labels: np.eye(10)[labels]),
        each("images", lambda images: images.astype(np.int32)),
        each("images", lambda images: images.astype(np.float64)),
        each("images", lambda images: (images / 255).astype(np.float32)),
        each("images", lambda images: images.reshape(-1, 784)),
        each("images", lambda images: images[..., None]),
        each("images", lambda images: images[:, None]),
    ],
    ids=["keras", "Keras in capitals", "int64 labels", "float labels", "labels [N, 1]", "one-hot", "int32", "float64",
         "0 to 1", "flat", "channel last", "channel first"],
)  # fmt: skip
def test_what_is_clear_is_read(tmp_path: Path, tiny: dict[str, Array], written: Any) -> None:
    tiny["train_images"][0, 0, 0] = tiny["test_images"][0, 0, 0] = 255
    np.savez(tmp_path / "mine.npz", **written(tiny))
    data = load_data(tmp_path / "mine.npz")
    assert data.fingerprint == fingerprint(tiny)
    assert (data.kind, data.sample, data.path) == ("npz file", False, str(tmp_path / "mine.npz"))


def test_two_values_are_black_and_white(tmp_path: Path, tiny: dict[str, Array]) -> None:
    np.savez(tmp_path / "mine.npz", **each("images", lambda images: images > 100)(tiny))
    data = load_data(tmp_path / "mine.npz")
    assert data.train_images.unique().tolist() == [0, 255]
    assert data.notes == ("images of 0 to 1 were scaled to 0 to 255",)


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (each("images", lambda images: images / 255 - 0.5), r"train images are float64 .* from -0\.5 to .*, not uint8"),
        (each("test_images", lambda images: images / 255), "test images are float64"),
        (each("images", lambda images: images * 1.7), "train images are float64"),
        (each("images", lambda images: images.astype(np.uint16) * 257), "train images are uint16"),
        (each("images", lambda images: np.where(images > 100, np.nan, images)), "train images are float64"),
        (each("images", lambda images: images.repeat(2, axis=1)), r"uint8 \[30, 56, 28\]"),
        (each("labels", lambda labels: labels + 0.5), "train labels are float64, not whole numbers"),
        (each("labels", lambda labels: labels.astype(np.int64) - 1), "train label -1, labels are 0 to 9"),
        (each("labels", lambda labels: labels.astype(np.int64) + 1), "train label 10, labels are 0 to 9"),
        (each("labels", lambda labels: labels.astype(str)), "train labels are <U3, not whole numbers"),
        (each("labels", lambda labels: np.eye(10)[labels] * 2), "with 30 x 10 labels"),
        (lambda arrays: {**keras(arrays), "y_train": arrays["train_labels"][:9]}, "30 train images with 9 labels"),
    ],
)
def test_what_is_not_clear_is_refused_for_what_it_is(
    tmp_path: Path, tiny: dict[str, Array], spoil: Any, what: str
) -> None:
    np.savez(tmp_path / "mine.npz", **spoil(tiny))
    with pytest.raises(DataError, match=what):
        load_data(tmp_path / "mine.npz")


def test_a_file_that_lacks_one_of_keras_names_says_which(tmp_path: Path, tiny: dict[str, Array]) -> None:
    arrays = keras(tiny)
    del arrays["y_test"]
    np.savez(tmp_path / "mine.npz", **arrays)
    with pytest.raises(DataError, match=r"y_test is not a file in the archive; it needs x_train, y_train, x_test, y_"):
        load_data(tmp_path / "mine.npz")
