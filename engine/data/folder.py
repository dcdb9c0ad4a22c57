"""Data sets as image files: `train/<class>/*.png` and `test/<class>/*.png`, read and written.

The images of a split are ordered by file name, numbers in it by value, then by class. `export_pngs` names files by
their index, so what it writes is read back in the same order: the same tensors, bit for bit.
"""

import hashlib
import itertools
import os
import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import numpy as np
from PIL import Image

from engine.data.cache import cache_name, read_cache, write_cache
from engine.data.dataset import SIDE, Array, DataError, Dataset, Progress, make_dataset, throttled
from engine.data.folder_files import SPLITS, Tree, scan
from engine.data.folder_images import Reader, ReadingReport, survey
from engine.data.images.decode import read_file
from engine.data.images.mnist_form import has_form, of_arrays, of_pictures
from engine.data.names.class_names import LIST, folder_names, write_list
from engine.storage.temporary_folder import working_folder
from engine.vocabulary.messages.base import DIGITS
from engine.vocabulary.preprocessing import Preprocessing

RECORD = "treatment.json"  # beside train/ and test/, where their images are not to be judged by their looks
CHUNK_BYTES = 1_000_000  # read by a thread at a time: about a tenth of a second, so that progress moves
MOST_IN_CHUNK = 250
SMALL_FILE = 4096  # bytes
THREADS = 8  # at most: each may hold a photo of 40 megapixels


def has_image_folders(root: Path) -> bool:
    return any((root / split).is_dir() for split in SPLITS)


def read_image_folders(root: Path, progress: Progress | None = None) -> Dataset:
    """Return the images of a tree, decoded, or from the cache when no file changed. Raises DataError."""
    return read_tree(root, scan(root), progress)


def read_tree(root: Path, tree: Tree, progress: Progress | None = None) -> Dataset:
    """Return the images that a scan of `root` has found. Raises DataError."""
    recorded = recorded_preprocessing(root)
    name = cache_name(root, hashlib.sha256(f"{tree.digest} {recorded}".encode()).hexdigest())
    cached = read_cache(name)
    if cached is not None:
        arrays, notes, preprocessing = cached
    else:
        arrays, notes, preprocessing = decode(tree, throttled(progress), recorded)
        try:
            write_cache(name, arrays, notes, preprocessing, tree.classes)
        except (OSError, RuntimeError) as error:
            notes = (*notes, f"the decoded images could not be cached ({error}); the next load decodes them again")
    return make_dataset(
        arrays,
        "image folders",
        root,
        notes=(*notes, *tree.notes),
        preprocessing=preprocessing,
        classes=tree.classes,
    )


def recorded_preprocessing(root: Path) -> Preprocessing | None:
    """Return what an export left beside images that are to be read as they are. Raises DataError."""
    path = root / RECORD
    if not path.exists():
        return None
    try:
        return msgspec.json.decode(read_file(path), type=Preprocessing)
    except msgspec.DecodeError as error:
        raise DataError(
            f"{path}: cannot be read ({error}); remove it, and the way to read the images is chosen anew"
        ) from error


def decode(
    tree: Tree, progress: Progress, recorded: Preprocessing | None = None
) -> tuple[dict[str, Array], tuple[str, ...], Preprocessing]:
    """Return the four arrays, what was done to the images, and the preprocessing of the whole: the recorded, if any.

    Raises DataError for an unreadable image.
    """
    arrays: dict[str, Array] = {}
    report, read, done = ReadingReport(), 0, 0
    results: Iterable[ReadingReport]  # chunk by chunk
    total = sum(map(len, tree.files.values()))
    length = max(1, min(MOST_IN_CHUNK, CHUNK_BYTES * total // max(1, tree.size)))
    # A file of MNIST's size decodes in less time than handing the interpreter lock over takes: two threads decoding
    # are half as fast as one. So threads only read, which gains when files come from a slow disk or the network, and
    # decoding begins when they are done.
    small = tree.size < SMALL_FILE * total
    pool = ThreadPoolExecutor(THREADS if small else min(THREADS, os.cpu_count() or 1))
    for files in tree.files.values():
        files.sort(key=order)
    try:
        if recorded is None:
            reader = Reader(*survey([path for path, _ in tree.files["train"] or tree.files["test"]], pool))
        else:
            reader = Reader(recorded, {})
        for split, files in tree.files.items():
            images = np.empty((len(files), SIDE, SIDE), np.uint8)
            starts = range(0, len(files), length)
            chunks = [[path for path, _ in files[start : start + length]] for start in starts]
            places = [images[start : start + length] for start in starts]
            if small:
                contents = []
                for content in pool.map(read_chunk, chunks):
                    contents.append(content)
                    read += len(content)
                    progress("reading images", read, total)
                results = map(reader.decode_into, places, chunks, contents)
            else:
                results = pool.map(reader.read_and_decode_into, places, chunks)
            for chunk, result in zip(chunks, results, strict=True):
                report.add(result)
                done += len(chunk)
                progress("decoding images", done, total)
            arrays[f"{split}_images"] = images
            arrays[f"{split}_labels"] = np.array([label for _, label in files], np.uint8)
    finally:
        pool.shutdown(cancel_futures=True)
    notes = report.notes(total)
    if len(arrays["train_images"]) and arrays["train_images"].mean() > 127:
        notes.insert(0, "the images are mostly bright; MNIST's digits are bright on a dark ground")
    return arrays, tuple(notes), reader.preprocessing


def order(file: tuple[str, int]) -> tuple[list[str | int], int, str]:
    """Return what images are sorted by: the name's text and numbers in turn, then the label."""
    path, label = file
    name = os.path.basename(path)
    stem = name.rpartition(".")[0]
    pieces = re.split(r"(\d+)", stem, flags=re.ASCII)
    return [int(piece) if place % 2 else piece for place, piece in enumerate(pieces)], label, name


def read_chunk(paths: list[str]) -> list[bytes]:
    return [read_file(path) for path in paths]


def read_as_they_are(train: Array, test: Array) -> bool:
    """Tell whether these images, as files, would be read bit for bit without a record."""
    preprocessing = of_pictures(train)
    if preprocessing.fit == "keep":
        return preprocessing.ground != "light"
    return bool(has_form(train).all() and has_form(test).all())


def export_pngs(dataset: Dataset, folder: Path, progress: Progress | None = None) -> None:
    """Write `train/<class>/<index>.png` and `test/...` into a folder. Raises DataError; nothing half-made stays."""
    report = throttled(progress)
    total = len(dataset.train_labels) + len(dataset.test_labels)
    try:
        for split in SPLITS:
            if (folder / split).exists() and (not (folder / split).is_dir() or any((folder / split).iterdir())):
                raise DataError(f"{folder / split}: already exists and is not empty; give an empty folder")
        with working_folder(folder, "export") as work:
            done = itertools.count(1)
            folders = folder_names(dataset.classes)
            for split in SPLITS:
                images = getattr(dataset, f"{split}_images").cpu().numpy()
                labels = getattr(dataset, f"{split}_labels").tolist()
                for name in folders:
                    (work / split / name).mkdir(parents=True)
                for index, (image, label) in enumerate(zip(images, labels, strict=True)):
                    Image.fromarray(image).save(work / split / folders[label] / f"{index:05}.png")
                    report("writing images", next(done), total)
            if not read_as_they_are(dataset.train_images.cpu().numpy(), dataset.test_images.cpu().numpy()):
                preprocessing = msgspec.structs.replace(of_arrays(dataset.train_images.cpu().numpy()), fit="keep")
                (work / RECORD).write_bytes(msgspec.json.encode(preprocessing))
                (work / RECORD).replace(folder / RECORD)
            if dataset.classes != DIGITS:
                write_list(work, dataset.classes)
                (work / LIST).replace(folder / LIST)
            for split in SPLITS:
                (work / split).rename(folder / split)
    except OSError as error:
        raise DataError(
            f"{error.filename or folder}: cannot be written ({error.strerror}); use another folder"
        ) from error
