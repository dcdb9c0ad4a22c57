"""Checkpoints: verified when read, never executed, and whole whenever a writer is killed."""

import hashlib
import os
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from engine.storage.files import remove_temporaries, write_atomically
from engine.storage.runs.checkpoint import (
    FORMAT,
    CheckpointError,
    digest_file,
    keep_previous,
    load_checkpoint,
    load_last,
    save_checkpoint,
)


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


def write_with_digest(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    digest_file(path).write_text(f"{hashlib.sha256(data).hexdigest()}  {path.name}\n")
    return path


@pytest.mark.parametrize("stored", [{"format": FORMAT + 1}, {}, {"format": str(FORMAT)}, [FORMAT], torch.zeros(3)])
def test_another_format_is_refused(tmp_path: Path, stored: object) -> None:
    path = tmp_path / "last.pt"
    torch.save(stored, path)
    write_with_digest(path, path.read_bytes())
    with pytest.raises(CheckpointError, match=f"last.pt: is not a checkpoint of format {FORMAT}"):
        load_checkpoint(path)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 no zip", b"\x80\x02.", b"just text", bytes(1000)])
def test_a_file_that_is_no_checkpoint_is_refused(tmp_path: Path, data: bytes) -> None:
    path = write_with_digest(tmp_path / "last.pt", data)
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
    write_with_digest(path, path.read_bytes())
    with pytest.raises(CheckpointError, match=r"last\.pt: is not a checkpoint"):
        load_checkpoint(path)
    assert not target.exists()


# ------------------------------------------------------------------ crashes


class Crash(Exception):
    """The machine stops here."""


def crash_at(monkeypatch: pytest.MonkeyPatch, function: str, call: int, *, before: bool) -> None:
    real = getattr(os, function)
    calls = 0

    def crashing(*arguments: object, **options: object) -> object:
        nonlocal calls
        calls += 1
        if calls == call and before:
            raise Crash
        result = real(*arguments, **options)
        if calls == call:
            raise Crash
        return result

    monkeypatch.setattr(os, function, crashing)


REPLACES, FSYNCS = 3, 6  # of one save over an old checkpoint: digests, checkpoint, digest; a file and a folder each


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize(
    ("function", "call"),
    [*(("replace", i) for i in range(1, REPLACES + 1)), *(("fsync", i) for i in range(1, FSYNCS + 1))],
)
def test_a_crash_at_any_stage_leaves_a_valid_checkpoint(
    saved: Path, monkeypatch: pytest.MonkeyPatch, function: str, call: int, before: bool
) -> None:
    with monkeypatch.context() as patch:
        crash_at(patch, function, call, before=before)
        with pytest.raises(Crash):
            save_checkpoint(saved, content(2))
    # Once the checkpoint itself was renamed (the second of three writes) it is the new one.
    renamed = (call, not before) >= (2, True) if function == "replace" else call >= 4
    assert number_in(saved) == (2 if renamed else 1)
    save_checkpoint(saved, content(3))
    assert number_in(saved) == 3
    assert digest_file(saved).read_text().count("\n") == 1


def test_the_stages_of_a_save_are_those_tested_above(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for function, calls in (("replace", REPLACES), ("fsync", FSYNCS)):
        with monkeypatch.context() as patch:
            crash_at(patch, function, calls + 1, before=True)
            save_checkpoint(saved, content(2))


@pytest.mark.parametrize(("function", "call"), [("replace", 1), ("replace", 2), ("fsync", 1), ("fsync", 3)])
def test_a_crash_in_the_first_save_leaves_no_half_of_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str, call: int
) -> None:
    path = tmp_path / "last.pt"
    with monkeypatch.context() as patch:
        crash_at(patch, function, call, before=True)
        with pytest.raises(Crash):
            save_checkpoint(path, content(1))
    with pytest.raises(CheckpointError, match="does not exist"):
        load_checkpoint(path)
    save_checkpoint(path, content(2))
    assert number_in(path) == 2


def test_an_error_while_writing_leaves_no_temporary_file(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        crash_at(patch, "replace", 2, before=True)
        with pytest.raises(Crash):
            save_checkpoint(saved, content(2))
    assert sorted(entry.name for entry in saved.parent.iterdir()) == ["last.pt", "last.pt.sha256"]


def test_what_a_killed_writer_left_is_removed(tmp_path: Path) -> None:
    (tmp_path / ".last.pt.123.tmp").write_text("half")
    (tmp_path / "kept.tmp").write_text("")
    remove_temporaries(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["kept.tmp"]


def test_a_replaced_file_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text("old")
    path.chmod(0o640)
    write_atomically(path, b"new")
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o640


# ------------------------------------------------------------- the one before


def save_as_a_run_does(folder: Path, number: int) -> None:
    keep_previous(folder)
    save_checkpoint(folder / "last.pt", content(number))


def test_the_checkpoint_before_the_last_is_kept(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        save_as_a_run_does(tmp_path, number)
    assert number_in(tmp_path / "last.pt") == 3
    assert number_in(tmp_path / "previous.pt") == 2


def test_a_damaged_last_checkpoint_falls_back_and_says_so(tmp_path: Path) -> None:
    save_as_a_run_does(tmp_path, 1)
    save_as_a_run_does(tmp_path, 2)
    assert load_last(tmp_path)[1] == ""
    (tmp_path / "last.pt").write_bytes(b"torn")
    loaded, problem = load_last(tmp_path)
    assert loaded["position"]["step"] == 1
    assert "last.pt: does not match" in problem
    (tmp_path / "previous.pt").write_bytes(b"torn")
    with pytest.raises(CheckpointError, match=r"last\.pt: does not match"):
        load_last(tmp_path)


@pytest.mark.parametrize("function", ["replace", "fsync", "link"])
@pytest.mark.parametrize("call", range(1, 13))
def test_a_crash_at_any_stage_of_a_runs_save_leaves_a_checkpoint_to_resume_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str, call: int
) -> None:
    save_as_a_run_does(tmp_path, 1)
    save_as_a_run_does(tmp_path, 2)
    with monkeypatch.context() as patch:
        crash_at(patch, function, call, before=True)
        try:
            save_as_a_run_does(tmp_path, 3)
        except Crash:
            done = False
        else:
            done = True
    loaded, problem = load_last(tmp_path)
    assert problem == ""
    assert loaded["position"]["step"] == 3 if done else loaded["position"]["step"] in (2, 3)
    if (tmp_path / "previous.pt").exists():
        assert number_in(tmp_path / "previous.pt") in (1, 2)
    save_as_a_run_does(tmp_path, 4)
    assert number_in(tmp_path / "last.pt") == 4
