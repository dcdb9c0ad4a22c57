"""Where a data set is found. The first in this order wins:

1. image folders  `train/<digit>/*.png` and `test/<digit>/*.png`
2. IDX files      in `MNIST/raw/`, as torchvision lays them out (or `raw/`, or the named folder itself)
3. the sample     `mnist-5k.npz`, the 5,000 digits that ship with the program

What is found first is used or refused, never skipped: results on other data than the user put there mislead.
"""

from pathlib import Path

from engine.dataset import DataError, Dataset, Progress, make_dataset, read_npz
from engine.idx import has_idx, read_idx_folder
from engine.image_folder import has_image_folders, read_image_folders
from engine.paths import SAMPLE_NAME, default_data, sample_file

__all__ = ["DataError", "Dataset", "load_data"]


def load_data(path: str | Path = "", progress: Progress | None = None) -> Dataset:
    """Return the data set in a folder or .npz file, on the CPU; without a path, in the default folder, else the
    sample. Raises DataError."""
    if path:
        return load_named(Path(path).expanduser().absolute(), progress)
    folder = default_data().expanduser().absolute()
    try:
        return search(folder, progress) or load_sample(sample_file(), folder)
    except OSError as error:
        raise unreadable(folder, error) from error


def load_named(path: Path, progress: Progress | None) -> Dataset:
    try:
        if path.is_file():
            return load_sample(path)
        found = search(path, progress)
        exists = path.is_dir()
    except OSError as error:
        raise unreadable(path, error) from error
    if found is not None:
        return found
    raise DataError(
        f"{path}: {'holds no data set' if exists else 'is not there'}; looked for train/ and test/ with a folder of "
        f"images for each digit, for the four IDX files in MNIST/raw/, raw/ and the folder itself, and for "
        f"{SAMPLE_NAME}; name another folder, or leave it out to use the default"
    )


def search(folder: Path, progress: Progress | None) -> Dataset | None:
    """Return the first data set in the order above, or None when there is none. Raises DataError."""
    if has_image_folders(folder):
        return read_image_folders(folder, progress)
    for raw in (folder / "MNIST" / "raw", folder / "raw", folder):
        if has_idx(raw):
            return make_dataset(read_idx_folder(raw), "IDX files", raw)
    sample = folder / SAMPLE_NAME
    return load_sample(sample) if sample.exists() else None


def load_sample(path: Path, instead_of: Path | None = None) -> Dataset:
    arrays, notes = read_npz(path)
    if instead_of is not None:
        notes = (f"{instead_of} holds no data set yet; `mnist-tui data download` fetches the full MNIST", *notes)
    return make_dataset(arrays, "sample", path, sample=True, notes=notes)


def unreadable(path: Path, error: OSError) -> DataError:
    return DataError(f"{error.filename or path}: cannot be read ({error.strerror}); make it readable, or name another")
