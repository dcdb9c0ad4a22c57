"""Data sets as image files: `train/<digit>/*.png` and `test/<digit>/*.png`, read and written.

The images of a split are ordered by file name, numbers in it by value, then by digit. `export_pngs` names files by
their index, so what it writes is read back in the same order: the same tensors, bit for bit.
"""

import itertools
import os
import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

from engine.dataset import CLASSES, SIDE, Array, DataError, Dataset, Progress, make_dataset, throttled
from engine.image_cache import cache_name, read_cache, write_cache
from engine.image_file import decode_gray, read_file
from engine.image_tree import SPLITS, Tree, scan
from engine.working_folder import working_folder

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
    name = cache_name(root, tree.digest)
    cached = read_cache(name)
    if cached is not None:
        arrays, notes = cached
    else:
        arrays, notes = decode(tree, throttled(progress))
        try:
            write_cache(name, arrays, notes)
        except (OSError, RuntimeError) as error:
            notes = (*notes, f"the decoded images could not be cached ({error}); the next load decodes them again")
    return make_dataset(arrays, "image folders", root, notes=(*notes, *tree.notes))


def decode(tree: Tree, progress: Progress) -> tuple[dict[str, Array], tuple[str, ...]]:
    """Return the four arrays, and how many images had another size. Raises DataError for an unreadable image."""
    arrays: dict[str, Array] = {}
    resized, read, done = 0, 0, 0
    counts: Iterable[int]  # of resized images, chunk by chunk
    total = sum(map(len, tree.files.values()))
    length = max(1, min(MOST_IN_CHUNK, CHUNK_BYTES * total // max(1, tree.size)))
    # A file of MNIST's size decodes in less time than handing the interpreter lock over takes: two threads decoding
    # are half as fast as one. So threads only read, which gains when files come from a slow disk or the network, and
    # decoding begins when they are done.
    small = tree.size < SMALL_FILE * total
    pool = ThreadPoolExecutor(THREADS if small else min(THREADS, os.cpu_count() or 1))
    try:
        for split, files in tree.files.items():
            files.sort(key=order)
            images = np.empty((len(files), SIDE, SIDE), np.uint8)
            starts = range(0, len(files), length)
            chunks = [files[start : start + length] for start in starts]
            places = [images[start : start + length] for start in starts]
            if small:
                contents = []
                for content in pool.map(read_chunk, chunks):
                    contents.append(content)
                    read += len(content)
                    progress("reading images", read, total)
                counts = map(decode_into, places, chunks, contents)
            else:
                counts = pool.map(read_and_decode_into, places, chunks)
            for chunk, count in zip(chunks, counts, strict=True):
                resized += count
                done += len(chunk)
                progress("decoding images", done, total)
            arrays[f"{split}_images"] = images
            arrays[f"{split}_labels"] = np.array([digit for _, digit in files], np.uint8)
    finally:
        pool.shutdown(cancel_futures=True)
    notes = []
    if resized:
        notes.append(f"{resized:,} {'image' if resized == 1 else 'images'} resized to {SIDE}x{SIDE}")
    if arrays["train_images"].mean() > 127:
        notes.append("the images are mostly bright; MNIST's digits are bright on a dark ground")
    return arrays, tuple(notes)


def order(file: tuple[str, int]) -> tuple[list[str | int], int, str]:
    """Return what images are sorted by: the name's text and numbers in turn, then the digit."""
    path, digit = file
    name = os.path.basename(path)
    stem = name.rpartition(".")[0]
    pieces = re.split(r"(\d+)", stem, flags=re.ASCII)
    return [int(piece) if place % 2 else piece for place, piece in enumerate(pieces)], digit, name


def read_chunk(files: list[tuple[str, int]]) -> list[bytes]:
    return [read_file(path) for path, _ in files]


def read_and_decode_into(images: Array, files: list[tuple[str, int]]) -> int:
    return decode_into(images, files, map(read_file, (path for path, _ in files)))


def decode_into(images: Array, files: list[tuple[str, int]], contents: Iterable[bytes]) -> int:
    """Decode the contents of files into images [N, 28, 28]; return how many had another size."""
    resized = 0
    for place, ((path, _), content) in enumerate(zip(files, contents, strict=True)):
        gray = decode_gray(path, content, ground=0)
        if gray.shape != (SIDE, SIDE):
            gray = np.asarray(Image.fromarray(gray).resize((SIDE, SIDE), Image.Resampling.BILINEAR))
            resized += 1
        images[place] = gray
    return resized


def export_pngs(dataset: Dataset, folder: Path, progress: Progress | None = None) -> None:
    """Write `train/<digit>/<index>.png` and `test/...` into a folder. Raises DataError; nothing half-made stays."""
    report = throttled(progress)
    total = len(dataset.train_labels) + len(dataset.test_labels)
    try:
        for split in SPLITS:
            if (folder / split).exists() and (not (folder / split).is_dir() or any((folder / split).iterdir())):
                raise DataError(f"{folder / split}: is there already and not empty; name an empty folder")
        with working_folder(folder, "export") as work:
            done = itertools.count(1)
            for split in SPLITS:
                images = getattr(dataset, f"{split}_images").cpu().numpy()
                labels = getattr(dataset, f"{split}_labels").tolist()
                for digit in range(CLASSES):
                    (work / split / str(digit)).mkdir(parents=True)
                for index, (image, label) in enumerate(zip(images, labels, strict=True)):
                    Image.fromarray(image).save(work / split / str(label) / f"{index:05}.png")
                    report("writing images", next(done), total)
            for split in SPLITS:
                (work / split).rename(folder / split)
    except OSError as error:
        raise DataError(
            f"{error.filename or folder}: cannot be written ({error.strerror}); name another folder"
        ) from error
