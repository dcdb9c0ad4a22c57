"""Checkpoints: an atomic save and a verified load.

A checkpoint is a dictionary saved by `torch.save` that loads with `weights_only=True`. Beside `last.pt` lies
`last.pt.sha256` in the format of sha256sum, because torch.load verifies no checksum.
"""

import hashlib
import io
import os
import shutil
import stat
import zipfile
from pathlib import Path
from typing import Any

import torch

from engine.files import temporary_name, write_atomically
from engine.runs import LAST, PREVIOUS

FORMAT = 1
LARGEST = 1 << 30  # bytes; DenseNet-121 with Adam's moments has a tenth of that


class CheckpointError(Exception):
    """A checkpoint that cannot be used; the message names the file, what is wrong, and what to do."""


def save_checkpoint(path: Path, content: dict[str, Any]) -> None:
    """Write a checkpoint and its digest. Raises OSError; the old pair then stays valid.

    The digest file first names the new digest and the old one, then the checkpoint is replaced, then the old
    digest goes: whenever a crash comes, the file that is there is one whose digest is listed.
    """
    buffer = io.BytesIO()
    torch.save({"format": FORMAT, **content}, buffer)
    data = buffer.getvalue()
    digests = digest_file(path)
    line = f"{hashlib.sha256(data).hexdigest()}  {path.name}\n"
    old = digests.read_text() if digests.exists() and path.exists() else ""
    write_atomically(digests, (line + old).encode())
    write_atomically(path, data)
    if old:
        write_atomically(digests, line.encode())


def keep_previous(folder: Path) -> None:
    """Make the last checkpoint the previous one as well, before a new one takes its place. Raises OSError.

    A second name for the same file: it costs no copy, and the first name is not touched.
    """
    last, previous = folder / LAST, folder / PREVIOUS
    if not last.exists() or not digest_file(last).exists():
        return
    known = digest_file(last).read_text().replace(LAST, PREVIOUS)
    old = digest_file(previous).read_text() if digest_file(previous).exists() else ""
    write_atomically(digest_file(previous), (known + old).encode())
    link = temporary_name(previous)
    link.unlink(missing_ok=True)
    try:
        os.link(last, link)
    except OSError:  # a file system without hard links
        shutil.copyfile(last, link)
    os.replace(link, previous)
    link.unlink(missing_ok=True)  # renaming to another name of the same file does nothing; so after a failed save
    write_atomically(digest_file(previous), known.encode())


def load_last(folder: Path) -> tuple[dict[str, Any], str]:
    """Read a run's last checkpoint, or the one before it when the last is damaged.

    Returns the content, and what was wrong with the last one ("" when nothing was). Raises CheckpointError for
    the last one when neither can be used.
    """
    try:
        return load_checkpoint(folder / LAST), ""
    except CheckpointError as error:
        if not (folder / PREVIOUS).exists():
            raise
        try:
            return load_checkpoint(folder / PREVIOUS), str(error)
        except CheckpointError:
            raise error from None


def load_checkpoint(path: Path, device: torch.device | str = "cpu") -> dict[str, Any]:
    """Read a checkpoint, its digest verified, nothing in it executed. Raises CheckpointError."""
    try:
        data = _read(path)
        known = [line.split()[0] for line in digest_file(path).read_text().splitlines() if line.strip()]
    except FileNotFoundError as error:
        raise CheckpointError(f"{error.filename}: is not there; the run has no complete checkpoint") from error
    except (OSError, UnicodeDecodeError) as error:
        raise CheckpointError(f"{path}: cannot be read ({error})") from error
    if hashlib.sha256(data).hexdigest() not in known:
        raise CheckpointError(f"{path}: does not match {digest_file(path).name}; the file is damaged or was changed")
    _check_archive(path, data)
    try:
        content = torch.load(io.BytesIO(data), map_location=device, weights_only=True)
    except Exception as error:  # torch's reader raises whatever it stumbles over
        why = next(iter(str(error).splitlines()), type(error).__name__)
        raise CheckpointError(f"{path}: is not a checkpoint ({why})") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise CheckpointError(f"{path}: is not a checkpoint of format {FORMAT}, which this program reads")
    _check_tensors(path, content)
    return content


def _read(path: Path) -> bytes:
    """Raises OSError, and CheckpointError for what is no file or larger than any checkpoint."""
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):  # a pipe would block for ever
        raise CheckpointError(f"{path}: is not a file")
    if found.st_size > LARGEST:
        raise CheckpointError(f"{path}: has {found.st_size} bytes; a checkpoint has at most {LARGEST}")
    with open(path, "rb") as file:
        return file.read(LARGEST)


def _check_archive(path: Path, data: bytes) -> None:
    """Raise CheckpointError for an archive that unpacks to more than it is: torch compresses nothing."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, UnicodeDecodeError) as error:
        raise CheckpointError(f"{path}: is not a checkpoint ({error})") from error
    size = sum(max(entry.file_size, entry.compress_size) for entry in entries)
    if size > len(data) or any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
        raise CheckpointError(f"{path}: is not a checkpoint (it unpacks to {size} bytes, more than it holds)")


def _check_tensors(path: Path, content: object) -> None:
    """Raise CheckpointError for a tensor that claims more elements than the file has: a copy would fill the memory."""
    waiting = [content]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list | tuple):
            waiting += value
        elif isinstance(value, torch.Tensor) and (
            value.layout is not torch.strided or value.numel() * value.element_size() > value.untyped_storage().nbytes()
        ):
            raise CheckpointError(f"{path}: holds a tensor of shape {list(value.shape)[:8]} that is not in the file")


def digest_file(path: Path) -> Path:
    return path.with_name(path.name + ".sha256")
