"""Checkpoints: an atomic save and a verified load.

A checkpoint is a dictionary saved by `torch.save` that loads with `weights_only=True`. Beside `last.pt` lies
`last.pt.sha256` in the format of sha256sum, because torch.load verifies no checksum.
"""

import hashlib
import io
import os
import pickle
from io import BufferedReader
from pathlib import Path
from typing import Any

import torch

from engine.storage.files import in_words, open_regular, temporary_name, write_atomically
from engine.storage.runs.checkpoint_safety import check_values, checked_archive
from engine.storage.runs.folders import LAST, PREVIOUS

FORMAT = 1
LARGEST = 1 << 30  # bytes; DenseNet-121 with Adam's moments has a tenth of that
LONGEST_LIST = 4096  # bytes of a digest file, which names two at most


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
    new, old = hashlib.sha256(data).hexdigest(), intact_digest(path)
    _list_digests(path, new, old)
    write_atomically(path, data)
    if old:
        _list_digests(path, new)


def keep_previous(folder: Path) -> None:
    """Make the last checkpoint the previous one as well, before a new one takes its place. Raises OSError.

    A second name for the same file: it costs no copy, and the first name is not touched. A damaged last checkpoint
    does not take the place of a previous one that may be whole.
    """
    last, previous = folder / LAST, folder / PREVIOUS
    digest = intact_digest(last)
    if not digest:
        return
    _list_digests(previous, digest, intact_digest(previous))
    link = temporary_name(previous)
    link.unlink(missing_ok=True)
    try:
        os.link(last, link)
    except OSError:  # a file system without hard links
        write_atomically(previous, last.read_bytes())
    else:
        os.replace(link, previous)
        link.unlink(missing_ok=True)  # still there after a save that failed: both names were the same file already
    _list_digests(previous, digest)


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
        with open_regular(path) as file:
            size = os.fstat(file.fileno()).st_size
            if size > LARGEST:
                raise CheckpointError(f"{path}: has {size} bytes; a checkpoint has at most {LARGEST}")
            if _digest(file) not in _listed_digests(path):
                raise CheckpointError(f"{path}: does not match {digest_file(path).name}; it is damaged or was changed")
            file.seek(0)
            data = file.read(LARGEST)
    except FileNotFoundError as error:
        raise CheckpointError(f"{error.filename}: does not exist; the run has no complete checkpoint") from error
    except OSError as error:
        raise CheckpointError(f"{path}: cannot be read ({error})") from error
    try:
        content = torch.load(checked_archive(data), map_location=device, weights_only=True)
        check_values(content)
    except pickle.UnpicklingError as error:  # torch's text advises to read it without safety
        raise CheckpointError(f"{path}: is not a checkpoint (it holds more than plain values and tensors)") from error
    except Exception as error:  # torch's reader raises whatever it stumbles over
        raise CheckpointError(f"{path}: is not a checkpoint ({brief(error)})") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise CheckpointError(f"{path}: is not a checkpoint of format {FORMAT}, which this program reads")
    return content


def brief(error: BaseException) -> str:
    """Return the first line of an error's text: torch writes pages, and what it quotes may be of any length."""
    return next(iter(in_words(error).splitlines()), "")[:300] or type(error).__name__


def digest_file(path: Path) -> Path:
    return path.with_name(path.name + ".sha256")


def _list_digests(path: Path, *digests: str) -> None:
    content = "".join(f"{digest}  {path.name}\n" for digest in digests if digest)
    write_atomically(digest_file(path), content.encode())


def _listed_digests(path: Path) -> list[str]:
    """Raises OSError."""
    with open_regular(digest_file(path)) as file:
        lines = file.read(LONGEST_LIST).decode("ascii", "replace").splitlines()
    return [line.split()[0] for line in lines if line.strip()]


def _digest(file: BufferedReader) -> str:
    return hashlib.file_digest(file, "sha256").hexdigest()


def intact_digest(path: Path) -> str:
    """Return the digest of a checkpoint that matches it, "" for one that is missing or damaged."""
    try:
        with open_regular(path) as file:
            digest = _digest(file)
        return digest if digest in _listed_digests(path) else ""
    except OSError:
        return ""
