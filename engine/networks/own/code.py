"""The code of users' own networks: where it is, and which of it may be run. Imports no torch, and runs none of it.

A run's record names its network, and its folder holds a copy of the file. Both may come from somebody else, with the
folder. So only that code is run which the user has named: now, in the command itself, or earlier. What was named is on
record in the private state folder, by its digest, and a run's copy is run only when its very content is.
"""

import hashlib
from pathlib import Path

import msgspec

from engine.storage.files import append_privately, open_regular, write_atomically
from engine.storage.paths import PathError, state_folder
from engine.vocabulary.architectures import OwnName, is_own
from engine.vocabulary.config import ConfigError

COPY = "network.py"  # of the file, in the folder of a run
TRUSTED = "networks"  # lines of a digest and a name, in the state folder
PACKAGE = "package"  # in place of a digest: what is installed belongs to the program
LARGEST = 1 << 20  # bytes of a file


class NetworkError(ConfigError):
    """A user's own network that cannot be found, is not to be run, or is no network; the message says what to do."""


class Code(msgspec.Struct, frozen=True):
    """What a network is made from: its name, and the content of its file (empty for a package)."""

    model: str
    text: bytes = b""

    @property
    def name(self) -> OwnName:
        return OwnName.parse(self.model)

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text).hexdigest() if self.name.is_file else PACKAGE


def named_code(model: str) -> Code | None:
    """Return the code of a network that the user has named in this very command, None for one of the catalogue.

    Its file is read anew each time. Raises NetworkError.
    """
    if not is_own(model):
        return None
    try:
        name = OwnName.parse(model)
    except ValueError as error:
        raise NetworkError(f"Network (model): {error}") from None
    return Code(model, read_source(Path(name.place)) if name.is_file else b"")


def code_of_run(model: str, folder: Path) -> Code | None:
    """Return the code that a run was trained with, None for a network of the catalogue.

    Of a file, the copy in the run's folder counts: the file itself may have changed, or be somebody else's. Its name
    stays where the user gave it to this very code. Else it is that of the copy: what the form is then filled with
    must not lead to a file that somebody else has chosen.

    Raises NetworkError when there is none, or when this user has never named it.
    """
    code = brought_code(model, folder)
    if code is None or (code.digest, code.model) in trusted():
        return code
    if not is_trusted(code):
        raise NetworkError(
            f"run {folder.name} brings its own code ({where(code, folder)}), which you have not run before; look at it,"
            f" and if you trust it: mnist-tui trust {folder.name}"
        )
    return msgspec.structs.replace(code, model=name_of_copy(code, folder))


def brought_code(model: str, folder: Path) -> Code | None:
    """Return the code that a run brings with it, whoever wrote it, to be looked at. Raises NetworkError."""
    if not is_own(model) or not OwnName.parse(model).is_file:
        return named_code(model)
    return Code(model, read_source(folder / COPY))


def name_of_copy(code: Code, folder: Path) -> str:
    return str(OwnName(str(folder / COPY), code.name.kind)) if code.name.is_file else code.model


def where(code: Code, folder: Path) -> str:
    return str(folder / COPY) if code.name.is_file else f"from the package {code.name.place}"


def read_source(path: Path) -> bytes:
    """Raises NetworkError."""
    try:
        with open_regular(path) as file:
            text = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise NetworkError(f"{path}: does not exist; give the file of your network as FILE.py:Class") from None
    except (OSError, ValueError) as error:
        raise NetworkError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from error
    if len(text) > LARGEST:
        raise NetworkError(f"{path}: has more than {LARGEST} bytes, the most for the file of a network")
    return text


def keep_copy(code: Code | None, folder: Path) -> None:
    """Put a copy of a network's file into the folder of its run. Raises OSError."""
    if code is not None and code.name.is_file:
        write_atomically(folder / COPY, code.text)


# --------------------------------------------------------------------- trust


def trust(code: Code | None) -> None:
    """Put on record that the user has named this code. Raises NetworkError."""
    if code is None or (code.digest, code.model) in trusted():
        return
    try:
        append_privately(record(), f"{code.digest} {code.model}\n")
    except OSError as error:
        raise NetworkError(
            f"{record()}: cannot be written ({error.strerror}), so a run of {code.model} could not be resumed; make"
            " room, or set XDG_STATE_HOME"
        ) from error


def is_trusted(code: Code) -> bool:
    """Tell whether the user has named this code before: the class in a file of this content, or in this package."""
    if not code.name.is_file:
        return (PACKAGE, code.model) in trusted()
    return any(digest == code.digest and OwnName.parse(model).kind == code.name.kind for digest, model in trusted())


def trusted() -> set[tuple[str, str]]:
    """Return what the user has named so far: digests and names. Raises NetworkError."""
    found = set()
    try:
        with open_regular(record()) as file:
            lines = file.read().decode(errors="replace").splitlines()
    except FileNotFoundError:
        return set()
    except OSError as error:
        raise NetworkError(f"{record()}: cannot be read ({error.strerror})") from error
    for line in lines:
        digest, _, model = line.partition(" ")
        try:
            OwnName.parse(model)
        except ValueError:
            continue  # a line that was torn
        found.add((digest, model))
    return found


def record() -> Path:
    """Raises NetworkError."""
    try:
        return state_folder() / TRUSTED
    except PathError as error:
        raise NetworkError(str(error)) from error
