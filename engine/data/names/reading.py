"""The files of a known data set, read."""

import contextlib
import zipfile
import zlib
from pathlib import Path

import numpy as np

from engine.data.cache import cache_name, read_cache, write_cache
from engine.data.dataset import SIDE, Array, DataError, Dataset, Progress, make_dataset, throttled
from engine.data.idx import LARGEST_FILE, check_counts, check_labels, parse_idx, read_bytes
from engine.data.names.files import EMNIST, EMNIST_ZIP, SPLITS, files_of, names_of, place_of
from engine.data.names.usps import READING, read_usps
from engine.vocabulary.messages.known_data import KnownData

QMNIST_LABEL = (8,)  # integers; the first is the digit


def read_known(known: KnownData, raw: Path, progress: Progress | None, state: str = "") -> Dataset:
    """Return a data set from its four files, whose `state` is another one once they change. Raises DataError."""
    paths = files_of(known, raw)
    if paths is None:
        missing = names_of(known, *missing_file(known, raw))[-1 if known.folder == EMNIST else 0]
        raise DataError(f"{raw / missing}: is missing; `mnist-tui data download {known.name}` gets it")
    place = place_of(known, raw)
    if known.folder == "USPS":
        arrays = usps_arrays(paths, raw, throttled(progress), state)
        return make_dataset(arrays, "text files", place, classes=known.classes, preprocessing=READING)
    arrays = {}
    for split in SPLITS:
        images_path, labels_path = paths[f"{split}_images"], paths[f"{split}_labels"]
        images = parse_idx(images_path, content_of(known, images_path, split, "images"), (SIDE, SIDE))
        labels = labels_of(known, labels_path, content_of(known, labels_path, split, "labels"))
        check_counts(images_path, images, labels_path, labels)
        if known.folder == EMNIST:  # whose images lie on their sides, mirrored
            images = np.ascontiguousarray(images.transpose(0, 2, 1))
        arrays[f"{split}_images"], arrays[f"{split}_labels"] = images, labels
    return make_dataset(arrays, "IDX files", place, classes=known.classes)


def usps_arrays(paths: dict[str, Path], raw: Path, progress: Progress, state: str) -> dict[str, Array]:
    """Return the four arrays of USPS, from the cache if its files are as they were: to scale each digit takes a while.

    Raises DataError.
    """
    name = cache_name(raw, state)
    cached = read_cache(name) if state else None
    if cached is not None:
        return cached[0]
    arrays = {}
    for split in SPLITS:
        arrays[f"{split}_images"], arrays[f"{split}_labels"] = read_usps(paths[f"{split}_images"], progress)
    with contextlib.suppress(OSError, RuntimeError):  # the next load takes as long
        write_cache(name, arrays, (), READING)
    return arrays


def missing_file(known: KnownData, raw: Path) -> tuple[str, str]:
    """Return split and content of the first file that is not there."""
    return next(
        (split, what)
        for split in SPLITS
        for what in ("images", "labels")
        if not any((raw / name).exists() for name in names_of(known, split, what))
    )


def content_of(known: KnownData, path: Path, split: str, what: str) -> bytes:
    """Return the content of a file, which may lie in EMNIST's one archive. Raises DataError."""
    if path.name != EMNIST_ZIP:
        return read_bytes(path)
    name = names_of(known, split, what)[1]
    try:
        with zipfile.ZipFile(path) as archive:
            inside = next((each for each in archive.namelist() if each.rpartition("/")[2] == name), name)
            with archive.open(inside) as file:
                content = file.read(LARGEST_FILE + 1)
    except (OSError, KeyError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise DataError(
            f"{path}: {name} cannot be read from it ({error}); remove it, and it is downloaded again"
        ) from error
    if len(content) > LARGEST_FILE:
        raise DataError(f"{path}: {name} has more than {LARGEST_FILE:,} bytes; remove it, and it is downloaded again")
    return content


def labels_of(known: KnownData, path: Path, content: bytes) -> Array:
    """Return labels uint8 [N], the index of each in the classes. Raises DataError."""
    first = 1 if known.name == "emnist-letters" else 0  # which counts from 1
    if known.folder == "QMNIST":
        labels = parse_idx(path, content, QMNIST_LABEL, integers=True)[:, 0].astype(np.int64)
    else:
        labels = parse_idx(path, content, ()).astype(np.int64)
    if labels.min() < first:
        raise DataError(f"{path}: has the label {labels.min()}; labels are {first} to {first + len(known.classes) - 1}")
    check_labels(path, labels - first, len(known.classes))
    return (labels - first).astype(np.uint8)
