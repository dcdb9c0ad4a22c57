"""MNIST as its authors distribute it: four IDX files, plain or gzip. http://yann.lecun.com/exdb/mnist/

An IDX file is a big-endian header (two zero bytes, 8 for unsigned bytes, the number of dimensions, then the size
of each dimension as 32 bits) and the bytes. Nothing is allocated on the header's word alone.
"""

import stat
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.data.dataset import MOST_IMAGES, SIDE, Array, DataError, Dataset
from engine.vocabulary.messages.base import DIGITS

SPLITS = {"train": "train", "test": "t10k"}
LIST = "classes.txt"  # beside the files, where the classes are no digits: a name a line
GZIP = 16 + zlib.MAX_WBITS  # tells zlib to expect a gzip header and to verify its checksum
LARGEST_FILE = 16 + MOST_IMAGES * SIDE * SIDE  # bytes


def names(split: str, what: str) -> list[str]:
    """Return the names that a file may have, the preferred first: plain is quicker to read than gzip."""
    ending = "idx3-ubyte" if what == "images" else "idx1-ubyte"
    plain = [f"{SPLITS[split]}-{what}-{ending}", f"{SPLITS[split]}-{what}.{ending}"]
    return plain + [f"{name}.gz" for name in plain]


def has_idx(folder: Path) -> bool:
    """True when at least one of the four files is there."""
    return bool(idx_files(folder))


def idx_files(folder: Path) -> list[Path]:
    """Return those of the four files that are there."""
    found = (find(folder, split, what) for split in SPLITS for what in ("images", "labels"))
    return [path for path in found if path is not None]


def find(folder: Path, split: str, what: str) -> Path | None:
    return next((folder / name for name in names(split, what) if (folder / name).exists()), None)


def read_idx_folder(folder: Path, classes: int = len(DIGITS)) -> dict[str, Array]:
    """Read the four files of a folder: images uint8 [N, 28, 28] and labels uint8 [N] of so many classes. Raises
    DataError."""
    paths = {}
    for split in SPLITS:
        for what in ("images", "labels"):
            path = find(folder, split, what)
            if path is None:
                name = names(split, what)[0]
                raise DataError(
                    f"{folder / name}: is missing (with or without .gz); put it there, "
                    "or `mnist-tui data download` gets all four"
                )
            paths[f"{split}_{what}"] = path
    arrays = {}
    for split in SPLITS:
        images, labels = read_images(paths[f"{split}_images"]), read_labels(paths[f"{split}_labels"], classes)
        check_counts(paths[f"{split}_images"], images, paths[f"{split}_labels"], labels)
        arrays[f"{split}_images"], arrays[f"{split}_labels"] = images, labels
    return arrays


def check_counts(images_path: Path, images: Array, labels_path: Path, labels: Array) -> None:
    """Raises DataError unless there are as many labels as images."""
    if len(images) != len(labels):
        raise bad(labels_path, f"holds {len(labels):,} labels, but {images_path.name} holds {len(images):,} images")


def write_idx_folder(folder: Path, data: Dataset) -> None:
    """Write a data set as the four plain files, and the names of classes that are no digits. Raises OSError."""
    folder.mkdir(parents=True)
    if data.classes != DIGITS:
        (folder / LIST).write_text("".join(f"{name}\n" for name in data.classes), encoding="utf-8")
    for split in SPLITS:
        for what in ("images", "labels"):
            array = getattr(data, f"{split}_{what}").cpu().numpy().astype(np.uint8)
            sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
            (folder / names(split, what)[0]).write_bytes(bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes())


def read_images(path: Path) -> Array:
    """Return uint8 [N, 28, 28]. Raises DataError."""
    return read_idx(path, (SIDE, SIDE))


def read_labels(path: Path, classes: int = len(DIGITS)) -> Array:
    """Return uint8 [N], each below `classes`. Raises DataError."""
    labels = read_idx(path, ())
    check_labels(path, labels, classes)
    return labels


def check_labels(path: Path, labels: npt.NDArray[np.integer], classes: int) -> None:
    """Raises DataError for a label that is none of so many classes."""
    if labels.max() >= classes:
        where = f"has the label {labels.max()} at position {int(labels.argmax())}; labels are 0 to {classes - 1}"
        more = " unless classes.txt beside it names more classes, one a line" if classes == len(DIGITS) else ""
        raise bad(path, where + more)


def read_idx(path: Path, shape: tuple[int, ...]) -> Array:
    """Return uint8 [N, *shape] from an IDX file whose items have this shape. Raises DataError."""
    array: Array = parse_idx(path, read_bytes(path), shape)
    return array


def parse_idx(path: Path, raw: bytes, shape: tuple[int, ...], *, integers: bool = False) -> npt.NDArray[Any]:
    """Return uint8 [N, *shape] from the content of an IDX file, int32 where it holds `integers`. Raises DataError."""
    header = 8 + 4 * len(shape)
    zipped = raw[:2] == b"\x1f\x8b"
    start = unzip(path, raw, header)[0] if zipped else raw[:header]
    if len(start) < header:
        raise bad(path, f"is truncated: {len(start)} bytes, too short for its header")
    magic, count, *sides = (int.from_bytes(start[at : at + 4], "big") for at in range(0, header, 4))
    expected_magic = (0x0C01 if integers else 0x0801) + len(shape)
    if magic != expected_magic:
        raise bad(
            path, f"starts with 0x{magic:08x}, not with 0x{expected_magic:08x} of {len(shape) + 1}-dimensional IDX"
        )
    if tuple(sides) != shape:
        raise bad(path, f"holds images of {'x'.join(map(str, sides))}, not {'x'.join(map(str, shape))}")
    if count == 0:
        raise bad(path, "holds nothing: its header counts zero items")
    if count > MOST_IMAGES:
        raise bad(path, f"claims to hold {count:,} items, but at most {MOST_IMAGES:,} are allowed")

    size = header + count * int(np.prod(shape, dtype=np.int64)) * (4 if integers else 1)
    content, complete = unzip(path, raw, size + 1) if zipped else (raw, True)
    if len(content) < size or (len(content) == size and not complete):
        raise bad(path, f"is truncated: {len(content):,} bytes instead of {size:,} for {count:,} items")
    if len(content) > size:
        raise bad(path, f"goes on after its {count:,} items, which end at byte {size:,}")
    kind = np.dtype(">i4") if integers else np.dtype(np.uint8)
    array: npt.NDArray[Any] = np.frombuffer(bytearray(content), kind, offset=header).reshape(count, *shape)
    return array


def read_bytes(path: Path) -> bytes:
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise bad(path, "is not a file")
        if found.st_size > LARGEST_FILE:
            raise bad(path, f"has {found.st_size:,} bytes, but at most {LARGEST_FILE:,} are allowed")
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}); make it readable") from error


def unzip(path: Path, raw: bytes, limit: int) -> tuple[bytes, bool]:
    """Return at most `limit` bytes of what is zipped, and whether that is all of it, checksum verified."""
    unzipper = zlib.decompressobj(GZIP)
    try:
        content = unzipper.decompress(raw, limit)
    except zlib.error as error:
        raise bad(path, f"is corrupt: {error}") from error
    if unzipper.unused_data:
        raise bad(path, f"goes on for {len(unzipper.unused_data):,} bytes after the end of its gzip data")
    return content, unzipper.eof


def bad(path: Path, what: str) -> DataError:
    return DataError(f"{path}: {what}; replace the file, or remove it and run `mnist-tui data download`")
