"""Who may serve a folder of runs: one engine, whatever becomes of its socket, its lock or its state folder."""

import errno
import fcntl
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import engine.server.single_instance
from engine.server.single_instance import InstanceLock, lock_instance
from engine.storage.paths import PathError, engine_lock, engine_socket, served_file, state_folder
from tests.engine.server.instance.held_instance import (  # noqa: F401  (_little_patience and folder are fixtures)
    _little_patience,
    folder,
    freed,
    held,
    is_answered,
)
from tui.link.waiting import engine_is_running


def test_a_second_engine_finds_the_seat_taken_and_a_later_one_finds_it_free(folder: Path) -> None:
    with held(folder):
        assert lock_instance(folder) is None
        assert engine_is_running(folder)
    assert not engine_is_running(folder)
    with held(folder):
        pass


def test_an_engine_whose_lock_was_deleted_or_lies_elsewhere_still_keeps_others_away(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with held(folder):
        shutil.rmtree(state_folder())
        with pytest.raises(PathError, match=rf"another engine \(pid {os.getpid()}\) serves .* --checkpoints"):
            lock_instance(folder)
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "other"))
        with pytest.raises(PathError, match="another XDG_STATE_HOME"):
            lock_instance(folder)
        assert engine_is_running(folder)  # so its run is not called interrupted
    with held(folder):
        pass


def test_the_same_folder_by_another_name_is_the_same_folder(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder)
    with held(folder):
        assert lock_instance(tmp_path / "link") is None


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.EBADF, errno.EOPNOTSUPP])
def test_where_folders_cannot_be_locked_the_lock_in_the_state_folder_does(
    folder: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    real = fcntl.flock

    def flock(handle: int, how: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(code, os.strerror(code))
        real(handle, how)

    monkeypatch.setattr(fcntl, "flock", flock)
    with held(folder):
        assert lock_instance(folder) is None
        assert engine_is_running(folder)
    assert not engine_is_running(folder)


@pytest.mark.parametrize("what", ["lock", "folder"])
def test_somebody_who_only_looks_keeps_no_engine_from_starting(
    folder: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    engine_lock(folder).touch()
    looker = os.open(engine_lock(folder) if what == "lock" else folder, os.O_RDONLY)
    fcntl.flock(looker, fcntl.LOCK_SH)
    monkeypatch.setattr(engine.server.single_instance, "GLANCE", 60)
    monkeypatch.setattr(engine.server.single_instance, "RETURN", 60)
    monkeypatch.setattr(engine.server.single_instance.time, "sleep", lambda seconds: fcntl.flock(looker, fcntl.LOCK_UN))
    with held(folder):
        pass
    os.close(looker)


def move(folder: Path, to: Path, *, link: bool = True) -> Path:
    """Move a folder to another disk, and leave a link in its place."""
    shutil.copytree(folder, to)
    shutil.rmtree(folder)
    if link:
        folder.symlink_to(to)
    return to


@pytest.mark.parametrize("link", [True, False])
def test_an_engine_whose_folder_was_moved_is_found_by_the_old_path_and_the_new(
    folder: Path, tmp_path: Path, link: bool
) -> None:
    with held(folder) as instance, instance.listen() as listener:
        listener.listen()
        new = move(folder, tmp_path / "other disk", link=link)
        for path in (folder, new) if link else (new,):
            assert is_answered(path)
            assert engine_is_running(path)
            assert lock_instance(path) is None
        assert instance.renew() is None  # nothing is made again at another place
        assert engine_socket(new) == instance.path


def test_an_engine_locks_its_folder_of_runs_where_that_was_moved_to(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with held(folder) as instance, instance.listen():
        new = move(folder, tmp_path / "other disk")
        instance.renew()
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "other"))
        with pytest.raises(PathError, match="another XDG_STATE_HOME"):
            lock_instance(new)


def test_a_copy_of_a_folder_of_runs_has_an_engine_of_its_own(folder: Path, tmp_path: Path) -> None:
    with held(folder):
        shutil.copytree(folder, tmp_path / "copy")
        with held(tmp_path / "copy") as instance:
            assert instance.path != engine_socket(folder)


@pytest.mark.parametrize("word", [b"", b"\0\n", b"relative\n", b"/" + b"x" * 9000, b"/nowhere\n", b"\xff\xfe\n"])
def test_what_stands_in_the_word_of_an_engine_is_not_believed(folder: Path, word: bytes) -> None:
    path = engine_socket(folder)
    served_file(folder).write_bytes(word)
    assert engine_socket(folder) == path


@pytest.mark.parametrize("code", [errno.ENOSYS, errno.ENOLCK, errno.EINVAL, errno.EOPNOTSUPP, 0])
def test_where_locks_mean_nothing_an_engine_that_answers_keeps_its_seat(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], code: int
) -> None:
    def flock(handle: int, how: int) -> None:
        if code:
            raise OSError(code, os.strerror(code))

    monkeypatch.setattr(fcntl, "flock", flock)
    with held(folder) as first, first.listen() as listener:
        listener.listen()
        assert lock_instance(folder) is None
        assert first.renew() is None
        with second_at_once(folder, monkeypatch) as second, second.listen() as other:
            other.listen()  # both began in the same moment
            for _ in range(3):
                assert first.renew() is None
                assert second.renew() is None
            assert capsys.readouterr().out.count("another engine has taken") == 1
            first.release()
            assert is_answered(folder)  # it is not the first one's to remove
        engine_socket(folder).unlink()
    with held(folder):
        pass


@contextmanager
def second_at_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InstanceLock]:
    with monkeypatch.context() as patch:
        patch.setattr(engine.server.single_instance, "is_answered", lambda path: False)
        second = lock_instance(folder)
    with freed(second) as instance:
        yield instance


def test_a_lock_that_takes_no_text_is_a_lock(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "write", full)
    with held(folder):
        assert engine_is_running(folder)
        assert lock_instance(folder) is None


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_state_folder_that_takes_nothing_is_named_with_the_remedy(
    folder: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    path = engine_lock(folder)
    real = os.open

    def refuse(name: object, *more: Any, **named: Any) -> int:
        if name == path:
            raise OSError(number, os.strerror(number), str(name))
        return real(name, *more, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(PathError, match=rf"{path}: .*{os.strerror(number)}.*set XDG_STATE_HOME"):
        lock_instance(folder)
