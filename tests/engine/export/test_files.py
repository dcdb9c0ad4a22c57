"""Exported files: how they are named, and that they are whole and replace nothing unasked."""

import contextlib
import errno
import os
from pathlib import Path

import pytest

from engine.export.files import write
from engine.storage.files import write_once
from engine.vocabulary.messages.export_messages import ExportRequest
from tests.engine.export.recorded_runs import FIRST, SECOND, exported, recorded, refused  # noqa: F401


def test_a_file_that_is_there_is_refused_and_replaced_only_by_force(recorded: Path, tmp_path: Path) -> None:
    file = exported(recorded, "csv", tmp_path)
    assert file == tmp_path / f"{FIRST}-epochs.csv"
    file.write_text("mine")
    assert f"{file}: exists already" in refused(recorded, "csv", tmp_path)
    assert file.read_text() == "mine"
    assert exported(recorded, "csv", tmp_path, force=True) == file
    assert file.read_text().startswith("run,epoch")


def test_a_link_that_leads_nowhere_counts_as_there(recorded: Path, tmp_path: Path) -> None:
    (tmp_path / "x.csv").symlink_to(tmp_path / "gone")
    assert "exists already" in refused(recorded, "csv", tmp_path, output=str(tmp_path / "x.csv"))


def test_a_screen_gets_the_next_free_name(recorded: Path, tmp_path: Path) -> None:
    names = [exported(recorded, "csv", tmp_path, renumber=True).name for _ in range(3)]
    assert names == [f"{FIRST}-epochs.csv", f"{FIRST}-epochs-2.csv", f"{FIRST}-epochs-3.csv"]


def test_a_screen_s_export_gives_way_to_one_that_was_faster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = ExportRequest(checkpoints="", runs=[], format="csv", renumber=True)

    def late(path: Path, content: bytes) -> None:
        with contextlib.suppress(FileExistsError):
            (tmp_path / "x.csv").touch(exist_ok=False)
        write_once(path, content)

    monkeypatch.setattr("engine.export.files.write_once", late)
    assert write(tmp_path / "x.csv", b"ours", wanted) == tmp_path / "x-2.csv"
    assert (tmp_path / "x.csv").read_bytes() == b""


def test_tables_of_several_runs_are_one_file_and_weights_one_each(recorded: Path, tmp_path: Path) -> None:
    file = exported(recorded, "csv", tmp_path, FIRST, SECOND, "2")
    assert file.name == f"{FIRST}-and-1-more-epochs.csv"
    assert [line.partition(",")[0] for line in file.read_text().splitlines()[1:]] == 3 * [FIRST] + [SECOND]
    one = str(tmp_path / "both.safetensors")
    assert "2 runs have a file of weights each" in refused(recorded, "safetensors", tmp_path, FIRST, SECOND, output=one)


@pytest.mark.parametrize(
    ("runs", "more", "why"),
    [
        (["77"], {}, "there is no run '77'"),
        ([], {"output": "/nowhere/x.csv"}, "/nowhere: is no folder; make it"),
        ([], {"inline": True, "format": "onnx"}, "onnx is no text"),
    ],
)
def test_what_cannot_be_written_is_said(
    recorded: Path, tmp_path: Path, runs: list[str], more: dict[str, object], why: str
) -> None:
    assert why in refused(recorded, str(more.pop("format", "csv")), tmp_path, *runs, **more)


def test_a_full_disk_leaves_what_was_there_and_nothing_half(
    recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = exported(recorded, "csv", tmp_path)
    before = file.read_bytes()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    for output, force in ((file, True), (tmp_path / "new.csv", False)):
        told = refused(recorded, "csv", tmp_path, output=str(output), force=force)
        assert told == f"{output}: No space left on device"
    assert file.read_bytes() == before
    assert os.listdir(tmp_path) == [file.name]


def test_a_file_that_appears_meanwhile_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for no_links in (False, True):
        path = tmp_path / f"{no_links}.csv"
        path.write_text("mine")

        def refuse(*_: object) -> None:
            raise OSError(errno.EPERM, os.strerror(errno.EPERM))

        with monkeypatch.context() as patch:
            if no_links:
                patch.setattr(os, "link", refuse)
            with pytest.raises(FileExistsError) as caught:
                write_once(path, b"ours")
            assert caught.value.filename == str(path)
            write_once(path.with_suffix(".new"), b"ours")
        assert path.read_text() == "mine"
        assert path.with_suffix(".new").read_text() == "ours"
    assert not list(tmp_path.glob(".*.tmp"))
