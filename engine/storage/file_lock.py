"""Who holds a lock. The system frees it when its process ends."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path


def is_held(path: Path) -> bool:
    """Tell whether somebody holds the lock on a file or folder, another handle of this process too.

    Never where locks mean nothing: some network file systems know no flock, and some say yes to everybody.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return take_lock(handle, fcntl.LOCK_SH) is None
    finally:
        os.close(handle)


def take_lock(handle: int, kind: int = fcntl.LOCK_EX) -> bool | None:
    """Lock an open file or folder, without waiting, until it is closed.

    Return None where somebody else has the lock, and False where the file system has none.
    """
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return None
    except OSError:
        return False
    return True


@contextlib.contextmanager
def locked_folder(folder: Path) -> Iterator[bool | None]:
    """Hold the lock on a folder: no engine begins there meanwhile.

    Yield None where somebody else has it, and False where locks mean nothing. Raises OSError.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        taken = take_lock(handle)
        yield is_held(folder) if taken else taken
    finally:
        os.close(handle)
