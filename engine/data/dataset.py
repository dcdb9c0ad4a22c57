"""What a data set is, whatever it was read from, and how one is kept in a single .npz file."""

import dataclasses
import hashlib
import io
import time
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from engine.data.checks import check_data
from engine.data.images.mnist_form import SIDE as SIDE  # pixels, as in MNIST
from engine.data.images.mnist_form import of_arrays
from engine.data.npz import as_images, names_in
from engine.storage.typed_path import written
from engine.vocabulary.messages import DataCheck
from engine.vocabulary.messages.base import DIGITS, MOST_CLASSES
from engine.vocabulary.preprocessing import MNIST, Preprocessing

EXAMPLES = 30  # images that screens are shown: 31 kB in a message
MOST_IMAGES = 1_000_000  # of one split: 784 MB in memory; a larger count is a damaged or hostile file

Array = npt.NDArray[np.uint8]
Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much is done, and of how much."""

REPORT_EVERY = 0.1  # seconds between two reports of progress: a screen shows no more, a pipe need carry no more

ARRAYS = ("train_images", "train_labels", "test_images", "test_labels")


class DataError(Exception):
    """Data that cannot be used; the message names the file, what is wrong, and what to do."""


@dataclass(frozen=True)
class Dataset:
    """Images uint8 [N, 28, 28], ink bright on a dark ground, and labels int64 [N], all on one device.

    What was found only to test on may have no training images.
    """

    train_images: torch.Tensor
    train_labels: torch.Tensor
    test_images: torch.Tensor
    test_labels: torch.Tensor
    kind: str  # "image folders", "IDX files", "text files", "npz file" or "sample"
    path: str
    sample: bool
    fingerprint: str  # of images and labels: the same digits have the same one, whatever they were read from
    notes: tuple[str, ...] = ()  # what the user should know about how it was read
    check: DataCheck | None = None  # what its images and labels look like
    preprocessing: Preprocessing = MNIST  # how a picture is read for a network trained on this
    classes: tuple[str, ...] = DIGITS  # the names of the labels 0, 1, ...

    def to(self, device: torch.device | str) -> "Dataset":
        return dataclasses.replace(self, **{name: getattr(self, name).to(device) for name in ARRAYS})

    def first(self, images: int) -> "Dataset":
        """Return the first images of both parts, so many of each or all."""
        return dataclasses.replace(self, **{name: getattr(self, name)[:images] for name in ARRAYS})


def make_dataset(
    arrays: dict[str, Array],
    kind: str,
    path: Path,
    *,
    sample: bool = False,
    notes: tuple[str, ...] = (),
    preprocessing: Preprocessing | None = None,
    classes: tuple[str, ...] = DIGITS,
) -> Dataset:
    """Make a Dataset of the four arrays: images [N, 28, 28] and labels [N], each the index of its class's name.

    Without `preprocessing` they are taken as they are, and pictures are read so that they look alike.
    """
    images = {name: torch.from_numpy(np.require(arrays[name], requirements=["C", "W"])) for name in ARRAYS}
    return Dataset(
        train_images=images["train_images"],
        train_labels=images["train_labels"].long(),
        test_images=images["test_images"],
        test_labels=images["test_labels"].long(),
        kind=kind,
        path=written(path),
        sample=sample,
        fingerprint=fingerprint(arrays),
        notes=notes,
        check=check_data(arrays, classes) if len(arrays["train_labels"]) else None,
        preprocessing=preprocessing or of_arrays(arrays["train_images"]),
        classes=classes,
    )


def fingerprint(arrays: dict[str, Array]) -> str:
    """Return 16 hexadecimal digits of the SHA-256 of shapes, images and labels."""
    digest = hashlib.sha256()
    for name in ARRAYS:
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.shape}".encode())
        digest.update(array.data)
    return digest.hexdigest()[:16]


def read_npz(path: Path, *, ours: bool = False) -> tuple[dict[str, Array], tuple[str, ...], tuple[str, ...]]:
    """Read the four arrays, the notes and the names of classes of an .npz file, nothing in it executed; without names
    it has digits. Raises DataError.

    The names and types that Keras and others use are understood (engine/data/npz.py), unless it is `ours`.
    """
    remedy = "restore the file, or use another data folder"
    try:
        with zipfile.ZipFile(path) as file:
            if sum(entry.file_size for entry in file.infolist()) > 2 * MOST_IMAGES * (SIDE * SIDE + 1):
                raise DataError(f"{path}: is larger than {2 * MOST_IMAGES:,} images; {remedy}")
        with np.load(path, allow_pickle=False) as content:
            names = {name: name for name in ARRAYS} if ours else names_in(content.files)
            arrays = {name: content[there] for name, there in names.items()}
            classes = tuple(map(str, content["classes"].ravel()[:MOST_CLASSES])) if "classes" in content else ()
            changes: list[str] = []
            if not ours:
                arrays, changes = as_images(arrays, len(classes or DIGITS))
            notes = tuple(str(note) for note in content["notes"]) if "notes" in content else ()
    except FileNotFoundError as error:
        raise DataError(f"{path}: does not exist; {remedy}") from error
    except KeyError as error:
        raise DataError(f"{path}: {error.args[0]}; it needs {', '.join(names.values())}; {remedy}") from error
    except (OSError, ValueError, MemoryError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise DataError(f"{path}: cannot be read as an .npz file of images ({error}); {remedy}") from error
    for split in ("train", "test"):
        check_arrays(path, split, arrays[f"{split}_images"], arrays[f"{split}_labels"], remedy, len(classes or DIGITS))
    return arrays, (*notes, *changes), classes


def examples(data: Dataset) -> list[list[bytes]]:
    """Return the first training images of each class, 784 bytes each: EXAMPLES in all, or one of each."""
    each = max(1, EXAMPLES // len(data.classes))
    found = ((data.train_labels == label).nonzero().flatten()[:each] for label in range(len(data.classes)))
    return [[data.train_images[int(i)].cpu().numpy().tobytes() for i in indices] for indices in found]


def write_npz(arrays: dict[str, Array], notes: tuple[str, ...], classes: tuple[str, ...] = DIGITS) -> bytes:
    """Return the content of an .npz file that read_npz reads; uncompressed, as that is quicker to read."""
    buffer = io.BytesIO()
    content: dict[str, Any] = {**arrays, "notes": np.array(notes, dtype=np.str_)}
    if classes != DIGITS:
        content["classes"] = np.array(classes, dtype=np.str_)
    np.savez(buffer, **content)
    return buffer.getvalue()


def check_arrays(path: Path, split: str, images: Array, labels: Array, remedy: str, classes: int = len(DIGITS)) -> None:
    """Raises DataError unless these are as many images of 28x28 as labels of so many classes."""
    if images.dtype != np.uint8 or images.ndim != 3 or images.shape[1:] != (SIDE, SIDE):
        spread = f" from {images.min():g} to {images.max():g}" if images.dtype.kind in "ufi" and images.size else ""
        raise DataError(
            f"{path}: {split} images are {images.dtype} {list(images.shape)}{spread}, not uint8 [N, {SIDE}, {SIDE}]"
            f" (0 to 255, or in both parts 0 to 1); {remedy}"
        )
    if labels.shape != (len(images),) or len(images) == 0:
        raise DataError(
            f"{path}: {len(images)} {split} images with {' x '.join(map(str, labels.shape))} labels; {remedy}"
        )
    if labels.dtype.kind in "ufi" and not (labels.min() >= 0 and labels.max() < classes):
        wrong = labels.min() if labels.min() < 0 else labels.max()
        names = "; an array `classes` names more than ten" if wrong >= len(DIGITS) == classes else ""
        raise DataError(f"{path}: has the {split} label {wrong}, labels are 0 to {classes - 1}{names}; {remedy}")
    if labels.dtype != np.uint8:
        raise DataError(f"{path}: {split} labels are {labels.dtype}, not whole numbers; {remedy}")


def throttled(progress: Progress | None) -> Progress:
    """Return a Progress that passes on at most ten calls a second, and each one that says all is done."""
    reported = 0.0

    def report(action: str, done: int, total: int) -> None:
        nonlocal reported
        if progress is not None and (done == total or time.monotonic() - reported >= REPORT_EVERY):
            progress(action, done, total)
            reported = time.monotonic()

    return report
