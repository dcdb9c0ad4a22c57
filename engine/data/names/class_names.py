"""The names of classes: from folders, or from a list beside the data. They are shown, typed and written on disk, so
what nobody could tell apart, or read, is refused here.

Names from folders are in natural order: numbers in them by value, 9 before 10, and else by their characters, capitals
before small letters. `classes.txt` beside the data, one name a line in the order of the labels, says otherwise.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

from engine.data.dataset import DataError
from engine.data.idx import LIST as LIST
from engine.storage.files import open_regular
from engine.storage.typed_path import written

LONGEST_LIST = 50_000  # bytes
LONGEST = 40  # characters of a name
MOST, FEWEST = 62, 2
UNSHOWN = ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp")  # controls, marks of direction, halves of characters


def class_name(text: str, where: str) -> str:
    """Return a name as it is shown: its characters composed, single spaces. Raises DataError for one that is none."""
    remedy = "give it another name"
    try:
        text.encode()
    except UnicodeEncodeError:
        raise DataError(f"{where}: the name of a class is no UTF-8; {remedy}") from None
    composed = unicodedata.normalize("NFC", text)
    for char in composed:
        if unicodedata.category(char) in UNSHOWN:
            raise DataError(f"{where}: the name of a class has the character U+{ord(char):04X}; {remedy}")
    name = " ".join(composed.split())
    if not name:
        raise DataError(f"{where}: the name of a class is empty; {remedy}")
    if len(name) > LONGEST:
        raise DataError(
            f"{where}: the name of the class {name[:20]!r}... has {len(name)} characters, at most {LONGEST} can be"
            f" shown; {remedy}"
        )
    return name


def class_names(texts: Iterable[str], where: str) -> tuple[str, ...]:
    """Return the names in this order, each as `class_name` does. Raises DataError."""
    found: dict[str, str] = {}
    for text in texts:
        name = class_name(text, where)
        if name in found:
            other = f"{found[name]!r} and {text!r} are" if found[name] != text else f"{text!r} is there twice:"
            raise DataError(f"{where}: {other} the same name of a class; give one of them another name")
        found[name] = text
    if not FEWEST <= len(found) <= MOST:
        raise DataError(f"{where}: has {len(found)} classes; there must be {FEWEST} to {MOST}")
    return tuple(found)


def natural(text: str) -> tuple[list[str | int], str]:
    """Return what names are sorted by."""
    pieces = re.split(r"(\d+)", text, flags=re.ASCII)
    return [int(piece) if place % 2 else piece for place, piece in enumerate(pieces)], text


def listed_classes(folder: Path) -> tuple[str, ...] | None:
    """Return the names in the `classes.txt` of a folder, None where there is none. Raises DataError."""
    path = folder / LIST
    try:
        with open_regular(path) as file:
            content = file.read(LONGEST_LIST + 1)
        if len(content) > LONGEST_LIST:
            raise DataError(f"{written(path)}: is too long for the names of {MOST} classes; write one name a line")
        lines = content.decode("utf-8-sig").splitlines()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise DataError(f"{written(path)}: is no UTF-8; write it as such, one name a line") from None
    except OSError as error:
        raise DataError(
            f"{written(path)}: cannot be read ({error.strerror}); make it readable, or remove it"
        ) from error
    return class_names((line for line in lines if line.strip()), written(path))


def write_list(folder: Path, classes: Sequence[str]) -> None:
    """Raises OSError."""
    (folder / LIST).write_text("".join(f"{name}\n" for name in classes), encoding="utf-8")


def folder_names(classes: Sequence[str]) -> list[str]:
    """Return a name of a folder for each class. Where two would be one, with their case ignored as some disks do, each
    has its label before it."""
    plain = [re.sub(r"[/\\\0]", "_", name) for name in classes]
    plain = [f"_{name[1:]}" if name.startswith(".") else name for name in plain]
    alike = [name.casefold() for name in plain]
    return [f"{label:02}-{name}" if alike.count(alike[label]) > 1 else name for label, name in enumerate(plain)]
