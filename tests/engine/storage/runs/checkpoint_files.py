"""Checkpoint files made by hand, with a right digest."""

import hashlib
import io
from pathlib import Path

import torch

from engine.storage.runs.checkpoint import digest_file


def with_digest(path: Path, data: bytes) -> Path:
    """Write a file with a right digest, as somebody who means harm would."""
    path.write_bytes(data)
    digest_file(path).write_text(f"{hashlib.sha256(data).hexdigest()}  {path.name}\n")
    return path


def saved(content: object) -> bytes:
    buffer = io.BytesIO()
    torch.save(content, buffer)
    return buffer.getvalue()
