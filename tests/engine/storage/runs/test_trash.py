"""Deleted runs: moved, restored and removed, and nothing else with them."""

import os
import stat
from pathlib import Path

import pytest

from engine.storage.files import in_words
from engine.storage.runs import trash
from engine.storage.runs.folders import TRASH, RunError, create_folder, named_run, run_names, trashed
from engine.storage.runs.listing import list_runs
from engine.storage.runs.queue_file import QUEUE, Queue, QueueError, write_queue
from engine.storage.runs.trash import delete_run, empty_trash, list_trash, restore_run
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import QueuedRun
from tests.engine.storage.runs.records import RUN, content, finished_run


def test_a_deleted_run_comes_back_as_it_was(tmp_path: Path) -> None:
    folder = finished_run(tmp_path)
    before = content(folder)
    delete_run(folder)
    assert run_names(tmp_path) == []
    [found] = list_trash(tmp_path)
    assert (found.run, found.bytes) == (RUN, sum(map(len, before.values())))
    assert found.summary.epochs == 3
    assert restore_run(tmp_path, "1") == RUN
    assert content(folder) == before
    assert list_trash(tmp_path) == []
    assert list((tmp_path / TRASH).iterdir()) == []


def test_the_number_of_a_deleted_run_is_not_given_to_a_new_one(tmp_path: Path) -> None:
    delete_run(finished_run(tmp_path))
    assert create_folder(tmp_path, "seed-cnn").name == "0002-seed-cnn"


def test_of_several_runs_of_a_name_the_one_deleted_last_is_restored_and_no_run_is_replaced(tmp_path: Path) -> None:
    for number in range(12):  # more than ten in a second
        folder = tmp_path / RUN
        folder.mkdir()
        (folder / "which").write_text(str(number))
        delete_run(folder)
    assert restore_run(tmp_path, RUN) == RUN
    assert (tmp_path / RUN / "which").read_text() == "11"
    with pytest.raises(RunError, match="there is a run 0001-seed-cnn already; rename its folder"):
        restore_run(tmp_path, RUN)
    assert len(list_trash(tmp_path)) == 11


@pytest.mark.parametrize("name", ["", "7", "../../etc", "0009-x", "9" * 5000])
def test_what_is_not_in_the_trash_is_named(tmp_path: Path, name: str) -> None:
    delete_run(finished_run(tmp_path))
    with pytest.raises(RunError, match="is not in the trash"):
        restore_run(tmp_path, name)


def test_a_number_of_two_runs_changes_neither(tmp_path: Path) -> None:
    (tmp_path / "0003-a").mkdir()
    (tmp_path / "0003-b").mkdir()
    with pytest.raises(RunError, match="0003-a and 0003-b have the number 3; give the whole name"):
        named_run(tmp_path, "3")
    assert named_run(tmp_path, "0003-b") == tmp_path / "0003-b"
    with pytest.raises(RunError, match="no run is named"):
        named_run(tmp_path, "")
    for name in ("0003-a", "0003-b"):
        delete_run(tmp_path / name)
    with pytest.raises(RunError, match="give the whole name"):
        restore_run(tmp_path, "3")


def test_emptying_removes_what_is_in_the_trash_and_nothing_that_links_lead_to(tmp_path: Path) -> None:
    elsewhere, checkpoints = tmp_path / "elsewhere", tmp_path / "runs"
    elsewhere.mkdir()
    (elsewhere / "kept").write_text("kept")
    folder = finished_run(checkpoints)
    (folder / "link").symlink_to(elsewhere)
    (folder / "file").symlink_to(elsewhere / "kept")
    linked = checkpoints / "0002-linked"
    linked.symlink_to("../elsewhere")
    for each in (folder, linked):
        delete_run(each)
    assert {each.run for each in list_trash(checkpoints)} == {RUN, "0002-linked"}
    assert empty_trash(checkpoints) == 2
    assert (elsewhere / "kept").read_text() == "kept"
    assert list((checkpoints / TRASH).iterdir()) == []
    assert empty_trash(checkpoints) == 0


def test_a_run_that_is_a_link_comes_back_as_one(tmp_path: Path) -> None:
    elsewhere, checkpoints = tmp_path / "elsewhere", tmp_path / "runs"
    finished_run(elsewhere)
    checkpoints.mkdir()
    (checkpoints / "0002-linked").symlink_to(f"../elsewhere/{RUN}")
    delete_run(checkpoints / "0002-linked")
    assert restore_run(checkpoints, "2") == "0002-linked"
    assert (checkpoints / "0002-linked").is_symlink()
    assert list_runs(checkpoints, live="")[0].state == "finished"


def test_a_trash_that_is_a_link_is_not_used(tmp_path: Path) -> None:
    elsewhere, checkpoints = tmp_path / "elsewhere", tmp_path / "runs"
    kept = elsewhere / "20260101-120000" / RUN
    kept.mkdir(parents=True)
    folder = finished_run(checkpoints)
    (checkpoints / TRASH).symlink_to(elsewhere)
    with pytest.raises(RunError, match="is not a plain folder; remove it"):
        delete_run(folder)
    with pytest.raises(RunError, match="is not a plain folder"):
        empty_trash(checkpoints)
    assert trashed(checkpoints) == []
    assert kept.is_dir()
    assert folder.is_dir()


def test_what_others_put_into_the_trash_stays_there(tmp_path: Path) -> None:
    delete_run(finished_run(tmp_path))
    (tmp_path / TRASH / "mine").write_text("mine")
    (tmp_path / TRASH / "20260101-000000").symlink_to(tmp_path / "0002-run")
    (tmp_path / "0002-run").mkdir()
    assert empty_trash(tmp_path) == 1
    assert (tmp_path / TRASH / "mine").exists()
    assert (tmp_path / "0002-run").is_dir()


def test_a_disk_that_takes_nothing_leaves_the_run_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = finished_run(tmp_path)

    def full(*paths: object) -> None:
        raise OSError(28, os.strerror(28), str(paths[0]))

    for name in ("rename", "mkdir"):
        with monkeypatch.context() as patched:
            patched.setattr(os, name, full)
            with pytest.raises(OSError, match="No space left") as error:
                delete_run(folder)
            assert "No space left" in in_words(error.value)
        assert run_names(tmp_path) == [RUN]
        assert trashed(tmp_path) == []


def test_what_cannot_be_removed_is_named_and_the_rest_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        delete_run(finished_run(tmp_path))
    removed = trash.shutil.rmtree

    def refuse_one(entry: Path) -> None:
        if any(entry.glob("0002-*")):
            raise PermissionError(13, os.strerror(13), str(entry))
        removed(entry)

    monkeypatch.setattr(trash.shutil, "rmtree", refuse_one)
    with pytest.raises(PermissionError):
        empty_trash(tmp_path)
    assert list_trash(tmp_path) == []  # what is half removed is not to be restored
    [leftover] = (tmp_path / TRASH).iterdir()
    monkeypatch.undo()
    assert empty_trash(tmp_path) == 0
    assert not leftover.exists()


def test_another_disk_that_is_mounted_in_a_run_is_not_emptied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = finished_run(tmp_path)
    (folder / "disk").mkdir()
    (folder / "disk" / "kept").write_text("kept")
    delete_run(folder)
    look = os.stat

    def other_device(path: os.PathLike[str] | str, **options: object) -> os.stat_result:
        found = look(path, **options)  # type: ignore[arg-type]
        return os.stat_result((*found[:2], found.st_dev + 1, *found[3:])) if path == "disk" else found

    monkeypatch.setattr(trash.os, "stat", other_device)
    with pytest.raises(RunError, match="another disk is mounted there; unmount it"):
        empty_trash(tmp_path)
    monkeypatch.undo()
    assert len(list((tmp_path / TRASH).rglob("kept"))) == 1


def test_two_programs_at_once_delete_a_run_once(tmp_path: Path) -> None:
    folder = finished_run(tmp_path)
    delete_run(folder)
    with pytest.raises(FileNotFoundError):
        delete_run(folder)
    assert len(trashed(tmp_path)) == 1
    assert stat.S_ISDIR(trashed(tmp_path)[0].lstat().st_mode)


def test_a_deleted_run_that_a_waiting_fork_needs_outlives_the_emptying_of_the_trash(tmp_path: Path) -> None:
    for name in (RUN, "0011-seed-cnn", "0002-seed-cnn"):
        folder = tmp_path / name
        folder.mkdir()
        delete_run(folder)
    write_queue(tmp_path, Queue(next=2, runs=(QueuedRun(id=1, config=RunConfig(), fork="1@3"),)))
    with pytest.raises(QueueError, match=f"{RUN} is the parent of a waiting fork.*queue remove 1.*runs restore {RUN}"):
        empty_trash(tmp_path)
    assert [run.run for run in list_trash(tmp_path)] == [RUN]
    write_queue(tmp_path, Queue(next=2))
    assert empty_trash(tmp_path) == 1


def test_the_trash_is_not_emptied_while_nobody_can_tell_what_waits(tmp_path: Path) -> None:
    delete_run(finished_run(tmp_path))
    (tmp_path / QUEUE).write_text("{")
    with pytest.raises(QueueError, match="queue clear"):
        empty_trash(tmp_path)
    assert len(list_trash(tmp_path)) == 1
