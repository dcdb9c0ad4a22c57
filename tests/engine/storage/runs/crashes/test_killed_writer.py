"""A process that is killed with -9 at any system call of a save leaves the old checkpoint or the new one."""

import builtins
import errno
import io
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.storage.files import remove_temporaries
from engine.storage.runs.checkpoint import keep_previous, load_checkpoint, load_last, save_checkpoint

pytestmark = pytest.mark.slow

CALLS = ("open", "write", "fchmod", "fsync", "replace", "link", "unlink")


def content(number: int) -> dict[str, Any]:
    return {"model": {"w": torch.full((50,), float(number))}, "position": {"step": number}}


def save(folder: Path, number: int) -> None:
    """Save as a run does after an epoch whose checkpoint is kept."""
    keep_previous(folder)
    save_checkpoint(folder / "last.pt", content(number))
    save_checkpoint(folder / "epoch-0001.pt", content(number))


class HalfWritten:
    """A file of which only half reaches the disk before the process is killed."""

    def __init__(self, file: Any, strike: Callable[[], bool]) -> None:
        self.file = file
        self.strike = strike

    def __enter__(self) -> "HalfWritten":
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)

    def write(self, data: bytes) -> int:
        if self.strike():
            self.file.write(data[: len(data) // 2])
            self.file.flush()
            die()
        return int(self.file.write(data))


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def no_links(*_: Any) -> None:
    raise PermissionError(errno.EPERM, "no hard links here")


def killed_at(name: str, number: int, work: Callable[[], None]) -> bool:
    """Do work in a process that is killed before its so-manieth call; whether it came to that."""
    child = os.fork()
    if child == 0:
        signal.alarm(60)  # seconds; a child that hangs shall not take its parent with it
        left = number

        def strike() -> bool:
            nonlocal left
            left -= 1
            return left == 0

        def killing(real: Callable[..., Any]) -> Callable[..., Any]:
            def call(*arguments: Any, **options: Any) -> Any:
                if strike():
                    die()
                return real(*arguments, **options)

            return call

        real_open = builtins.open
        if name == "open":
            builtins.open = io.open = killing(real_open)
        elif name == "write":
            builtins.open = io.open = lambda *a, **o: HalfWritten(real_open(*a, **o), strike)
        else:
            setattr(os, name, killing(getattr(os, name)))
        try:
            work()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == -signal.SIGKILL


@pytest.mark.parametrize(("name", "links"), [*((name, True) for name in CALLS), ("write", False), ("replace", False)])
def test_a_save_that_is_killed_leaves_the_old_or_the_new_checkpoint_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, links: bool
) -> None:
    if not links:
        monkeypatch.setattr(os, "link", no_links)
    strikes = 0
    while True:
        folder = tmp_path / str(strikes)
        folder.mkdir()
        save(folder, 1)
        save(folder, 2)
        (folder / "last.pt").chmod(0o640)
        was_killed = killed_at(name, strikes + 1, lambda folder=folder: save(folder, 3))  # type: ignore[misc]
        state, problem = load_last(folder)
        assert problem == ""  # the last one itself is whole: nobody has to fall back
        assert state["position"]["step"] in ((2, 3) if was_killed else (3,))
        assert torch.equal(state["model"]["w"], torch.full((50,), float(state["position"]["step"])))
        assert load_checkpoint(folder / "epoch-0001.pt")["position"]["step"] in (2, 3)
        assert load_checkpoint(folder / "previous.pt")["position"]["step"] in (1, 2)
        assert (folder / "last.pt").stat().st_mode & 0o777 == 0o640
        remove_temporaries(folder)
        assert not list(folder.glob(".*"))
        save(folder, 4)
        assert load_last(folder)[0]["position"]["step"] == 4
        assert not list(folder.glob(".*"))
        if not was_killed:
            break
        strikes += 1
    assert strikes >= (1 if "link" in name else 2)


def test_a_save_after_one_that_failed_leaves_no_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError("full")

    save(tmp_path, 1)
    with monkeypatch.context() as patch:
        patch.setattr("engine.storage.runs.checkpoint.torch.save", full)
        with pytest.raises(OSError, match="full"):
            save(tmp_path, 2)
    save(tmp_path, 3)
    assert load_last(tmp_path)[0]["position"]["step"] == 3
    assert not list(tmp_path.glob(".*"))
