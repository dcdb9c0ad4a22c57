"""The seat of the one engine of a folder of runs: two locks, and the socket that leads to it.

The lock in the state folder makes an engine the one that is found from there. The lock on the folder of runs itself
keeps a second one away when the state folder was deleted, or is another one. The system frees both however the engine
ends: no number of a process is ever read from a file and trusted (`engine/holder.py`).
"""

import asyncio
import contextlib
import fcntl
import os
import socket
import threading
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from engine.holder import lock_text, locked_by
from engine.paths import PathError, engine_lock, engine_socket
from engine.sockets import address

GLANCE = 0.3  # seconds for which somebody who only looks whether a lock is held may hold it
LOOK_EVERY = 1.0  # seconds between two looks whether socket and lock are still there
RETURN = 3 * LOOK_EVERY  # seconds for an engine whose state folder was deleted to be there again
AGAIN = 0.05


class Seat:
    """Held until the process ends. `keep` runs in the server's thread, `leave` in the worker's."""

    def __init__(self, checkpoints: Path, lock: int, folder_lock: int) -> None:
        self.checkpoints = checkpoints
        self.path = engine_socket(checkpoints)
        self._lock = lock
        self._folder_lock = folder_lock
        self._bound: tuple[int, int] | None = None
        self._left = False
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
            raise PathError(f"{self.path}: no socket can be made there ({error.strerror}); remove it") from error
        self._bound = identity(self.path)
        return listener

    async def keep(self, serve: Callable[[socket.socket], Coroutine[Any, Any, None]]) -> None:
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
            if self._left:
                return None
            engine_socket(self.checkpoints)  # makes the state folder if need be, and refuses an unsafe one
            path = engine_lock(self.checkpoints)
            if identity(path) != identity(self._lock):
                lock = try_lock(path)
                if lock is None:
                    return None  # an engine that starts; it will find the folder of runs taken, and go
                os.close(self._lock)
                self._lock = lock
            return self.listen() if identity(self.path) != self._bound else None

    def leave(self) -> None:
        """Remove the socket: from now on nobody should find this engine."""
        with self._guard, contextlib.suppress(OSError):
            self._left = True
            self.path.unlink(missing_ok=True)


def take_seat(checkpoints: Path) -> Seat | None:
    """Return the seat, or None when another engine has it and can be attached to.

    Raises PathError when another engine has the folder of runs but is not to be found from here, or when lock or
    folder cannot be used.
    """
    began = time.monotonic()
    while True:
        lock = try_lock(engine_lock(checkpoints))
        if lock is None:
            if time.monotonic() - began > GLANCE:
                return None
        else:
            folder_lock = try_lock_folder(checkpoints)
            if folder_lock is not None:
                return Seat(checkpoints, lock, folder_lock)
            os.close(lock)  # the other one may be on its way back to it
            if time.monotonic() - began > RETURN:
                raise PathError(
                    f"{checkpoints}: another engine{holder(checkpoints)} serves this folder of runs, and not through"
                    f" {engine_socket(checkpoints)}: it has another XDG_STATE_HOME or another user; stop it there, or"
                    " name another folder with --checkpoints"
                )
        time.sleep(AGAIN)


def try_lock(path: Path) -> int | None:
    """Return a held lock, or None when somebody else holds it. Raises PathError."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        os.fchmod(handle, 0o600)  # a umask may have taken even the owner's rights
    except OSError as error:
        raise PathError(f"{path}: cannot be used as a lock ({error.strerror}); remove it") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    os.ftruncate(handle, 0)
    os.write(handle, lock_text().encode())  # only ever told to people: what is done to a process, the system confirms
    return handle


def try_lock_folder(folder: Path) -> int | None:
    """Return a handle on the folder, locked where its file system can do that, or None when somebody holds it."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    except OSError:
        pass  # a network file system that locks no folders; the lock in the state folder must do
    return handle


def is_held(path: Path) -> bool:
    """Tell whether somebody holds the lock on a file or folder."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
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


def identity(file: Path | int) -> tuple[int, int] | None:
    """Return what tells a file from every other one at the same path, None when there is none."""
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def holder(path: Path) -> str:
    """Return ` (pid 123)` for the process that holds the lock on a file, as far as the system tells."""
    pid = locked_by(path)
    return f" (pid {pid})" if pid else ""
