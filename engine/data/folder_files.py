"""The image files of a data folder, `train/<class>/` and `test/<class>/`, found without opening those whose ending says
what they are. Folders below a class's are searched too.

Where a part has folders of digits alone, the classes are the ten digits. Else they are what the folders are called, in
natural order, or the names that `classes.txt` beside train/ and test/ lists.
"""

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from engine.data.dataset import MOST_IMAGES, DataError
from engine.data.images.decode import ENDINGS
from engine.data.names.class_folders import folders_in, folders_of_classes, layout_of
from engine.vocabulary.messages.base import DIGITS

SPLITS = ("train", "test")
DEEPEST = 16  # folders below that of a class
NAMED = 3  # files that are left out; the others are counted
# What lies beside images: left out unread.
OTHERS = (".txt", ".csv", ".tsv", ".json", ".jsonl", ".md", ".xml", ".html", ".yaml", ".yml", ".db", ".ini", ".log")
# How a file begins that Pillow reads here, whatever its name (engine/data/images/decode.py, FORMATS).
READ = re.compile(
    rb"\x89PNG\r\n|\xff\xd8\xff|BM.{4}\x00{4}|GIF8[79]a|RIFF.{4}WEBP|II[*+]\x00|MM\x00[*+]|P[1-6]\s", re.DOTALL
)
UNREAD = {
    "HEIC": rb".{4}ftyp(hei|hev|mif)", "AVIF": rb".{4}ftypavi", "PDF": rb"%PDF", "PostScript": rb"%!PS",
    "SVG": rb"\s*<(svg|\?xml)", "icon": rb"\x00\x00\x01\x00", "JPEG 2000": rb"\x00\x00\x00\x0cjP",
    "JPEG XL": rb"\xff\x0a", "Photoshop": rb"8BPS", "zip archive": rb"PK\x03\x04", "gzip archive": rb"\x1f\x8b",
}  # fmt: skip


@dataclass
class Tree:
    """The image files of a folder, and what lies beside them."""

    files: dict[str, list[tuple[str, int]]] = field(default_factory=dict)  # split -> (path, label), unordered
    classes: tuple[str, ...] = DIGITS
    digest: str = ""  # of names, sizes and times
    size: int = 0  # bytes of all images
    ignored: int = 0  # files that are not images, and are not expected to be
    left_out: list[str] = field(default_factory=list)  # others, with what they are

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be said about all that is not read."""
        notes = []
        if self.ignored:
            files = "file that is" if self.ignored == 1 else "files that are"
            notes.append(f"{self.ignored:,} {files} no image ignored")
        if self.left_out:
            more = f" and {len(self.left_out) - NAMED:,} more" if len(self.left_out) > NAMED else ""
            notes.append(f"left out, not readable as an image: {', '.join(self.left_out[:NAMED])}{more}")
        return tuple(notes)


def scan(root: Path, *, to_test: bool = False, classes: tuple[str, ...] | None = None) -> Tree:
    """Find the files of a tree. Raises DataError unless both splits have a folder with images for each class.

    What is only `to_test` on needs no more than one image below test/, of these `classes`.
    """
    tree = Tree()
    digest = hashlib.sha256()
    try:
        splits = [split for split in SPLITS if split == "test" or not to_test or (root / split).is_dir()]
        found = {split: folders_in(root / split, tree) for split in splits}
        tree.classes, chosen = folders_of_classes(root, found, classes if to_test else None, some=to_test)
        if tree.classes != DIGITS:
            digest.update("\n".join(tree.classes).encode())
        layout = layout_of(tree.classes)
        for split in SPLITS:
            files = tree.files[split] = []
            for label, folder in chosen.get(split, []):
                before = len(files)
                for entry, status in images_below(folder, tree):
                    files.append((entry.path, label))
                    tree.size += status.st_size
                    name = entry.path[len(str(folder)) + 1 :]  # with the folders below the class's
                    # The change time as well: copying a file over with its old times does not hide it.
                    line = f"{split}/{label}/{name}/{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}\n"
                    digest.update(os.fsencode(line))
                    if len(files) > MOST_IMAGES:
                        raise DataError(f"{root / split}: holds more than {MOST_IMAGES:,} images; remove some")
                if len(files) == before and not to_test:
                    beside = f" ({'; '.join(tree.notes)})" if tree.notes else ""
                    raise DataError(f"{folder}: holds no image{beside}; {layout}")
    except OSError as error:
        raise DataError(f"{error.filename}: cannot be read ({error.strerror}); repair or remove it") from error
    if not tree.files["test"]:
        where = "test/0 to test/9" if tree.classes == DIGITS else "a folder of test/ with the name of a class"
        raise DataError(f"{root / 'test'}: holds no image to test on; there must be one in {where}")
    tree.digest = digest.hexdigest()
    return tree


def images_below(folder: Path | str, tree: Tree, depth: int = 0) -> Iterator[tuple["os.DirEntry[str]", os.stat_result]]:
    """Find the images of a folder and of those below it, in the order of their names.

    A link to a folder is not followed: it may lead round in a circle, or to the images of another class. A link to a
    file is.
    """
    if depth > DEEPEST:
        raise DataError(f"{folder}: is more than {DEEPEST} folders below that of its class; move its images up")
    with os.scandir(folder) as entries:
        inside = sorted(entries, key=lambda entry: entry.name)
    for entry in inside:
        name = entry.name.lower()
        if name.startswith("."):
            tree.ignored += 1
        elif name.endswith(ENDINGS):
            found = entry.stat()
            if not stat.S_ISREG(found.st_mode):
                raise DataError(f"{entry.path}: is not a file, although it has the name of an image; rename it")
            yield entry, found
        elif entry.is_dir(follow_symlinks=False):
            yield from images_below(entry.path, tree, depth + 1)
        elif entry.is_dir():
            tree.left_out.append(f"{entry.name} (a link to a folder)")
        elif name.endswith(OTHERS) or not entry.is_file():
            tree.ignored += 1
        else:
            beginning = start_of(entry.path)
            if READ.match(beginning):
                yield entry, entry.stat()
            else:
                tree.left_out.append(f"{entry.name} ({kind_of(beginning)})")


def start_of(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read(16)


def kind_of(beginning: bytes) -> str:
    """Return what a file is that begins so, in a few words."""
    if not beginning:
        return "empty"
    found = (name for name, sign in UNREAD.items() if re.match(sign, beginning, re.DOTALL))
    return next(found, "no image")
