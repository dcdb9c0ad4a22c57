"""How a folder of runs gets only one engine: two locks, and the socket that leads to it.

The lock in the state folder makes an engine the one that is found from there. The lock on the folder of runs itself
keeps a second one away when the state folder was deleted, or is another one. The system frees both however the engine
ends: no number of a process is ever read from a file and trusted (`engine/machine/lock_holder.py`).

Socket and lock are named for the path that the folder of runs had when its engine began. It is written into the folder,
so that the engine is found although the folder was moved to another disk, with a link in its place.

On some network file systems a lock is had by everybody who asks. There an engine is one that answers.
"""

import asyncio
import contextlib
import errno
import os
import socket
import threading
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from engine.machine.lock_holder import lock_text, locked_by
from engine.machine.unix_socket import address, is_answered
from engine.storage.file_lock import is_held, take_lock
from engine.storage.files import identity, write_atomically
from engine.storage.paths import PathError, engine_lock, engine_socket, served_file, state_folder
from engine.storage.printing import say

GLANCE = 0.3  # seconds for which somebody who only looks whether a lock is held may hold it
LOOK_EVERY = 1.0  # seconds between two looks whether socket and lock are still there
RETURN = 3 * LOOK_EVERY  # seconds for an engine whose state folder was deleted to be there again
AGAIN = 0.05


class InstanceLock:
    """Held until the process ends. `keep_reachable` runs in the server's thread, `release` in the worker's."""

    def __init__(self, checkpoints: Path, lock: int, folder_lock: int) -> None:
        self.checkpoints = checkpoints
        self.path = engine_socket(checkpoints)
        self.lock_path = engine_lock(checkpoints)
        self.sure = is_held(self.lock_path) or is_held(checkpoints)  # that nobody else was given these locks
        self._lock = lock
        self._folder_lock = folder_lock
        self._bound: tuple[int, int] | None = None
        self._released = False
        self._lost = False
        self._guard = threading.Lock()

    def listen(self) -> socket.socket:
        """Bind the socket, in place of what an engine that died left there. Raises PathError."""
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self.path.unlink(missing_ok=True)
            with address(self.path) as way:
                listener.bind(way)
            self.path.chmod(0o600)
        except OSError as error:
            listener.close()
            raise PathError(f"{self.path}: no socket can be made there ({error.strerror}); {remedy(error)}") from error
        self._bound = identity(self.path)
        return listener

    async def keep_reachable(self, serve: Callable[[socket.socket], Coroutine[Any, Any, None]]) -> None:
        """Be there again whenever somebody deleted the socket, the lock, or all of the state folder.

        The old listener stays open: those who are attached notice nothing, and nobody new can find it.
        """
        serving = []
        while True:
            await asyncio.sleep(LOOK_EVERY)
            with contextlib.suppress(PathError, OSError):  # a state folder that is unsafe now may be mended later
                listener = await asyncio.to_thread(self.renew)
                if listener is not None:
                    serving.append(asyncio.create_task(serve(listener)))

    def renew(self) -> socket.socket | None:
        """Make again what was deleted; return the new listener if the socket was. Raises PathError and OSError."""
        with self._guard:
            if self._released:
                return None
            state_folder()  # is made if need be; an unsafe one is refused
            if identity(self.lock_path) != identity(self._lock):
                lock = try_lock(self.lock_path)
                if lock is None:
                    return None  # an engine that starts; it will find the folder of runs taken, and go
                os.close(self._lock)
                self._lock = lock
            self.follow_folder()
            there = identity(self.path)
            lost = not self.sure and there not in (None, self._bound)
            if lost and not self._lost:
                say(f"another engine has taken {self.path}; nothing can connect to this one until that one ends")
            self._lost = lost
            return self.listen() if there != self._bound and not lost else None

    def follow_folder(self) -> None:
        """Hold the folder of runs where it is now, and leave word in it of where its engine is found."""
        with contextlib.suppress(OSError):  # it is gone, and may come back
            if identity(self.checkpoints) != identity(self._folder_lock):
                folder_lock = try_lock_folder(self.checkpoints)
                if folder_lock is not None:
                    os.close(self._folder_lock)
                    self._folder_lock = folder_lock
            if not served_file(self.checkpoints).exists():
                write_served_path(self.checkpoints)

    def release(self) -> None:
        """Remove the socket: from now on nobody should find this engine."""
        with self._guard, contextlib.suppress(OSError):
            self._released = True
            if identity(self.path) == self._bound:  # else it is another engine's
                self.path.unlink(missing_ok=True)


def lock_instance(checkpoints: Path) -> InstanceLock | None:
    """Return the locks of the only engine of a folder, or None when another engine has them and can be attached to.

    Raises PathError when another engine has the folder of runs but is not to be found from here, or when lock or
    folder cannot be used.
    """
    checkpoints = checkpoints.resolve()
    began = time.monotonic()
    while True:
        lock = try_lock(engine_lock(checkpoints))
        if lock is None:
            if time.monotonic() - began > GLANCE:
                return None
        else:
            folder_lock = try_lock_folder(checkpoints)
            if folder_lock is not None:
                instance = InstanceLock(checkpoints, lock, folder_lock)
                if instance.sure or not is_answered(instance.path):
                    write_served_path(checkpoints)
                    return instance
                os.close(folder_lock)
            os.close(lock)  # the other one may be on its way back to it
            if is_answered(engine_socket(checkpoints)):
                return None  # locks mean something in one of the two folders, or in none
            if time.monotonic() - began > RETURN:
                raise PathError(
                    f"{checkpoints}: another engine{holder(checkpoints)} serves this folder of runs, but not through"
                    f" {engine_socket(checkpoints)}: it has another XDG_STATE_HOME or another user; stop it there, or"
                    " use another folder with --checkpoints"
                )
        time.sleep(AGAIN)


def try_lock(path: Path) -> int | None:
    """Return a held lock, or None when somebody else holds it. Raises PathError."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        os.fchmod(handle, 0o600)  # a umask may have taken even the owner's rights
    except OSError as error:
        raise PathError(f"{path}: cannot be used as a lock ({error.strerror}); {remedy(error)}") from error
    if take_lock(handle) is None:  # on a file system that has no locks, who answers at the socket must do
        os.close(handle)
        return None
    with contextlib.suppress(OSError):  # it is a lock without it
        os.ftruncate(handle, 0)
        os.write(handle, lock_text().encode())  # for people: what is done to a process, the system confirms
    return handle


def try_lock_folder(folder: Path) -> int | None:
    """Return a handle on the folder, locked where its file system can do that, or None when somebody holds it."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    if take_lock(handle) is None:  # where folders cannot be locked, the lock in the state folder must do
        os.close(handle)
        return None
    return handle


def write_served_path(checkpoints: Path) -> None:
    """Write into a folder of runs by which path its engine is found. A full disk is no reason not to begin."""
    with contextlib.suppress(OSError):
        write_atomically(served_file(checkpoints), os.fsencode(checkpoints) + b"\n")


def remedy(error: OSError) -> str:
    """Say what helps where a file in the state folder cannot be made."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "make room, or set XDG_STATE_HOME to another disk"
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM, errno.EMFILE, errno.ENFILE, errno.EOPNOTSUPP):
        return "set XDG_STATE_HOME to another place"
    return "remove it"


def holder(path: Path) -> str:
    """Return ` (pid 123)` for the process that holds the lock on a file, as far as the system tells."""
    pid = locked_by(path)
    return f" (pid {pid})" if pid else ""
