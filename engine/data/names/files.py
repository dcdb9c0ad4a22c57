"""The files of a known data set: where they lie, where they come from with which checksum. torchvision says so."""

from pathlib import Path
from typing import NamedTuple

from engine.data.idx import names
from engine.vocabulary.messages.known_data import KNOWN, KnownData

EMNIST = "EMNIST"
EMNIST_ZIP = "gzip.zip"  # all of EMNIST in one file
SPLITS = ("train", "test")
LARGEST_ZIP = 800_000_000  # bytes; it has 562 million


class Fetched(NamedTuple):
    """A file to download: from these addresses in turn, with this MD5, of at most so many bytes (0: as usual)."""

    name: str
    urls: list[str]
    md5: str
    largest: int = 0


def raw_folder(known: KnownData, root: Path) -> Path:
    """Return the folder of its files below a data folder."""
    return root / known.folder / "raw"


def place_of(known: KnownData, raw: Path) -> Path:
    """Return the path that stands for the data set in a run's record: a folder of several has one for each."""
    return raw / known.name if known.folder == EMNIST else raw


def known_at(path: Path) -> tuple[KnownData, Path] | None:
    """Return the known data set whose place this is, with the folder of its files; MNIST needs no name."""
    for known in KNOWN[1:]:
        if known.folder == EMNIST:
            raw = path.parent if path.name == known.name else None
        else:
            raw = path if path.name == "raw" else path / "raw"
        if raw is not None and raw.name == "raw" and raw.parent.name == known.folder and raw.is_dir():
            return known, raw
    return None


def files_of(known: KnownData, raw: Path) -> dict[str, Path] | None:
    """Return the four files of a known data set, or those that hold several of them; None unless all are there."""
    found = {}
    for split in SPLITS:
        for what in ("images", "labels"):
            paths = [raw / name for name in names_of(known, split, what)]
            path = next((path for path in paths if path.exists()), None)
            if path is None:
                return None
            found[f"{split}_{what}"] = path
    return found


def names_of(known: KnownData, split: str, what: str) -> list[str]:
    """Return the names that a file may have, the preferred first: plain is quicker to read than gzip."""
    if known.folder == "USPS":
        return ["usps.bz2" if split == "train" else "usps.t.bz2"]
    if known.folder == "QMNIST":
        name = f"qmnist-{split}-{what}-{'idx3-ubyte' if what == 'images' else 'idx2-int'}"
        return [name, f"{name}.gz"]
    if known.folder == EMNIST:
        name = f"{known.name}-{split}-{what}-{'idx3-ubyte' if what == 'images' else 'idx1-ubyte'}"
        return [name, f"{name}.gz", EMNIST_ZIP]
    return names(split, what)


def sources(known: KnownData) -> list[Fetched]:
    """Return the files to download. Takes a second, to import torchvision."""
    from torchvision import datasets

    match known.folder:
        case "EMNIST":
            return [Fetched(EMNIST_ZIP, [datasets.EMNIST.url], datasets.EMNIST.md5, LARGEST_ZIP)]
        case "QMNIST":
            pairs = [pair for split in SPLITS for pair in datasets.QMNIST.resources[split]]
            return [Fetched(url.rpartition("/")[2], [url], md5) for url, md5 in pairs]
        case "USPS":
            files = [datasets.USPS.split_list[split] for split in SPLITS]
            return [Fetched(name, [url], md5) for url, name, md5 in files]
    kind = getattr(datasets, known.folder)
    return [Fetched(name, [mirror + name for mirror in kind.mirrors], md5) for name, md5 in kind.resources]
