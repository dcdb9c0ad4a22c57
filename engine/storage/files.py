"""Files that a crash leaves either as they were or as they should be."""

import contextlib
import errno
import os
import stat
import threading
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path

# What a file system says that has not what it is asked for, as some of a network's have no fsync of a folder.
NOT_THERE = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP}
NO_LINKS = NOT_THERE | {errno.EPERM, errno.EMLINK}  # what one says that has no hard links

LONGEST_START = 50  # characters, of at most four bytes each


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
            flush_to_disk(file.fileno())
        os.replace(temporary, path)
    except BaseException as error:
        temporary.unlink(missing_ok=True)
        if isinstance(error, OSError):
            error.filename, error.filename2 = str(path), None  # nobody knows the temporary one
        raise
    flush_folder(path.parent)


def write_once(path: Path, content: bytes) -> None:
    """Write a file that was not there, complete or not at all. Raises FileExistsError where one is, and OSError."""
    temporary = temporary_name(path)
    try:
        with open(temporary, "wb") as file:
            file.write(content)
            file.flush()
            flush_to_disk(file.fileno())
        if not put_in_place(temporary, path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
    except OSError as error:
        error.filename, error.filename2 = str(path), None  # nobody knows the temporary one
        raise
    finally:
        temporary.unlink(missing_ok=True)
    flush_folder(path.parent)


def append_privately(path: Path, line: str) -> None:
    """Append a line to a file that only this user reads, and that is no link. Raises OSError."""
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        os.write(handle, line.encode())
    finally:
        os.close(handle)


def put_in_place(temporary: Path, path: Path) -> bool:
    """Give a file a second name; tell whether that was free."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        if os.path.lexists(path):
            return False
        os.rename(temporary, path)
    return True


@contextlib.contextmanager
def naming(path: Path) -> Iterator[None]:
    """Name the file in an OSError that names none: what fails on an open file says only why."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            error.filename = str(path)
        raise


def in_words(error: BaseException) -> str:
    """Say what failed; of an OSError where as well, if that is known, and no number."""
    if not isinstance(error, OSError):
        return str(error)
    reason = error.strerror or str(error) or type(error).__name__
    return reason if error.filename is None else f"{os.fsdecode(error.filename)}: {reason}"


def open_regular(path: Path) -> BufferedReader:
    """Open a file for reading. Raises OSError, also for what is no file: a pipe would block, a device never end."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "is not a file", str(path))
    return open(handle, "rb")


def identity(file: Path | int) -> tuple[int, int] | None:
    """Return what tells a file from every other one at the same path, None when there is none."""
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def temporary_name(path: Path) -> Path:
    """Return a name beside a file that no other thread has; a long one stays within what a file system takes."""
    return path.with_name(f".{path.name[:LONGEST_START]}.{os.getpid()}-{threading.get_native_id()}.tmp")


def remove_temporaries(folder: Path) -> None:
    """Remove what a writer that was killed left behind. Only for folders that nobody else writes to now."""
    for leftover in folder.glob(".*.tmp"):
        with contextlib.suppress(OSError):
            leftover.unlink()


def flush_to_disk(handle: int) -> None:
    """Have what was written last through a power cut, where the file system has a way to. Raises OSError."""
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in NOT_THERE:
            raise


def flush_folder(folder: Path) -> None:
    """Make renames in a folder last through a power cut, where the file system has a way to. Raises OSError."""
    with naming(folder):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            flush_to_disk(handle)
        finally:
            os.close(handle)
