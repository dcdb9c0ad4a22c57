"""Presets: hyperparameters that go together, built in or the user's own, as `checkpoints/presets/NAME.toml`.

Imports no torch.
"""

import difflib
import os
import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from engine.storage.files import write_atomically
from engine.storage.preset_file import PresetError, check_changes, check_title, preset_text, read_preset
from engine.vocabulary.config import Value
from engine.vocabulary.presets import PRESETS, Preset

FOLDER = "presets"
SUFFIX = ".toml"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
LONGEST_NAME = 40


class PresetExists(PresetError):
    """A preset of this name is there already, and was not to be replaced."""


class ListedPreset(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list of presets; `problem` says why its file cannot be used."""

    name: str
    title: str = ""
    changes: dict[str, Value] = {}
    built_in: bool = False
    problem: str = ""


# ---------------------------------------------------------- list, load, save


def list_presets(checkpoints: Path) -> list[ListedPreset]:
    """Return the built-in presets, then the user's own by name. A broken one has a problem, and hides no other."""
    listed = [
        ListedPreset(name=name, title=preset.title, changes=preset.changes, built_in=True)
        for name, preset in PRESETS.items()
    ]
    try:
        names = own_names(checkpoints)
    except PresetError as error:
        return [*listed, ListedPreset(name=FOLDER, problem=str(error))]
    return [*listed, *(listed_file(preset_file(checkpoints, name), name) for name in names)]


def listed_file(path: Path, name: str) -> ListedPreset:
    problem = ""
    try:
        check_name(name)
    except PresetError as error:
        problem = f"{path}: {error}"
    if not problem:
        try:
            preset = read_preset(path)
            return ListedPreset(name=name, title=preset.title, changes=preset.changes)
        except FileNotFoundError:
            problem = f"{path}: is a link to nothing"
        except PresetError as error:
            problem = str(error)
    return ListedPreset(name=name, problem=problem)


def load_preset(checkpoints: Path, name: str) -> Preset:
    """Return a built-in preset or one of the user's. Raises PresetError, which suggests the nearest name."""
    if name in PRESETS:
        return PRESETS[name]
    try:
        return read_preset(preset_file(checkpoints, known_name(checkpoints, name)))
    except FileNotFoundError:
        raise absent(checkpoints, name) from None


def save_preset(
    checkpoints: Path, name: str, changes: Mapping[str, object], title: str = "", *, replace: bool = False
) -> Path:
    """Write a preset of the user's and return its file; `changes` are to the defaults.

    Raises PresetExists when there is one of this name, unless it is to be replaced, and ConfigError for a name, a
    title or a value that will not do, for what is about the machine (see `without_machine`), and for a file that
    cannot be written.
    """
    check_name(name)
    path = preset_file(checkpoints, name)
    content = preset_text(Preset(check_title(title), check_changes(changes))).encode()
    if not replace and os.path.lexists(path):
        raise PresetExists(f"there is a preset {name!r} already ({path})")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content)
    except OSError as error:
        raise PresetError(f"{path}: cannot be written ({error.strerror})") from error
    return path


def delete_preset(checkpoints: Path, name: str) -> None:
    """Remove a preset of the user's, also one that cannot be read. Raises PresetError."""
    if name in PRESETS:
        raise PresetError(f"the preset {name!r} is built in and cannot be deleted")
    path = preset_file(checkpoints, known_name(checkpoints, name))
    try:
        path.unlink()
    except FileNotFoundError:
        raise absent(checkpoints, name) from None
    except OSError as error:
        raise PresetError(f"{path}: cannot be removed ({error.strerror})") from error


# --------------------------------------------------------------------- names


def own_names(checkpoints: Path) -> list[str]:
    """Return the names of the user's presets, sorted; also of those that cannot be used. Raises PresetError."""
    folder = checkpoints / FOLDER
    try:
        files = os.listdir(folder)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise PresetError(f"{folder}: cannot be read ({error.strerror})") from error
    return sorted(file.removesuffix(SUFFIX) for file in files if file.endswith(SUFFIX) and not file.startswith("."))


def preset_file(checkpoints: Path, name: str) -> Path:
    return checkpoints / FOLDER / f"{name}{SUFFIX}"


def check_name(name: str) -> None:
    """Raises PresetError for a name that no preset of the user's can have."""
    if name.lower() in PRESETS:  # also where the file system takes Fast and fast for one
        raise PresetError(f"the preset {name.lower()!r} is built in and cannot be changed; choose another name")
    if len(name) > LONGEST_NAME or not NAME.fullmatch(name):
        raise PresetError(
            f"{name!r} cannot be the name of a preset; give at most {LONGEST_NAME} letters (a to z), digits, '.', '_'"
            " and '-',"
            " the first a letter or a digit"
        )


def known_name(checkpoints: Path, name: str) -> str:
    """Return a name that may be one of a preset. Raises PresetError, which suggests the nearest."""
    try:
        check_name(name)
    except PresetError:
        raise absent(checkpoints, name) from None
    return name


def absent(checkpoints: Path, name: str) -> PresetError:
    known = {name.lower(): name for name in (*PRESETS, *own_names(checkpoints))}
    near = difflib.get_close_matches(name.lower(), known, n=1)
    hint = f"did you mean {known[near[0]]}?" if near else f"the presets are {', '.join(known.values())}"
    return PresetError(f"there is no preset {name!r}; {hint}")
