"""Unix sockets at paths of any length, and who is at the other end of one."""

import contextlib
import errno
import os
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

from engine.storage.paths import PathError

LIMIT = 107  # bytes of a path; the system's 108 hold a closing zero as well
NOBODY = -1  # the user at the other end of a connection that is not made yet
HANDLES = Path("/proc/self/fd")


@contextlib.contextmanager
def address(path: Path) -> Iterator[str]:
    """Give an address for a socket's path that is short enough to bind or connect to.

    A path over the limit is reached through a handle on its folder. Raises PathError where the system has no such way,
    OSError when the folder is not there.
    """
    if len(os.fsencode(path)) <= LIMIT:
        yield str(path)
        return
    if not HANDLES.is_dir():
        raise PathError(f"{path}: is longer than the {LIMIT} bytes of a socket path; set XDG_STATE_HOME")
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"{HANDLES}/{folder}/{path.name}"
    finally:
        os.close(folder)


def is_answered(path: Path) -> bool:
    """Tell whether a process listens at a socket, were it one that is busy or suspended. Raises PathError."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.setblocking(False)
        try:
            with address(path) as way:
                return client.connect_ex(way) in (0, errno.EAGAIN, errno.EINPROGRESS)
        except OSError:
            return False


def peer_uid(connection: socket.socket) -> int | None:
    """Return the user at the other end, or None where the system cannot tell; the folder's mode guards then."""
    if not hasattr(socket, "SO_PEERCRED"):
        return None
    peer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return int(struct.unpack("3i", peer)[1])
