"""How exported files are named, and how they are written: whole or not at all, and none is replaced unasked."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from engine.export.extras import ExportError
from engine.storage.files import write_atomically, write_once
from engine.storage.typed_path import path_of
from engine.vocabulary.messages.export_messages import SUFFIXES, TABLE_FORMATS, WEIGHT_FORMATS, ExportRequest


def paths_of(request: ExportRequest, names: list[str]) -> list[Path]:
    """Return where the content for these runs goes: weights to a file each, all else to one.

    Raises ExportError for a file that is there, and for a folder that is not.
    """
    each = [[name] for name in names] if request.format in WEIGHT_FORMATS else [names]
    output = path_of(request.output) if request.output else None
    if output is not None and not output.is_dir():
        if len(each) > 1:
            raise ExportError(f"{output}: {len(each)} runs have a file of weights each; give a folder that is there")
        paths = [output]
    else:
        folder = output or path_of(request.folder or os.getcwd())
        paths = [folder / default_name(request, some) for some in each]
    for path in paths:
        if not path.parent.is_dir():
            raise ExportError(f"{path.parent}: is no folder; make it, or give another with -o")
        if os.path.lexists(path) and not (request.force or request.renumber):
            raise ExportError(taken(path))
    return paths


def default_name(request: ExportRequest, names: list[str]) -> str:
    """Return `0003-seed-cnn.onnx`, `0003-seed-cnn-epochs.csv`, or `0003-seed-cnn-and-2-more-curves.svg`."""
    first = names[0].replace("@", "-at-")
    stem = first if len(names) == 1 else f"{first}-and-{len(names) - 1}-more"
    if request.format not in WEIGHT_FORMATS:
        stem += f"-{request.table if request.format in TABLE_FORMATS else request.chart}"
    return stem + SUFFIXES[request.format]


def free_names(path: Path) -> Iterator[Path]:
    """Yield the path, then `NAME-2`, `NAME-3` and so on, as far as they are not there."""
    names = (path, *(path.with_stem(f"{path.stem}-{number}") for number in range(2, 1000)))
    return (each for each in names if not os.path.lexists(each))


def write(path: Path, content: bytes, request: ExportRequest) -> Path:
    """Write a file, and return where it is. Raises ExportError where one appeared meanwhile, and OSError."""
    if request.force:
        write_atomically(path, content)
        return path
    for each in free_names(path) if request.renumber else [path]:
        with contextlib.suppress(FileExistsError):  # another export has that name
            write_once(each, content)
            return each
    raise ExportError(taken(path))


def taken(path: Path) -> str:
    return f"{path}: exists already; give another name with -o, or --force to replace it"
