"""Checkpoints: verified when read, and never executed."""

import hashlib
import os
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from engine.storage.runs.checkpoint import (
    FORMAT,
    CheckpointError,
    digest_file,
    load_checkpoint,
    save_checkpoint,
)
from tests.engine.storage.runs.checkpoint_files import content, number_in, with_digest
from tests.engine.storage.runs.checkpoint_files import saved as saved


def test_a_checkpoint_comes_back_as_it_was_saved(saved: Path) -> None:
    loaded = load_checkpoint(saved)
    assert loaded["format"] == FORMAT
    assert loaded["config"] == {"lr": 0.1}
    assert number_in(saved) == 1
    assert sorted(entry.name for entry in saved.parent.iterdir()) == ["last.pt", "last.pt.sha256"]


def test_the_digest_is_what_sha256sum_checks(saved: Path) -> None:
    assert digest_file(saved).read_text() == f"{hashlib.sha256(saved.read_bytes()).hexdigest()}  last.pt\n"
    save_checkpoint(saved, content(2))
    assert digest_file(saved).read_text() == f"{hashlib.sha256(saved.read_bytes()).hexdigest()}  last.pt\n"
    assert number_in(saved) == 2


@pytest.mark.parametrize("place", [0.0, 0.3, 0.6, 0.99])
def test_a_flipped_bit_is_found(saved: Path, place: float) -> None:
    data = bytearray(saved.read_bytes())
    data[int(place * len(data))] ^= 1
    saved.write_bytes(data)
    with pytest.raises(CheckpointError, match=r"last\.pt: does not match last\.pt\.sha256"):
        load_checkpoint(saved)


@pytest.mark.parametrize("length", [0, 1, 500])
def test_a_truncated_file_is_found(saved: Path, length: int) -> None:
    saved.write_bytes(saved.read_bytes()[:length])
    with pytest.raises(CheckpointError, match=r"last\.pt: does not match"):
        load_checkpoint(saved)


@pytest.mark.parametrize("digest", [b"", b"\n\n", b"\xff\xfe\x00", b"0" * 64])
def test_a_damaged_digest_does_not_pass(saved: Path, digest: bytes) -> None:
    digest_file(saved).write_bytes(digest)
    with pytest.raises(CheckpointError, match=r"last\.pt"):
        load_checkpoint(saved)


@pytest.mark.parametrize("missing", ["last.pt", "last.pt.sha256"])
def test_a_missing_half_is_named(saved: Path, missing: str) -> None:
    (saved.parent / missing).unlink()
    with pytest.raises(CheckpointError, match=f"{missing}: does not exist".replace(".", r"\.")):
        load_checkpoint(saved)


@pytest.mark.parametrize("stored", [{"format": FORMAT + 1}, {}, {"format": str(FORMAT)}, [FORMAT], torch.zeros(3)])
def test_another_format_is_refused(tmp_path: Path, stored: object) -> None:
    path = tmp_path / "last.pt"
    torch.save(stored, path)
    with_digest(path, path.read_bytes())
    with pytest.raises(CheckpointError, match=f"last.pt: is not a checkpoint of format {FORMAT}"):
        load_checkpoint(path)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 no zip", b"\x80\x02.", b"just text", bytes(1000)])
def test_a_file_that_is_no_checkpoint_is_refused(tmp_path: Path, data: bytes) -> None:
    path = with_digest(tmp_path / "last.pt", data)
    with pytest.raises(CheckpointError, match=r"last\.pt: is not a checkpoint"):
        load_checkpoint(path)


class Bomb:
    """Pickled, it makes a folder when it is read."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
        return os.mkdir, (str(self.target),)


@pytest.mark.parametrize("plain", [False, True], ids=["torch", "pickle"])
def test_a_pickle_that_would_run_code_is_refused_and_not_run(tmp_path: Path, plain: bool) -> None:
    path, target = tmp_path / "last.pt", tmp_path / "executed"
    bomb = {"format": FORMAT, "model": Bomb(target)}
    if plain:
        path.write_bytes(pickle.dumps(bomb, protocol=2))
    else:
        torch.save(bomb, path)
    with_digest(path, path.read_bytes())
    with pytest.raises(CheckpointError, match=r"last\.pt: is not a checkpoint"):
        load_checkpoint(path)
    assert not target.exists()
