"""Who holds the lock of an engine that does not answer: as its text says, and as far as the system confirms it."""

import contextlib
import os
import signal
import socket
from pathlib import Path
from typing import NamedTuple

from engine.machine.process_identity import stat_fields

HIGHEST = 2**31  # no process has a higher number
LONGEST = 300  # bytes of a lock's text that are read
STATES = {"T": "suspended", "t": "held by a debugger"}  # proc(5)


class Holder(NamedTuple):
    """A process that holds a lock. `pid` is 0 and `host` "" where nobody tells; `verified`: the system says so too."""

    pid: int
    host: str
    verified: bool

    @property
    def is_here(self) -> bool:
        return self.verified or self.host in ("", socket.gethostname())

    @property
    def halted(self) -> str:
        """Why it does not run, "" where it does, or where that cannot be seen from here."""
        return STATES.get(state_of_process(self.pid), "") if self.is_here else ""

    def __str__(self) -> str:
        words = f"pid {self.pid or 'unknown'}" + (f" on {self.host}" if self.host else "")
        return f"{words}, {self.halted}" if self.halted else words


def lock_text() -> str:
    """Return what this process writes into a lock that it holds, for who finds the lock and no answer."""
    return f"{os.getpid()} {socket.gethostname()}\n"


def holder_of(lock: Path) -> Holder:
    """Return who holds a lock. The system's own word, where it has one, goes before the file's text."""
    pid, host = 0, ""
    with contextlib.suppress(OSError, ValueError):
        handle = os.open(lock, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            words = os.read(handle, LONGEST).decode("ascii", "replace").split()
        finally:
            os.close(handle)
        pid = int(words[0][:20]) if words else 0
        pid = pid if 0 < pid < HIGHEST else 0
        host = words[1][:100] if len(words) > 1 else ""
    found = locked_by(lock)
    if found:
        return Holder(found, host if host and found == pid else socket.gethostname(), True)
    return Holder(pid, host, False)


def locked_by(path: Path) -> int:
    """Return the process of this machine that holds the lock on a file, 0 where the system does not tell."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        number = os.stat(path).st_ino
        for line in Path("/proc/locks").read_text().splitlines():
            words = line.split()
            if words[1] == "FLOCK" and words[5].endswith(f":{number}"):
                return max(0, int(words[4]))  # -1: of another machine; 0: of another container
    return 0


def state_of_process(pid: int) -> str:
    """Return the letter that Linux has for the state of a process, "" for none, or where the system does not tell."""
    return next(iter(stat_fields(pid)), "")


def parent_of(pid: int) -> int:
    """Return the parent of a process, 0 where the system does not tell."""
    fields = stat_fields(pid)
    return int(fields[1]) if fields else 0


def kill(pid: int, lock: Path) -> bool:
    """Kill the process that holds a lock; False where the system does not say that this very process holds it.

    It is taken hold of first, and looked at then: no later process of the same number is ever hit.
    """
    if pid <= 1 or pid == os.getpid():
        return False
    try:
        handle = os.pidfd_open(pid) if hasattr(os, "pidfd_open") else None
    except OSError:
        return False
    try:
        if locked_by(lock) != pid:
            return False
        if handle is not None:
            signal.pidfd_send_signal(handle, signal.SIGKILL)
        else:
            os.kill(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return False
    finally:
        if handle is not None:
            os.close(handle)
    return True
