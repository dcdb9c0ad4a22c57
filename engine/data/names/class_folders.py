"""Which folder of an image data set is which class."""

import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from engine.data.dataset import DataError
from engine.data.names.class_names import LIST, class_name, class_names, folder_names, listed_classes, natural
from engine.storage.typed_path import written
from engine.vocabulary.messages.base import DIGITS, names_in_words

LAYOUT = "there must be train/0 to train/9 and test/0 to test/9, with images in each"
NAMED_LAYOUT = "there must be a folder for each class in train/ and in test/, with images in each"

Folders = dict[str, Path]  # by their names
Labelled = list[tuple[int, Path]]


class Counts(Protocol):
    ignored: int


def layout_of(classes: tuple[str, ...]) -> str:
    return LAYOUT if classes == DIGITS else NAMED_LAYOUT


def folders_in(split: Path, tree: Counts) -> Folders:
    """Return the folders of a part, by their names; what else lies there is counted. Raises OSError."""
    folders = {}
    for entry in split.iterdir() if split.is_dir() else ():
        if entry.name.startswith(".") or not entry.is_dir():
            tree.ignored += 1
        else:
            folders[entry.name] = entry
    return folders


def folders_of_classes(
    root: Path, found: dict[str, Folders], wanted: tuple[str, ...] | None, *, some: bool
) -> tuple[tuple[str, ...], dict[str, Labelled]]:
    """Return the classes, and the folders of each part with their labels, in this order. Raises DataError.

    Where `some` will do, a part need not have each; `wanted` are then the classes.
    """
    listed = listed_classes(root)
    if (
        listed is None
        and wanted is None
        and any((root / split).is_dir() and set(folders) <= set(DIGITS) for split, folders in found.items())
    ):
        return DIGITS, {split: digit_folders(root / split, folders, some) for split, folders in found.items()}
    if wanted is not None or listed is not None:
        classes = wanted or listed or ()
        return classes, {split: of_list(root / split, folders, classes, some) for split, folders in found.items()}
    for split in found:
        check_there(root / split, NAMED_LAYOUT)
    named = {split: by_class(folders) for split, folders in found.items()}
    check_alike(root, named)
    classes = class_names(sorted({*(name for part in named.values() for name in part)}, key=natural), written(root))
    labels = {name: label for label, name in enumerate(classes)}
    return classes, {
        split: sorted((labels[name], folder) for name, folder in part.items()) for split, part in named.items()
    }


def check_there(split: Path, layout: str) -> None:
    if not split.is_dir():
        raise DataError(f"{split}: is missing; {layout}")


def digit_folders(split: Path, folders: Folders, some: bool) -> Labelled:
    check_there(split, LAYOUT)
    for name, folder in folders.items():
        if name not in DIGITS:
            raise DataError(f"{folder}: is not the folder of a digit; {LAYOUT}, and no other folders")
    for name in DIGITS:
        if name not in folders and not some:
            raise DataError(
                f"{split / name}: is missing; {LAYOUT}; for other classes, call their folders by other names, or list"
                f" these in {LIST}"
            )
    return [(label, folders[name]) for label, name in enumerate(DIGITS) if name in folders]


def of_list(split: Path, folders: Folders, classes: tuple[str, ...], some: bool) -> Labelled:
    """Return the folders of classes that are given: by their names, or as an export calls them."""
    check_there(split, NAMED_LAYOUT)
    left = {unicodedata.normalize("NFC", name): folder for name, folder in folders.items()}
    if len(left) < len(folders):
        by_class(folders)  # which says of which two
    result = []
    for label, names in enumerate(zip(classes, folder_names(classes), strict=True)):
        folder = next((left.pop(name) for name in names if name in left), None)
        if folder is not None:
            result.append((label, folder))
        elif not some:
            raise DataError(f"{split}: has no folder for the class {names[0]!r}; {NAMED_LAYOUT}")
    if left:
        name = min(left, key=natural)
        raise DataError(
            f"{written(left[name])}: is not the folder of a class; the classes are {names_in_words(classes)}; rename"
            " it, or give data of these"
        )
    return result


def by_class(folders: Folders) -> Folders:
    """Return folders by the names of their classes. Raises DataError for two of one name."""
    named: Folders = {}
    for text, folder in sorted(folders.items()):
        name = class_name(text, written(folder))
        if name in named:
            raise DataError(f"{written(folder)}: is called as {written(named[name])} is, {name!r}; rename one of them")
        named[name] = folder
    return named


def check_alike(root: Path, named: dict[str, Folders]) -> None:
    """Raises DataError unless all parts have the same classes."""
    for split, other in (("train", "test"), ("test", "train")):
        missing = sorted(set(named.get(split, {})) - set(named.get(other, named.get(split, {}))), key=natural)
        if missing:
            alike = near(missing[0], named[other])
            raise DataError(
                f"{written(root / other)}: has no folder for the class {missing[0]!r}, which {split}/ has"
                + (f" (it has {alike!r}: their case differs)" if alike else "")
                + (f", nor for {len(missing) - 1} more" if len(missing) > 1 else "")
                + f"; {NAMED_LAYOUT}"
            )


def near(name: str, others: Iterable[str]) -> str:
    return next((other for other in others if other.casefold() == name.casefold()), "")
