"""Where things lie: data, checkpoints, and the engine's socket and lock.

`checkpoints/` may be on a network home, where sockets and locks are unreliable and paths can be longer than
the 108 bytes that a Unix socket allows. So socket and lock lie in the user's state folder, which survives a
logout (unlike /run/user) and which nobody else may enter.
"""

import hashlib
import os
import stat
from pathlib import Path

SOCKET_PATH_LIMIT = 107  # sun_path holds 108 bytes with the closing zero
SAMPLE_NAME = "mnist-5k.npz"


class PathError(Exception):
    """A folder that cannot be used safely; the message names it, what is wrong, and what to do."""


def source_checkout() -> Path | None:
    """Return the root of the source checkout this program runs from, or None when it is an installed wheel."""
    root = Path(__file__).resolve().parent.parent
    return root if (root / "pyproject.toml").is_file() and (root / "Dataset").is_dir() else None


def user_data_folder() -> Path:
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "mnist-tui"


def default_data() -> Path:
    """Return the data folder used when none is named: `$MNIST_TUI_DATA`, the checkout's, or the user's."""
    named = os.environ.get("MNIST_TUI_DATA")
    return Path(named) if named else (source_checkout() or user_data_folder()) / "Dataset"


def default_checkpoints() -> Path:
    """Return the folder of runs used when none is named: `$MNIST_TUI_CHECKPOINTS`, the checkout's, or the user's."""
    named = os.environ.get("MNIST_TUI_CHECKPOINTS")
    return Path(named) if named else (source_checkout() or user_data_folder()) / "checkpoints"


def sample_file() -> Path:
    """Return the 5,000 digits that ship with the program."""
    root = source_checkout()
    return root / "Dataset" / SAMPLE_NAME if root else Path(__file__).resolve().parent / SAMPLE_NAME


def state_folder() -> Path:
    """Return the private folder for sockets and locks, made if needed.

    Raises PathError when it is a symbolic link, belongs to somebody else, or is open to others: whoever can
    write there could answer in the engine's place.
    """
    base = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    folder = base / "mnist-tui"
    try:
        base.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise PathError(f"{folder}: cannot be made ({error.strerror}); set XDG_STATE_HOME") from error
    if not stat.S_ISDIR(found.st_mode):
        raise PathError(f"{folder}: is not a plain folder; remove it or set XDG_STATE_HOME to another place")
    if found.st_uid != os.getuid():
        raise PathError(f"{folder}: belongs to user {found.st_uid}, not to you; set XDG_STATE_HOME")
    if found.st_mode & 0o077:
        raise PathError(f"{folder}: is open to other users (mode {found.st_mode & 0o777:03o}); chmod 700 it")
    return folder


def engine_socket(checkpoints: Path) -> Path:
    """Return the socket of the one engine that serves this folder of runs. Raises PathError if it is too long."""
    key = hashlib.sha256(os.fsencode(checkpoints.resolve())).hexdigest()[:16]
    path = state_folder() / f"{key}.sock"
    if len(os.fsencode(path)) > SOCKET_PATH_LIMIT:
        raise PathError(f"{path}: is longer than the {SOCKET_PATH_LIMIT} bytes of a socket path; set XDG_STATE_HOME")
    return path


def engine_lock(checkpoints: Path) -> Path:
    return engine_socket(checkpoints).with_suffix(".lock")


def engine_log(checkpoints: Path) -> Path:
    return checkpoints / "engine.log"
