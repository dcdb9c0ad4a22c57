"""The folders this program writes to: whether it may, what room there is, and what their file system cannot do."""

import os
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from engine.machine.unix_socket import address
from engine.storage.file_lock import take_lock
from engine.storage.files import in_words
from engine.storage.paths import PathError, default_data, state_folder, xdg_folder
from tui.commands.doctor.findings import Finding, note, ok, problem

LEAST, LITTLE = 100 << 20, 1 << 30  # bytes
SKEW = 10.0  # seconds


def look(checkpoints: Path) -> Iterator[Finding]:
    yield from writable("runs", checkpoints, "--checkpoints FOLDER names another one")
    yield from sockets()
    try:
        cache = xdg_folder("XDG_CACHE_HOME", ".cache") / "mnist-tui"
    except PathError as error:
        yield problem(str(error), "set HOME")
    else:
        yield from writable("cache", cache, "set XDG_CACHE_HOME to a folder of yours", matters=False)
    yield from writable("temporary files", Path(tempfile.gettempdir()), "set TMPDIR to a folder of yours")
    named = os.environ.get("MNIST_TUI_DATA", "")
    if named and not default_data().exists():
        yield note(
            f"data: {named} (MNIST_TUI_DATA) is not there; the sample is used", "correct or unset MNIST_TUI_DATA"
        )


def writable(name: str, folder: Path, remedy: str, *, matters: bool = True) -> Iterator[Finding]:
    """Try to write where a folder is or will be; `matters` is false where the program works without it."""
    wrong = problem if matters else note
    try:
        there = nearest(folder)
    except OSError as error:
        yield wrong(f"{name}: {in_words(error)}", remedy)
        return
    if not there.is_dir():
        yield wrong(f"{name}: {there} is no folder", remedy)
        return
    try:
        free = shutil.disk_usage(there).free
        inodes = os.statvfs(there)
        with tempfile.TemporaryFile(dir=there, prefix=".mnist-tui-doctor-") as file:
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
            written = os.fstat(file.fileno()).st_mtime
            holds = locks(there)
    except OSError as error:
        yield wrong(f"{name}: {there}: {error.strerror or error}", f"chmod u+rwx {there}, or {remedy}")
        return
    room = f"{free / 2**30:.1f} GiB free"
    if free < LEAST or (inodes.f_files and not inodes.f_favail):
        said = room if free < LEAST else "no room for more files"
        yield wrong(f"{name}: {there}: {said}; runs wait when the disk is full", f"make room, or {remedy}")
    elif free < LITTLE:
        yield note(f"{name}: {folder}, {room}", f"make room, or {remedy}")
    else:
        yield ok(f"{name}: {folder}{'' if there == folder else ' (not made yet)'}, {room}")
    if abs(written - time.time()) > SKEW:
        yield note(
            f"{name}: the clock of its file server differs by {written - time.time():+.0f} s",
            "set both clocks by NTP: timedatectl set-ntp true",
        )
    if not holds:
        yield note(f"{name}: this file system has no locks, so two machines could train in one folder", remedy)


def nearest(folder: Path) -> Path:
    """Return the folder, or the one above it that is there. Raises OSError for a name that no file can have."""
    while folder != folder.parent:
        try:
            folder.stat()
            return folder
        except (FileNotFoundError, NotADirectoryError, PermissionError):  # the one above says which
            folder = folder.parent
    return folder


def locks(folder: Path) -> bool:
    """Tell whether a lock keeps another one away. Raises OSError where no file can be made."""
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".mnist-tui-doctor-") as file, open(file.name, "rb") as other:
        return bool(take_lock(file.fileno())) and not take_lock(other.fileno())


def sockets() -> Iterator[Finding]:
    """Look at the private folder in which an engine listens."""
    remedy = "set XDG_STATE_HOME to a folder of yours on a local disk"
    try:
        folder = state_folder()
    except PathError as error:
        yield problem(f"sockets: {error}", remedy)
        return
    path = folder / f"doctor-{os.getpid()}.sock"
    try:
        with address(path) as place, socket.socket(socket.AF_UNIX) as own:
            own.bind(place)
            path.unlink()
    except (OSError, PathError) as error:
        yield problem(f"sockets: {folder}: none can be made ({in_words(error)})", remedy)
        return
    yield from writable("sockets", folder, remedy)
