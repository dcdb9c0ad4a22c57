"""A temporary folder for something new: it is removed unless it is renamed to its final name."""

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from engine.storage.file_lock import is_held, take_lock


@contextlib.contextmanager
def working_folder(parent: Path, prefix: str) -> Iterator[Path]:
    """Make `parent/.prefix-XXXX`; remove it at the end, and any that a killed process left. Raises OSError.

    Folders above it that were not there go as well, where nothing was put into them. A lock, which the system drops
    when a process dies, tells those left over from those at work.
    """
    made = [folder for folder in (parent, *parent.parents) if not os.path.lexists(folder)]
    try:
        parent.mkdir(parents=True, exist_ok=True)
        with folder_inside(parent, prefix) as folder:
            yield folder
    finally:
        for empty in made:
            with contextlib.suppress(OSError):
                empty.rmdir()


@contextlib.contextmanager
def folder_inside(parent: Path, prefix: str) -> Iterator[Path]:
    """The same in a folder that is there."""
    for left in parent.glob(f".{prefix}-*"):
        with contextlib.suppress(OSError), opened(left) as handle:
            # Not had while its process lives; then held by this very lock: where locks mean nothing, it may live.
            if take_lock(handle) and is_held(left):
                shutil.rmtree(left)
    folder = parent / f".{prefix}-{secrets.token_hex(4)}"
    folder.mkdir()
    try:
        with opened(folder) as handle:
            take_lock(handle)  # some network file systems have none: leftovers then stay
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[int]:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield handle
    finally:
        os.close(handle)
