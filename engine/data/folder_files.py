"""The image files of a data folder, `train/<digit>/` and `test/<digit>/`, found without opening those whose ending says
what they are. Folders below a digit's are searched too."""

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from engine.data.dataset import MOST_IMAGES, DataError
from engine.data.images.decode import ENDINGS
from engine.vocabulary.messages.base import DIGITS

SPLITS = ("train", "test")
LAYOUT = "there must be train/0 to train/9 and test/0 to test/9, with images in each"
DEEPEST = 16  # folders below that of a digit
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

    files: dict[str, list[tuple[str, int]]] = field(default_factory=dict)  # split -> (path, digit), unordered
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


def scan(root: Path, *, to_test: bool = False) -> Tree:
    """Find the files of a tree. Raises DataError unless each split has exactly the folders 0 to 9 with images.

    What is only `to_test` on needs no more than one image below test/.
    """
    tree = Tree()
    digest = hashlib.sha256()
    try:
        for split in SPLITS:
            files = tree.files[split] = []
            if to_test and split == "train" and not (root / split).is_dir():
                continue
            for digit, folder in digit_folders(root / split, tree, some=to_test):
                before = len(files)
                for entry, found in images_below(folder, tree):
                    files.append((entry.path, digit))
                    tree.size += found.st_size
                    name = entry.path[len(str(folder)) + 1 :]  # with the folders below the digit's
                    # The change time as well: copying a file over with its old times does not hide it.
                    line = f"{split}/{digit}/{name}/{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}\n"
                    digest.update(os.fsencode(line))
                    if len(files) > MOST_IMAGES:
                        raise DataError(f"{root / split}: holds more than {MOST_IMAGES:,} images; remove some")
                if len(files) == before and not to_test:
                    beside = f" ({'; '.join(tree.notes)})" if tree.notes else ""
                    raise DataError(f"{folder}: holds no image{beside}; {LAYOUT}")
    except OSError as error:
        raise DataError(f"{error.filename}: cannot be read ({error.strerror}); repair or remove it") from error
    if not tree.files["test"]:
        raise DataError(f"{root / 'test'}: holds no image to test on; there must be one in test/0 to test/9")
    tree.digest = digest.hexdigest()
    return tree


def digit_folders(split: Path, tree: Tree, *, some: bool = False) -> list[tuple[int, Path]]:
    """Return the digits with their folders: all, or, where `some` will do, those that are there."""
    if not split.is_dir():
        raise DataError(f"{split}: is missing; {LAYOUT}")
    for entry in split.iterdir():
        if entry.name.startswith(".") or not entry.is_dir():
            tree.ignored += 1
        elif entry.name not in DIGITS:
            raise DataError(f"{entry}: is not the folder of a digit; {LAYOUT}, and no other folders")
    folders = [(digit, split / name) for digit, name in enumerate(DIGITS)]
    for _, folder in folders:
        if not folder.is_dir() and not some:
            raise DataError(f"{folder}: is missing; {LAYOUT}")
    return [(digit, folder) for digit, folder in folders if folder.is_dir()]


def images_below(folder: Path | str, tree: Tree, depth: int = 0) -> Iterator[tuple["os.DirEntry[str]", os.stat_result]]:
    """Find the images of a folder and of those below it, in the order of their names.

    A link to a folder is not followed: it may lead round in a circle, or to the images of another digit. A link to a
    file is.
    """
    if depth > DEEPEST:
        raise DataError(f"{folder}: is more than {DEEPEST} folders below its digit's folder; move its images up")
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
