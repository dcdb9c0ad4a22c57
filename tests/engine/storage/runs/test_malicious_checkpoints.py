"""Checkpoints made to do harm, with a right digest: refused by name in little memory, nothing in them executed."""

import io
import os
import pickle
import re
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from memory import MIB, Memory, measured

from engine.storage.runs.checkpoint import LARGEST, CheckpointError, load_checkpoint
from engine.storage.runs.folders import LAST
from tests.engine.storage.runs.checkpoint_files import saved_bytes, with_digest


def zipped(entries: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def records(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as source:
        return {name: source.read(name) for name in source.namelist()}


def refused(path: Path, reason: str) -> None:
    with pytest.raises(CheckpointError, match=reason) as caught:
        load_checkpoint(path)
    assert str(path) in str(caught.value)


class MakesFolder:
    """Pickled, it makes a folder when it is read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, (str(self.folder),)


@pytest.mark.parametrize("first", [True, False], ids=["both lines of defence", "the second alone"])
def test_a_pickle_that_runs_code_runs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: bool) -> None:
    if not first:
        monkeypatch.setattr("engine.storage.runs.checkpoint_safety.check_outline", lambda pickled: None)
    trap = tmp_path / "trap"
    for data in (
        saved_bytes({"format": 1, "model": MakesFolder(trap)}),
        pickle.dumps(MakesFolder(trap)),
        zipped({"archive/data.pkl": pickle.dumps(MakesFolder(trap), protocol=2), "archive/version": b"3"}),
    ):
        refused(with_digest(tmp_path / LAST, data), "is not a checkpoint")
        assert not trap.exists()


@measured
@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_bomb_is_refused_before_it_goes_off(tmp_path: Path, method: int) -> None:
    good = records(saved_bytes({"format": 1, "w": torch.zeros(8)}))
    path = with_digest(tmp_path / LAST, zipped(good | {"archive/data/0": bytes(40 * MIB)}, method))
    assert path.stat().st_size < MIB
    with Memory() as used:
        refused(path, "it unpacks to .* more than it holds")
    assert used.grown < 20 * MIB


def test_entries_that_lie_over_each_other_are_refused(tmp_path: Path) -> None:
    data = bytearray(zipped({"archive/a": bytes(1000), "archive/b": bytes(1000)}))
    second = data.rindex(b"PK\x01\x02")
    data[second + 42 : second + 46] = struct.pack("<I", 0)  # where the second entry is said to begin
    data[second + 20 : second + 28] = struct.pack("<II", 2000, 2000)
    refused(with_digest(tmp_path / LAST, bytes(data)), "is not a checkpoint")


@measured
@pytest.mark.parametrize("size", [LARGEST + 1, 1 << 40], ids=["a byte too many", "a terabyte"])
def test_a_file_of_absurd_size_is_not_even_read(tmp_path: Path, size: int) -> None:
    path = with_digest(tmp_path / LAST, b"")
    with open(path, "wb") as file:
        file.truncate(size)
    with Memory() as used:
        refused(path, f"has {size} bytes; a checkpoint has at most")
    assert used.grown < 20 * MIB


def test_what_is_read_is_what_was_checked(tmp_path: Path) -> None:
    """zipfile looks for the directory before the end of the file, torch where the end says that it is."""
    good = records(saved_bytes({"format": 1, "w": torch.ones(8)}))
    bomb, fine = zipped(good | {"archive/data/0": bytes(100 * MIB)}, zipfile.ZIP_DEFLATED), bytearray(zipped(good))
    directory, end = fine.index(b"PK\1\2"), fine.index(b"PK\5\6")
    other, other_end = bomb.index(b"PK\1\2"), bomb.index(b"PK\5\6")
    assert end - directory == other_end - other
    for entry in re.finditer(b"PK\1\2", bytes(fine)):  # zipfile adds what it believes to lie before the archive
        where = int.from_bytes(fine[entry.start() + 42 : entry.start() + 46], "little")
        fine[entry.start() + 42 : entry.start() + 46] = struct.pack("<I", (where + other - directory) % 2**32)
    fine[end + 16 : end + 20] = struct.pack("<I", other)
    path = with_digest(tmp_path / LAST, bomb[:other_end] + bytes(fine))
    assert torch.equal(load_checkpoint(path)["w"], torch.ones(8))


@measured
def test_more_records_than_any_checkpoint_has_are_not_listed(tmp_path: Path) -> None:
    entry = struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 0xFFFF, 0xFFFF, len(entry) * 10**6, 0, 0)
    path = with_digest(tmp_path / LAST, entry * 10**6 + end)
    with Memory() as used:
        refused(path, "more than 10000 records")
    assert used.grown < 150 * MIB  # of which the file itself has 45


@measured
def test_a_large_file_without_its_digest_is_not_kept_in_memory(tmp_path: Path) -> None:
    path = with_digest(tmp_path / LAST, b"")
    with open(path, "wb") as file:
        file.truncate(300 * MIB)
    with Memory() as used:
        refused(path, "does not match")
    assert used.grown < 20 * MIB


@measured
@pytest.mark.parametrize(
    "wish",
    [
        b"c__builtin__\nbytearray\nJ\0\0\0\x30\x85R", b"ctorch\nTensor\nJ\0\0\0\x30\x85R",
        b"ctorch\nFloatTensor\nJ\0\0\0\x30\x85R", b"ctorch._utils\n_rebuild_parameter\n)R",
        b"(i__builtin__\nbytearray\n", b"\x8c\x08builtins\x8c\x09bytearray\x93J\0\0\0\x30\x85R",
    ],
    ids=["bytes", "tensor", "floats", "parameter", "old", "new"],
)  # fmt: skip
def test_a_pickle_that_asks_for_memory_gets_none(tmp_path: Path, wish: bytes) -> None:
    outline = b"\x80\2}(X\6\0\0\0formatK\1X\1\0\0\0w" + wish + b"u."
    path = with_digest(tmp_path / LAST, zipped({"archive/data.pkl": outline, "archive/version": b"3\n"}))
    with Memory() as used:
        refused(path, "it asks for .* not only for tensors")
    assert used.grown < 20 * MIB


def test_a_tensor_that_claims_more_than_its_record_is_refused(tmp_path: Path) -> None:
    parts = records(saved_bytes({"format": 1, "w": torch.ones(8)}))
    grown = re.sub(rb"K\x08(tq.QK\x00)K\x08", rb"Kp\1Kp", parts["archive/data.pkl"], flags=re.S)
    assert grown != parts["archive/data.pkl"]
    refused(with_digest(tmp_path / LAST, zipped(parts | {"archive/data.pkl": grown})), "is not a checkpoint")


def endless() -> list[Any]:
    """A list that holds itself."""
    one: list[Any] = []
    one.append(one)
    return one


def vast() -> list[Any]:
    """A list of a thousand lists of a thousand lists ..., which all are the same: a few KB in a file."""
    many: list[Any] = []
    for _ in range(20):
        many = [many] * 1000
    return many


@measured
@pytest.mark.parametrize("make", [endless, vast, lambda: "x" * 2 * MIB, lambda: 1 << 20_000, lambda: {1j}])
def test_what_has_no_end_or_is_no_plain_value_is_refused(tmp_path: Path, make: Callable[[], object]) -> None:
    for content in ({"format": 1, "data": make()}, {"format": 1, "position": {"step": make()}}, [make()]):
        path = with_digest(tmp_path / LAST, saved_bytes(content))
        with Memory() as used:
            refused(path, "is not a checkpoint .it")
        assert used.grown < 50 * MIB


@measured
def test_a_tensor_that_claims_more_than_the_file_holds_is_refused(tmp_path: Path) -> None:
    vast = torch.zeros(1).expand(10**6, 10**6)
    path = with_digest(tmp_path / LAST, saved_bytes({"format": 1, "deep": [{"w": (vast,)}]}))
    with Memory() as used:
        refused(path, r"a tensor of shape \[1000000, 1000000\] that is not in the file")
    assert used.grown < 20 * MIB
