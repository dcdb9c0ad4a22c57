"""Who holds a lock: what its text says, and what the system confirms."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.machine.lock_holder import Holder, holder_of, kill, lock_text, locked_by
from engine.server.single_instance import try_lock

HOST = socket.gethostname()
linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    return tmp_path / "x.lock"


@pytest.fixture
def other(lock: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Another process that holds the lock."""
    program = f"import fcntl, time; f = open({str(lock)!r}, 'w'); fcntl.flock(f, 2); print(flush=True); time.sleep(999)"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


@linux
def test_a_lock_tells_pid_and_host_and_the_system_confirms_them(lock: Path) -> None:
    handle = try_lock(lock)
    assert handle is not None
    assert lock.read_text() == lock_text() == f"{os.getpid()} {HOST}\n"
    assert holder_of(lock) == Holder(os.getpid(), HOST, True)
    assert str(holder_of(lock)) == f"pid {os.getpid()} on {HOST}"
    os.close(handle)
    assert holder_of(lock) == Holder(os.getpid(), HOST, False)


@pytest.mark.parametrize(
    ("text", "pid", "host"),
    [(b"123\n", 123, ""), (b"", 0, ""), (b"\xff\x00 \n", 0, ""), (b"9" * 5000, 0, ""),
     (b"77 elsewhere more\n", 77, "elsewhere")],
)  # fmt: skip
def test_any_text_is_read_and_none_is_believed(lock: Path, text: bytes, pid: int, host: str) -> None:
    lock.write_bytes(text)
    assert holder_of(lock) == Holder(pid, host, False)
    assert not kill(pid, lock)


@pytest.mark.parametrize("make", [lambda path: os.mkfifo(path), lambda path: path.symlink_to("/dev/zero"), Path.mkdir])
def test_what_is_no_file_is_not_waited_for(lock: Path, make: object) -> None:
    make(lock)  # type: ignore[operator]
    assert holder_of(lock) == Holder(0, "", False)


@linux
def test_the_system_goes_before_the_text(lock: Path, other: "subprocess.Popen[bytes]") -> None:
    lock.write_text(f"{os.getpid()} elsewhere\n")
    assert holder_of(lock) == Holder(other.pid, HOST, True)


@linux
def test_a_suspended_holder_is_known_as_such(lock: Path, other: "subprocess.Popen[bytes]") -> None:
    assert holder_of(lock).halted == ""
    other.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, other.pid, os.WSTOPPED)
    assert holder_of(lock).halted == "suspended"
    assert str(holder_of(lock)) == f"pid {other.pid} on {HOST}, suspended"
    assert Holder(other.pid, "elsewhere", False).halted == ""  # of another machine: its number means nothing here


@linux
def test_only_the_very_process_that_holds_the_lock_is_killed(
    lock: Path, tmp_path: Path, other: "subprocess.Popen[bytes]"
) -> None:
    (tmp_path / "free").touch()
    assert locked_by(tmp_path / "free") == 0
    assert not kill(other.pid, tmp_path / "free")
    with open(tmp_path / "mine", "w") as mine:
        fcntl.flock(mine, fcntl.LOCK_EX)
        assert not kill(other.pid, tmp_path / "mine")
        assert not kill(os.getpid(), tmp_path / "mine")
    assert other.poll() is None
    assert kill(other.pid, lock)
    assert other.wait() == -signal.SIGKILL
