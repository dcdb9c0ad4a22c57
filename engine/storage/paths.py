"""Where files are: data, checkpoints, and the engine's socket and lock.

`checkpoints/` may be on a network home, where sockets and locks are unreliable. So socket and lock lie in the user's
state folder, which survives a logout (unlike /run/user) and which nobody else may enter.
"""

import contextlib
import os
import pwd
import shutil
import stat
import tempfile
from pathlib import Path

from engine.storage.file_lock import is_held
from engine.storage.files import open_regular
from engine.storage.typed_path import unwrapped

LONGEST_PATH = 4096  # bytes
SAMPLE_NAME = "mnist-5k.npz"
RENDEZVOUS = ".meeting-"


class PathError(Exception):
    """A folder that cannot be used safely; the message names it, what is wrong, and what to do."""


def source_checkout() -> Path | None:
    """Return the root of the source checkout this program runs from, or None when it is an installed wheel."""
    root = Path(__file__).resolve().parents[2]
    return root if (root / "pyproject.toml").is_file() and (root / "Dataset").is_dir() else None


def user_data_folder() -> Path:
    """Raises PathError."""
    return xdg_folder("XDG_DATA_HOME", ".local/share") / "mnist-tui"


def xdg_folder(variable: str, default: str) -> Path:
    """Return a user's base folder: the variable's, or the default below the home. Raises PathError without a home.

    A relative path in the variable is passed over, as the XDG specification asks: it would be another folder in each
    place the program is called from.
    """
    named = Path(os.environ.get(variable, ""))
    return named if named.is_absolute() else home(variable) / default


def home(instead: str) -> Path:
    with contextlib.suppress(KeyError):  # a user whom the system does not know
        folder = Path(os.environ.get("HOME") or pwd.getpwuid(os.getuid()).pw_dir)
        if folder.is_absolute():
            return folder
    raise PathError(f"there is no home folder (HOME is {os.environ.get('HOME', '')!r}); set HOME or {instead}")


def default_data() -> Path:
    """Return the data folder used when none is named: `$MNIST_TUI_DATA`, the checkout's, or the user's."""
    named = unwrapped(os.environ.get("MNIST_TUI_DATA", ""))
    return Path(named) if named else (source_checkout() or user_data_folder()) / "Dataset"


def default_checkpoints() -> Path:
    """Return the folder of runs used when none is named: `$MNIST_TUI_CHECKPOINTS`, the checkout's, or the user's."""
    named = os.environ.get("MNIST_TUI_CHECKPOINTS")
    return Path(named) if named else (source_checkout() or user_data_folder()) / "checkpoints"


def sample_file() -> Path:
    """Return the 5,000 digits that ship with the program."""
    root = source_checkout()
    return root / "Dataset" / SAMPLE_NAME if root else Path(__file__).resolve().parents[1] / SAMPLE_NAME


def state_folder() -> Path:
    """Return the private folder for sockets and locks, made if needed.

    Raises PathError when it is a symbolic link, belongs to somebody else, or is open to others: whoever can
    write there could answer in the engine's place. The folders above it may be links.
    """
    folder = xdg_folder("XDG_STATE_HOME", ".local/state") / "mnist-tui"
    try:
        make_private(folder)
        found = folder.lstat()
    except OSError as error:
        raise PathError(
            f"{folder}: cannot be made ({error.strerror}); set XDG_STATE_HOME to a folder of yours"
        ) from error
    if not stat.S_ISDIR(found.st_mode):
        raise PathError(f"{folder}: is not a plain folder; remove it or set XDG_STATE_HOME to another place")
    if found.st_uid != os.getuid():
        raise PathError(f"{folder}: belongs to user {found.st_uid}, not to you; set XDG_STATE_HOME")
    if found.st_mode & 0o077:
        raise PathError(f"{folder}: is open to other users (mode {found.st_mode & 0o777:03o}); chmod 700 it")
    return folder


def make_private(folder: Path) -> None:
    """Make a folder, and those above it that are missing, for this user alone, whatever the umask. Raises OSError."""
    if os.path.lexists(folder):
        return
    make_private(folder.parent)
    with contextlib.suppress(FileExistsError):  # another process was quicker
        folder.mkdir(mode=0o700)
        folder.chmod(0o700)  # a umask may have taken even the owner's rights


def engine_socket(checkpoints: Path) -> Path:
    """Return the socket of the one engine that serves this folder of runs. Raises PathError."""
    return socket_of(served_as(checkpoints.resolve()))


def socket_of(path: Path) -> Path:
    import hashlib  # which takes longer than all else here, and is needed for sockets only

    key = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    return state_folder() / f"{key}.sock"


def served_file(checkpoints: Path) -> Path:
    """Return the file in which an engine leaves the path by which it is found."""
    return checkpoints / ".engine"


def served_as(here: Path) -> Path:
    """Return the path for which the engine of a folder of runs is found: the one that the folder had when that engine
    began, if it was moved under it. A mere copy of a folder is another one."""
    try:
        with open_regular(served_file(here)) as file:
            before = Path(os.fsdecode(file.read(LONGEST_PATH).rstrip(b"\n")))
        moved = before.is_absolute() and (before.resolve() == here or not os.path.lexists(before))
        if before != here and moved and is_held(socket_of(before).with_suffix(".lock")):
            return before
    except (OSError, ValueError, RuntimeError):  # no such word was left, or nonsense; a loop of links
        pass
    return here


def engine_lock(checkpoints: Path) -> Path:
    """Raises PathError."""
    return engine_socket(checkpoints).with_suffix(".lock")


def new_rendezvous(checkpoints: Path) -> Path:
    """Make a folder where the processes of an engine find each other. Raises PathError, OSError."""
    socket = engine_socket(checkpoints)
    return Path(tempfile.mkdtemp(prefix=f"{socket.stem}{RENDEZVOUS}", dir=socket.parent))


def remove_rendezvous(checkpoints: Path, keep: str) -> None:
    """Remove such folders, but this one; called by an engine as it starts, as torchrun needs them to its own end."""
    socket = engine_socket(checkpoints)
    for folder in socket.parent.glob(f"{socket.stem}{RENDEZVOUS}*"):
        if str(folder) != keep:
            shutil.rmtree(folder, ignore_errors=True)


def engine_log(checkpoints: Path) -> Path:
    return checkpoints / "engine.log"
