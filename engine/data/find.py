"""Where a data set is found. The first in this order wins:

1. image folders  `train/<class>/*.png` and `test/<class>/*.png`
2. IDX files      in `MNIST/raw/`, as torchvision lays them out (or `raw/`, or the named folder itself)
3. the sample     `mnist-5k.npz`, the 5,000 digits that ship with the program

A name of engine/vocabulary/messages/known_data.py, where no file or folder has it, is a data set in the data folder,
and is downloaded into it at its first use.

What is found first is used or refused, never skipped: results on other data than the user put there mislead.
To find is cheap, and is done at each use: files may have changed since they were read.
"""

import dataclasses
import difflib
import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.data.dataset import DataError, Dataset, Progress, make_dataset, read_npz
from engine.data.folder import has_image_folders, read_tree
from engine.data.folder_files import scan
from engine.data.idx import has_idx, idx_files, read_idx_folder
from engine.data.names.class_names import LIST, class_names, listed_classes
from engine.data.names.download import download
from engine.data.names.files import files_of, known_at, place_of, raw_folder
from engine.data.names.reading import read_known
from engine.storage.paths import SAMPLE_NAME, default_data, sample_file
from engine.storage.typed_path import path_of, unwrapped, written
from engine.vocabulary.messages import Finding
from engine.vocabulary.messages.base import DIGITS
from engine.vocabulary.messages.known_data import KNOWN, NAMES, KnownData, known_data

__all__ = ["DataError", "Dataset", "Source", "find_data", "load_data"]


@dataclass(frozen=True)
class Source:
    """A data set that was found. `state` is another one when a file of it came, went or was written to."""

    path: Path
    state: str
    reader: Callable[[Progress | None], Dataset]
    notes: tuple[str, ...] = ()
    missing: KnownData | None = None
    """What has to be downloaded before it can be read."""

    def download(self, progress: Progress | None, cancelled: Callable[[], bool] = bool) -> None:
        """Get what is missing; it is found anew after that. Raises DataError."""
        if self.missing is not None:
            download(default_data().expanduser().absolute(), progress, cancelled, self.missing)

    def read(self, progress: Progress | None = None) -> Dataset:
        """Raises DataError: damaged, or nothing that anything could be learned from."""
        try:
            data = self.reader(progress)
        except OSError as error:
            raise unreadable(self.path, error) from error
        refuse_useless(self.path, data)
        return dataclasses.replace(data, notes=(*self.notes, *data.notes))


def load_data(path: str | Path = "", progress: Progress | None = None) -> Dataset:
    """Return the data set in a folder or .npz file, or one known by name, on the CPU; without a path, that in the
    default folder, else the sample. Raises DataError.

    What is there under a path goes before what has that name.
    """
    if isinstance(path, str) and known_data(path) and os.path.lexists(path):
        path = Path(path)
    source = find_data(path)
    if source.missing is not None:
        source.download(progress)
        source = find_data(path)
    return source.read(progress)


def find_data(path: str | Path = "", *, to_test: bool = False, classes: tuple[str, ...] | None = None) -> Source:
    """Return where that data set is, without reading it; its files are only looked up. Raises DataError.

    A text that is a name of a known data set means that: a command that takes paths has looked whether there is one.

    Image folders that are only `to_test` on may lack train/, and some of the classes, which are those given.
    """
    named = unwrapped(path) if isinstance(path, str) else path
    folder = path_of(path) if named else default_data().expanduser().absolute()
    try:
        if isinstance(path, str) and (known := known_data(str(named))):
            return known_source(known)
        if named:
            return find_named(folder, to_test, classes)
        return search(folder, to_test, classes) or default_sample(folder)
    except OSError as error:
        raise unreadable(folder, error) from error


def meant(path: Path) -> str:
    """Return a question after the data set whose name is like this one."""
    near = difflib.get_close_matches(path.name.lower(), NAMES, n=1, cutoff=0.7)
    return f"did you mean {near[0]}? Else " if near else ""


def find_named(path: Path, to_test: bool = False, classes: tuple[str, ...] | None = None) -> Source:
    if path.is_file():
        return npz_source(path)
    if (found := search(path, to_test, classes)) is not None:
        return found
    if here := [known for known in KNOWN if files_of(known, raw_folder(known, path))]:
        places = " or ".join(str(place_of(known, raw_folder(known, path))) for known in here)
        raise DataError(f"{written(path)}: holds several folders of data; give one of them: {places}")
    if not path.is_dir():
        raise DataError(
            f"{written(path)}: does not exist; {meant(path)}check the name, leave it out to use the default, or give"
            f" one of the data sets that are known by name: {', '.join(NAMES)}"
        )
    raise DataError(
        f"{written(path)}: holds no data set; looked for train/ and test/ with a folder of images for each digit (or"
        f" other class), for the four IDX files in MNIST/raw/, raw/ and the folder itself, and for {SAMPLE_NAME}; give"
        " another folder or an .npz file, or leave it out to use the default"
    )


def search(folder: Path, to_test: bool = False, classes: tuple[str, ...] | None = None) -> Source | None:
    """Return the first data set in the order above, or None when there is none. Raises DataError, OSError."""
    if has_image_folders(folder):
        tree = scan(folder, to_test=to_test, classes=classes)
        return Source(folder, f"{folder} {tree.digest}", lambda progress: read_tree(folder, tree, progress))
    if (known := known_at(folder)) is not None:
        return read_source(*known)
    for raw in (folder / "MNIST" / "raw", folder / "raw", folder):
        if has_idx(raw):
            return idx_source(raw)
    sample = folder / SAMPLE_NAME
    return npz_source(sample) if sample.exists() else None


def known_source(known: KnownData) -> Source:
    """Return a data set of the default folder by its name, whether it is there or not."""
    raw = raw_folder(known, default_data().expanduser().absolute())
    source = idx_source(raw) if known.folder == "MNIST" else read_source(known, raw)
    return source if files_of(known, raw) else dataclasses.replace(source, missing=known)


def read_source(known: KnownData, raw: Path) -> Source:
    files = sorted(set((files_of(known, raw) or {}).values()))
    state = state_of(files)
    return Source(place_of(known, raw), state, lambda progress: read_known(known, raw, progress, state))


def idx_source(raw: Path) -> Source:
    def read(progress: Progress | None) -> Dataset:
        classes = listed_classes(raw) or DIGITS
        return make_dataset(read_idx_folder(raw, len(classes)), "IDX files", raw, classes=classes)

    listed = [raw / LIST] if (raw / LIST).exists() else []
    return Source(raw, state_of([*idx_files(raw), *listed]), read)


def npz_source(path: Path, notes: tuple[str, ...] = ()) -> Source:
    sample = path.name == SAMPLE_NAME

    def read(progress: Progress | None) -> Dataset:
        arrays, read_notes, names = read_npz(path)
        classes = class_names(names, written(path)) if names else DIGITS
        kind = "sample" if sample else "npz file"
        return make_dataset(arrays, kind, path, sample=sample, notes=read_notes, classes=classes)

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
