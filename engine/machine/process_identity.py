"""Which process trains a trial, and whether it still exists.

Engines that share a study leave their name at every trial they train. A process of this machine is looked up; one of
another machine, or container, cannot be: it must be watched (engine/tuning/study.py).
"""

import contextlib
import os
import socket
import subprocess
import uuid
from pathlib import Path

import msgspec


class ProcessIdentity(msgspec.Struct, frozen=True):
    """A process, and the time it opened the study. `beat` is raised now and then, for those who can only watch it."""

    machine: str
    pid: int
    started: str  # tells it from a later process of the same number
    opening: str = ""  # a process may leave a study and come back
    beat: int = 0

    def same_process(self, other: "ProcessIdentity") -> bool:
        return (self.machine, self.pid, self.started) == (other.machine, other.pid, other.started)


def this_process() -> ProcessIdentity:
    return ProcessIdentity(
        machine=this_machine(), pid=os.getpid(), started=start_of(os.getpid()) or "", opening=uuid.uuid4().hex
    )


def is_gone(identity: ProcessIdentity) -> bool | None:
    """Tell whether a process has ended; None where that cannot be seen from here."""
    if identity.machine != this_machine():
        return None
    return start_of(identity.pid) != identity.started


def this_machine() -> str:
    """Return what tells apart the places whose process numbers mean something else: machines, boots, containers."""
    parts = [socket.gethostname()]
    with contextlib.suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text().strip())
        parts.append(os.readlink("/proc/self/ns/pid"))
    return " ".join(parts)


def start_of(pid: int) -> str | None:
    """Return when a process began, in the system's own terms; None when there is none, or only its remains."""
    if Path("/proc/self/stat").exists():
        fields = stat_fields(pid)
        return fields[19] if fields and fields[0] not in "ZX" else None  # state, and starttime in ticks since the boot
    told = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return told.stdout.strip() or None


def stat_fields(pid: int) -> list[str]:
    """Return what Linux says of a process from its state on, as proc(5) lists it; [] where it says nothing."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return []
