"""A crash or an error at any stage of a save leaves a checkpoint to go on from."""

import os
from pathlib import Path

import pytest

from engine.storage.files import remove_temporaries, write_atomically
from engine.storage.runs.checkpoint import (
    CheckpointError,
    digest_file,
    keep_previous,
    load_checkpoint,
    load_last,
    save_checkpoint,
)
from tests.engine.storage.runs.checkpoint_files import content, number_in
from tests.engine.storage.runs.checkpoint_files import saved as saved


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
