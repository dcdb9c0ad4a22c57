"""A folder of runs whose lock the test itself holds, where seconds are hundredths."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

import tui.link.start
import tui.link.waiting
from engine.server.single_instance import InstanceLock, lock_instance

HOST = socket.gethostname()


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds are hundredths here."""
    for module in ("client", "start", "attach"):
        monkeypatch.setattr(f"tui.link.{module}.RETRY_LATER", 0.01)
    names = ("TICK", "TELL_AFTER", "STARTING", "ANSWER_TIMEOUT", "START_LIMIT")
    for name, seconds in {name: getattr(tui.link.waiting, name) / 100 for name in names}.items():
        for module in ("waiting", "client", "start", "session", "attach", "watchdog"):
            monkeypatch.setattr(f"tui.link.{module}.{name}", seconds, raising=False)


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InstanceLock]:
    """A folder of runs whose lock this very process holds; none may be started for it."""

    def start_engine(*_: object) -> None:
        raise AssertionError("an engine was started beside the one there is")

    monkeypatch.setattr(tui.link.start, "start_engine", start_engine)
    folder = tmp_path / "checkpoints"
    folder.mkdir()
    instance = lock_instance(folder)
    assert instance is not None
    yield instance
    instance.release()
    for handle in (instance._lock, instance._folder_lock):
        os.close(handle)


def says(*words: str) -> str:
    return rf"\(pid {os.getpid()}( on {HOST})?.*" + ".*".join(words)
