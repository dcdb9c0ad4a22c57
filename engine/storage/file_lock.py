"""Who holds a lock. The system frees it when its process ends."""

import fcntl
import os
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
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(handle)
    return False
