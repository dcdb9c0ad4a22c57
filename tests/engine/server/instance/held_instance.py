"""Locks of an engine that are held without one, for tests of who may serve a folder."""

import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import engine.server.single_instance
from engine.machine.unix_socket import address
from engine.server.single_instance import InstanceLock, lock_instance
from engine.storage.paths import engine_socket


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "checkpoints").mkdir()
    return tmp_path / "checkpoints"


@pytest.fixture(autouse=True)
def _little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GLANCE", "RETURN", "AGAIN"):
        monkeypatch.setattr(engine.server.single_instance, name, 0.01)


@contextmanager
def held(folder: Path) -> Iterator[InstanceLock]:
    """The locks of an engine, freed at the end as by the end of its process."""
    with freed(lock_instance(folder)) as instance:
        yield instance


@contextmanager
def freed(instance: InstanceLock | None) -> Iterator[InstanceLock]:
    """Locks that were taken, freed at the end as by the end of their process."""
    assert instance is not None
    try:
        yield instance
    finally:
        os.close(instance._lock)
        os.close(instance._folder_lock)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def is_answered(folder: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client, address(engine_socket(folder)) as way:
        return client.connect_ex(way) == 0
