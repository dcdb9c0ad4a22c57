"""The file for the engine's output, `engine.log`: what may be one, and how it is kept small.

Everything that the engine starts writes to the same open file, native libraries too, and appends to it. So it is cut
in place: what has become too long is copied to `engine.log.1`, and the file emptied. Lines that are written in between,
which takes some milliseconds, are lost.
"""

import errno
import os
import stat
from io import BufferedWriter
from pathlib import Path

from engine.storage.files import identity, open_regular, write_atomically

LONGEST = 4 << 20  # bytes, of each of the two
OUTPUTS = (1, 2)  # stdout and stderr


def rotated(log: Path) -> Path:
    return log.with_name(f"{log.name}.1")


def open_log(log: Path) -> BufferedWriter:
    """Open a log to append to it. Raises OSError, also for what is no file: a pipe would block whoever opens it."""
    trouble = OSError(errno.EINVAL, "is not a file; remove it", str(log))
    try:
        handle = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC, 0o666)
    except OSError as error:
        if error.errno in (errno.ENXIO, errno.EISDIR, errno.ENODEV):  # a pipe that nobody reads, a folder, a socket
            raise trouble from error
        raise
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise trouble
    os.set_blocking(handle, True)
    return open(handle, "ab")


class EngineLog:
    """Keeps the log of this process small, and at its path. Does nothing where the output goes elsewhere."""

    def __init__(self, log: Path) -> None:
        self.log = log
        there = identity(log)
        self._outputs = [output for output in OUTPUTS if there is not None and identity(output) == there]

    def rotate(self) -> None:
        """To be called now and then. Raises OSError where something cannot be written; the next call tries again."""
        if not self._outputs:
            return
        if identity(self.log) != identity(self._outputs[0]):
            with open_log(self.log) as again:  # it was deleted, or its folder moved to another disk
                for output in self._outputs:
                    os.dup2(again.fileno(), output)
        size = os.fstat(self._outputs[0]).st_size
        if size > LONGEST:
            try:
                with open_regular(self.log) as file:
                    file.seek(size - LONGEST)
                    file.readline()
                    write_atomically(rotated(self.log), file.read())
            except OSError:
                if size <= 2 * LONGEST:
                    raise
            os.ftruncate(self._outputs[0], 0)
