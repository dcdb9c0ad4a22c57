"""Where a data set is found. The first in this order wins:

1. image folders  `train/<digit>/*.png` and `test/<digit>/*.png`
2. IDX files      in `MNIST/raw/`, as torchvision lays them out (or `raw/`, or the named folder itself)
3. the sample     `mnist-5k.npz`, the 5,000 digits that ship with the program

What is found first is used or refused, never skipped: results on other data than the user put there mislead.
To find is cheap, and is done at each use: files may have changed since they were read.
"""

import dataclasses
import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.data.dataset import DataError, Dataset, Progress, make_dataset, read_npz
from engine.data.folder import has_image_folders, read_tree
from engine.data.folder_files import scan
from engine.data.idx import has_idx, idx_files, read_idx_folder
from engine.storage.paths import SAMPLE_NAME, default_data, sample_file
from engine.storage.typed_path import path_of, unwrapped, written
from engine.vocabulary.messages import Finding

__all__ = ["DataError", "Dataset", "Source", "find_data", "load_data"]


@dataclass(frozen=True)
class Source:
    """A data set that was found. `state` is another one when a file of it came, went or was written to."""

    path: Path
    state: str
    reader: Callable[[Progress | None], Dataset]
    notes: tuple[str, ...] = ()

    def read(self, progress: Progress | None = None) -> Dataset:
        """Raises DataError: damaged, or nothing that anything could be learned from."""
        try:
            data = self.reader(progress)
        except OSError as error:
            raise unreadable(self.path, error) from error
        refuse_useless(self.path, data)
        return dataclasses.replace(data, notes=(*self.notes, *data.notes))


def load_data(path: str | Path = "", progress: Progress | None = None) -> Dataset:
    """Return the data set in a folder or .npz file, on the CPU; without a path, in the default folder, else the
    sample. Raises DataError."""
    return find_data(path).read(progress)


def find_data(path: str | Path = "", *, to_test: bool = False) -> Source:
    """Return where that data set is, without reading it; its files are only looked up. Raises DataError.

    Image folders that are only `to_test` on may lack train/, and some of the digits.
    """
    named = unwrapped(path) if isinstance(path, str) else path
    folder = path_of(path) if named else default_data().expanduser().absolute()
    try:
        return find_named(folder, to_test) if named else search(folder, to_test) or default_sample(folder)
    except OSError as error:
        raise unreadable(folder, error) from error


def find_named(path: Path, to_test: bool = False) -> Source:
    if path.is_file():
        return npz_source(path)
    if (found := search(path, to_test)) is not None:
        return found
    if not path.is_dir():
        raise DataError(f"{written(path)}: does not exist; check the name, or leave it out to use the default")
    raise DataError(
        f"{written(path)}: holds no data set; looked for train/ and test/ with a folder of images for each digit, for"
        f" the four IDX files in MNIST/raw/, raw/ and the folder itself, and for {SAMPLE_NAME}; give another folder or"
        " an .npz file, or leave it out to use the default"
    )


def search(folder: Path, to_test: bool = False) -> Source | None:
    """Return the first data set in the order above, or None when there is none. Raises DataError, OSError."""
    if has_image_folders(folder):
        tree = scan(folder, to_test=to_test)
        return Source(folder, f"{folder} {tree.digest}", lambda progress: read_tree(folder, tree, progress))
    for raw in (folder / "MNIST" / "raw", folder / "raw", folder):
        if has_idx(raw):
            return idx_source(raw)
    sample = folder / SAMPLE_NAME
    return npz_source(sample) if sample.exists() else None


def idx_source(raw: Path) -> Source:
    return Source(raw, state_of(idx_files(raw)), lambda progress: make_dataset(read_idx_folder(raw), "IDX files", raw))


def npz_source(path: Path, notes: tuple[str, ...] = ()) -> Source:
    sample = path.name == SAMPLE_NAME

    def read(progress: Progress | None) -> Dataset:
        arrays, read_notes = read_npz(path)
        return make_dataset(arrays, "sample" if sample else "npz file", path, sample=sample, notes=read_notes)

    return Source(path, state_of([path]), read, notes)


def default_sample(folder: Path) -> Source:
    note = f"{folder} holds no data set yet; `mnist-tui data download` downloads the full MNIST"
    return npz_source(sample_file(), (note,))


def state_of(files: list[Path]) -> str:
    """Return a digest of names, sizes and times; a file that is not there is no error before it is read."""
    lines = []
    for path in files:
        try:
            found = path.stat()
            # The change time as well: copying a file over with its old times does not hide it.
            lines.append(f"{path} {found.st_ino} {found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}\n")
        except OSError as error:
            lines.append(f"{path} {error.strerror}\n")
    return hashlib.sha256(os.fsencode("".join(lines))).hexdigest()


def refuse_useless(path: Path, data: Dataset) -> None:
    """Raise DataError where a whole part is blank, or one and the same image."""
    if data.check is None:
        return
    for finding in data.check.findings:
        if finding.kind in ("blank images", "repeated image") and finding.count == part_size(data, finding):
            raise DataError(f"{written(path)}: {finding.message}; nothing can be learned or measured; use other data")


def part_size(data: Dataset, finding: Finding) -> int:
    return len(data.train_labels if finding.part == "train" else data.test_labels)


def unreadable(path: Path, error: OSError) -> DataError:
    return DataError(f"{error.filename or path}: cannot be read ({error.strerror}); make it readable, or use another")
