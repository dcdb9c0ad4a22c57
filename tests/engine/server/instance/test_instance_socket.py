"""Socket and lock of an engine: made anew when they are deleted, safe from others, at a path of any length."""

import os
import shutil
import socket
from pathlib import Path
from typing import Any

import pytest

from engine.machine.lock_holder import lock_text
from engine.machine.unix_socket import HANDLES, address
from engine.server.single_instance import lock_instance
from engine.storage.paths import PathError, engine_lock, engine_socket, state_folder
from tests.engine.server.instance.held_instance import (  # noqa: F401  (_little_patience and folder are fixtures)
    _little_patience,
    folder,
    held,
    is_answered,
    mode,
)


def leave_a_dead_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))


@pytest.mark.parametrize("leave", [leave_a_dead_socket, Path.touch, lambda path: path.symlink_to("/nowhere")])
def test_what_a_dead_engine_left_is_replaced(folder: Path, leave: Any) -> None:
    engine_lock(folder).write_bytes(b"99999999999999999999\nof another boot \xff\x00")
    leave(engine_socket(folder))
    with held(folder) as instance, instance.listen() as listener:
        listener.listen()
        assert is_answered(folder)
        assert engine_lock(folder).read_text() == lock_text()


@pytest.mark.parametrize("name", ["socket", "lock"])
def test_a_folder_in_the_place_of_socket_or_lock_is_refused_with_the_remedy(folder: Path, name: str) -> None:
    path = engine_socket(folder) if name == "socket" else engine_lock(folder)
    path.mkdir()
    with pytest.raises(PathError, match=rf"{path}: .*Is a directory\); remove it"):  # noqa: SIM117
        with held(folder) as instance:
            instance.listen()


def test_a_lock_that_is_a_link_is_not_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("precious")
    engine_lock(folder).symlink_to(tmp_path / "precious")
    with pytest.raises(PathError, match="remove it"):
        lock_instance(folder)
    assert (tmp_path / "precious").read_text() == "precious"


@pytest.mark.parametrize("umask", [0o000, 0o077, 0o777])
def test_nothing_in_the_state_folder_is_open_to_others_whatever_the_umask(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, umask: int
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "not" / "yet"))
    before = os.umask(umask)
    try:
        with held(folder) as instance, instance.listen():
            pass
    finally:
        os.umask(before)
    assert [mode(tmp_path / name) for name in ("not", "not/yet", "not/yet/mnist-tui")] == [0o700] * 3
    assert [mode(engine_lock(folder)), mode(engine_socket(folder))] == [0o600] * 2


@pytest.mark.parametrize("deleted", ["socket", "lock", "state folder", "nothing"])
def test_what_is_deleted_under_an_engine_is_there_again(folder: Path, deleted: str) -> None:
    with held(folder) as instance, instance.listen() as old:
        old.listen()
        match deleted:
            case "socket":
                engine_socket(folder).unlink()
            case "lock":
                engine_lock(folder).unlink()
            case "state folder":
                shutil.rmtree(state_folder())
        new = instance.renew()
        if new is not None:
            new.listen()
        assert (new is None) == (deleted in ("lock", "nothing"))
        assert is_answered(folder)
        assert [mode(state_folder()), mode(engine_lock(folder)), mode(engine_socket(folder))] == [0o700, 0o600, 0o600]
        assert engine_lock(folder).read_text() == lock_text()
        assert lock_instance(folder) is None
        assert instance.renew() is None
        if new is not None:
            new.close()


def test_an_engine_that_leaves_does_not_come_back(folder: Path) -> None:
    with held(folder) as instance, instance.listen():
        instance.release()
        assert instance.renew() is None
        assert not engine_socket(folder).exists()


@pytest.mark.skipif(not HANDLES.is_dir(), reason=f"needs {HANDLES}")
def test_a_socket_path_of_any_length_can_be_bound_and_reached(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / ("long" * 40)))
    handles = len(os.listdir(HANDLES))
    with held(folder) as instance, instance.listen() as listener:
        listener.listen()
        assert len(str(instance.path)) > 200
        assert is_answered(folder)
        assert mode(instance.path) == 0o600
    assert len(os.listdir(HANDLES)) == handles


def test_without_a_way_to_a_long_path_it_is_refused_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.machine.unix_socket.HANDLES", tmp_path / "no-proc")
    path = tmp_path / ("long" * 40) / "engine.sock"
    with pytest.raises(PathError, match=rf"{path}: .* 107 bytes .* set XDG_STATE_HOME"), address(path):
        pass
