"""Checkpoint files: made by hand, with a right digest, or that hold a number, to tell which one is read."""

import hashlib
import io
from pathlib import Path

import pytest
import torch

from engine.storage.runs.checkpoint import digest_file, load_checkpoint, save_checkpoint


def with_digest(path: Path, data: bytes) -> Path:
    """Write a file with a right digest, as somebody who means harm would."""
    path.write_bytes(data)
    digest_file(path).write_text(f"{hashlib.sha256(data).hexdigest()}  {path.name}\n")
    return path


def saved_bytes(content: object) -> bytes:
    buffer = io.BytesIO()
    torch.save(content, buffer)
    return buffer.getvalue()


def content(number: int) -> dict[str, object]:
    return {"model": {"w": torch.full((50,), float(number))}, "position": {"step": number}, "config": {"lr": 0.1}}


def number_in(path: Path) -> int:
    loaded = load_checkpoint(path)
    step = loaded["position"]["step"]
    assert torch.equal(loaded["model"]["w"], torch.full((50,), float(step)))
    return int(step)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "last.pt"
    save_checkpoint(path, content(1))
    return path
