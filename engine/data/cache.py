"""Decoded image folders, kept as one file in the user's cache folder: the second load is a read.

The file's name holds the tree's path and a digest of its files' names, sizes and times, so a tree that changed has
another name. A cache is a convenience: whatever is wrong with it costs time and nothing else.
"""

import contextlib
import hashlib
import os
from pathlib import Path

import msgspec

from engine.data.dataset import Array, DataError, read_npz, write_npz
from engine.storage.files import write_atomically
from engine.vocabulary.messages.base import DIGITS
from engine.vocabulary.preprocessing import Preprocessing

TREATMENT = "treatment: "  # before the last of the notes in the file, which is the preprocessing as JSON
VERSION = "2"  # of how images are read: what an older program decoded is decoded again


def cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "mnist-tui"


def cache_name(root: Path, tree: str) -> str:
    """Return the name of the cache of a tree with this digest; what comes before the `-` is the same for its path."""
    place = hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:16]
    return f"{place}-{tree[:32]}-{VERSION}.npz"


def read_cache(name: str) -> tuple[dict[str, Array], tuple[str, ...], Preprocessing] | None:
    """Return arrays, notes, preprocessing; None when there is no cache or it is damaged (zip keeps a checksum)."""
    # Path.home() raises RuntimeError without a home
    with contextlib.suppress(DataError, OSError, RuntimeError, msgspec.DecodeError):
        arrays, notes, _ = read_npz(cache_folder() / name, ours=True)
        if notes and notes[-1].startswith(TREATMENT):
            preprocessing = msgspec.json.decode(notes[-1].removeprefix(TREATMENT), type=Preprocessing)
            return arrays, notes[:-1], preprocessing
    return None


def write_cache(
    name: str,
    arrays: dict[str, Array],
    notes: tuple[str, ...],
    preprocessing: Preprocessing,
    classes: tuple[str, ...] = DIGITS,
) -> None:
    """Keep these in place of what was kept of the same path before. Raises OSError, RuntimeError."""
    folder = cache_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)  # whoever can write there could give other digits; fails when it is somebody else's
    place = name.partition("-")[0]
    for old in [*folder.glob(f"{place}-*.npz"), *folder.glob(f".{place}-*.tmp")]:
        old.unlink(missing_ok=True)
    notes = (*notes, TREATMENT + msgspec.json.encode(preprocessing).decode())
    write_atomically(folder / name, write_npz(arrays, notes, classes))
