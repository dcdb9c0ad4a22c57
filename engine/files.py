"""Files that a crash leaves either as they were or as they should be."""

import contextlib
import errno
import os
import stat
from io import BufferedReader
from pathlib import Path


def write_atomically(path: Path, content: bytes) -> None:
    """Replace a file by new content: written beside it, flushed to the disk, renamed, the folder flushed.

    The mode of a file that was there is kept. Raises OSError; the old content then stands untouched.
    """
    temporary = temporary_name(path)
    try:
        with open(temporary, "wb") as file:
            file.write(content)
            file.flush()
            with contextlib.suppress(FileNotFoundError):
                os.fchmod(file.fileno(), stat.S_IMODE(path.stat().st_mode))
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    flush_folder(path.parent)


def open_regular(path: Path) -> BufferedReader:
    """Open a file for reading. Raises OSError, also for what is no file: a pipe would block, a device never end."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "is not a file", str(path))
    return open(handle, "rb")


def temporary_name(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.tmp")


def remove_temporaries(folder: Path) -> None:
    """Remove what a writer that was killed left behind. Only for folders that nobody else writes to now."""
    for leftover in folder.glob(".*.tmp"):
        with contextlib.suppress(OSError):
            leftover.unlink()


def flush_folder(folder: Path) -> None:
    """Make renames in a folder last through a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
