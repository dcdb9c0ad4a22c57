"""Who may serve a folder of runs: one engine, whatever becomes of its socket, its lock or its state folder."""

import errno
import fcntl
import os
import shutil
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import engine.server.single_instance
from engine.machine.lock_holder import lock_text
from engine.machine.unix_socket import HANDLES, address
from engine.server.single_instance import Seat, take_seat
from engine.storage.paths import PathError, engine_lock, engine_socket, served_file, state_folder
from tui.link.client import engine_is_running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "checkpoints").mkdir()
    return tmp_path / "checkpoints"


@pytest.fixture(autouse=True)
def _little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GLANCE", "RETURN", "AGAIN"):
        monkeypatch.setattr(engine.server.single_instance, name, 0.01)


@contextmanager
def held(folder: Path) -> Iterator[Seat]:
    """A seat, freed at the end as by the end of its process."""
    seat = take_seat(folder)
    assert seat is not None
    try:
        yield seat
    finally:
        os.close(seat._lock)
        os.close(seat._folder_lock)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def is_answered(folder: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client, address(engine_socket(folder)) as way:
        return client.connect_ex(way) == 0


def test_a_second_engine_finds_the_seat_taken_and_a_later_one_finds_it_free(folder: Path) -> None:
    with held(folder):
        assert take_seat(folder) is None
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
            take_seat(folder)
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "other"))
        with pytest.raises(PathError, match="another XDG_STATE_HOME"):
            take_seat(folder)
        assert engine_is_running(folder)  # so its run is not called interrupted
    with held(folder):
        pass


def test_the_same_folder_by_another_name_is_the_same_folder(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder)
    with held(folder):
        assert take_seat(tmp_path / "link") is None


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
        assert take_seat(folder) is None
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


def leave_a_dead_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))


@pytest.mark.parametrize("leave", [leave_a_dead_socket, Path.touch, lambda path: path.symlink_to("/nowhere")])
def test_what_a_dead_engine_left_is_replaced(folder: Path, leave: Any) -> None:
    engine_lock(folder).write_bytes(b"99999999999999999999\nof another boot \xff\x00")
    leave(engine_socket(folder))
    with held(folder) as seat, seat.listen() as listener:
        listener.listen()
        assert is_answered(folder)
        assert engine_lock(folder).read_text() == lock_text()


@pytest.mark.parametrize("name", ["socket", "lock"])
def test_a_folder_in_the_place_of_socket_or_lock_is_refused_with_the_remedy(folder: Path, name: str) -> None:
    path = engine_socket(folder) if name == "socket" else engine_lock(folder)
    path.mkdir()
    with pytest.raises(PathError, match=rf"{path}: .*Is a directory\); remove it"):  # noqa: SIM117
        with held(folder) as seat:
            seat.listen()


def test_a_lock_that_is_a_link_is_not_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("precious")
    engine_lock(folder).symlink_to(tmp_path / "precious")
    with pytest.raises(PathError, match="remove it"):
        take_seat(folder)
    assert (tmp_path / "precious").read_text() == "precious"


@pytest.mark.parametrize("umask", [0o000, 0o077, 0o777])
def test_nothing_in_the_state_folder_is_open_to_others_whatever_the_umask(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, umask: int
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "not" / "yet"))
    before = os.umask(umask)
    try:
        with held(folder) as seat, seat.listen():
            pass
    finally:
        os.umask(before)
    assert [mode(tmp_path / name) for name in ("not", "not/yet", "not/yet/mnist-tui")] == [0o700] * 3
    assert [mode(engine_lock(folder)), mode(engine_socket(folder))] == [0o600] * 2


@pytest.mark.parametrize("deleted", ["socket", "lock", "state folder", "nothing"])
def test_what_is_deleted_under_an_engine_is_there_again(folder: Path, deleted: str) -> None:
    with held(folder) as seat, seat.listen() as old:
        old.listen()
        match deleted:
            case "socket":
                engine_socket(folder).unlink()
            case "lock":
                engine_lock(folder).unlink()
            case "state folder":
                shutil.rmtree(state_folder())
        new = seat.renew()
        if new is not None:
            new.listen()
        assert (new is None) == (deleted in ("lock", "nothing"))
        assert is_answered(folder)
        assert [mode(state_folder()), mode(engine_lock(folder)), mode(engine_socket(folder))] == [0o700, 0o600, 0o600]
        assert engine_lock(folder).read_text() == lock_text()
        assert take_seat(folder) is None
        assert seat.renew() is None
        if new is not None:
            new.close()


def test_an_engine_that_leaves_does_not_come_back(folder: Path) -> None:
    with held(folder) as seat, seat.listen():
        seat.leave()
        assert seat.renew() is None
        assert not engine_socket(folder).exists()


@pytest.mark.skipif(not HANDLES.is_dir(), reason=f"needs {HANDLES}")
def test_a_socket_path_of_any_length_can_be_bound_and_reached(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / ("long" * 40)))
    handles = len(os.listdir(HANDLES))
    with held(folder) as seat, seat.listen() as listener:
        listener.listen()
        assert len(str(seat.path)) > 200
        assert is_answered(folder)
        assert mode(seat.path) == 0o600
    assert len(os.listdir(HANDLES)) == handles


def test_without_a_way_to_a_long_path_it_is_refused_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.machine.unix_socket.HANDLES", tmp_path / "no-proc")
    path = tmp_path / ("long" * 40) / "engine.sock"
    with pytest.raises(PathError, match=rf"{path}: .* 107 bytes .* set XDG_STATE_HOME"), address(path):
        pass


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
    with held(folder) as seat, seat.listen() as listener:
        listener.listen()
        new = move(folder, tmp_path / "other disk", link=link)
        for path in (folder, new) if link else (new,):
            assert is_answered(path)
            assert engine_is_running(path)
            assert take_seat(path) is None
        assert seat.renew() is None  # nothing is made again at another place
        assert engine_socket(new) == seat.path


def test_an_engine_locks_its_folder_of_runs_where_that_was_moved_to(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with held(folder) as seat, seat.listen():
        new = move(folder, tmp_path / "other disk")
        seat.renew()
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "other"))
        with pytest.raises(PathError, match="another XDG_STATE_HOME"):
            take_seat(new)


def test_a_copy_of_a_folder_of_runs_has_an_engine_of_its_own(folder: Path, tmp_path: Path) -> None:
    with held(folder):
        shutil.copytree(folder, tmp_path / "copy")
        with held(tmp_path / "copy") as seat:
            assert seat.path != engine_socket(folder)


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
        assert take_seat(folder) is None
        assert first.renew() is None
        with second_at_once(folder, monkeypatch) as second, second.listen() as other:
            other.listen()  # both began in the same moment
            for _ in range(3):
                assert first.renew() is None
                assert second.renew() is None
            assert capsys.readouterr().out.count("another engine has taken") == 1
            first.leave()
            assert is_answered(folder)  # it is not the first one's to remove
        engine_socket(folder).unlink()
    with held(folder):
        pass


@contextmanager
def second_at_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Seat]:
    with monkeypatch.context() as patch:
        patch.setattr(engine.server.single_instance, "is_answered", lambda path: False)
        seat = take_seat(folder)
    assert seat is not None
    try:
        yield seat
    finally:
        os.close(seat._lock)
        os.close(seat._folder_lock)


def test_a_lock_that_takes_no_text_is_a_lock(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "write", full)
    with held(folder):
        assert engine_is_running(folder)
        assert take_seat(folder) is None


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
        take_seat(folder)
