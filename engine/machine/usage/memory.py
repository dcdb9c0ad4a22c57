"""How much memory there is for what is begun now, and how much this process has taken at most."""

import contextlib
import resource
import sys
from pathlib import Path

import psutil

GROUPS = Path("/sys/fs/cgroup")
UNLIMITED = "max"


def free_memory(groups: Path = GROUPS) -> int:
    """Return how many bytes can be taken without swapping: of the machine, and of this container's limit.

    https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files
    """
    free = int(psutil.virtual_memory().available)
    with contextlib.suppress(OSError, ValueError):
        limit = (groups / "memory.max").read_text().strip()
        if limit != UNLIMITED:
            cached = sum(
                int(line.split()[1])
                for line in (groups / "memory.stat").read_text().splitlines()
                if line.startswith("inactive_file ")
            )
            free = min(free, max(0, int(limit) - int((groups / "memory.current").read_text()) + cached))
    return free


class PeakMemory:
    """What this process takes at most from here on, of memory that it shares with no other; in bytes."""

    def __init__(self) -> None:
        with contextlib.suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5")  # begins the peak anew

    def read(self) -> int:
        process = psutil.Process()
        held = process.memory_full_info()
        alone = int(getattr(held, "uss", held.rss))
        return alone + max(0, peak_resident() - int(held.rss))


def peak_resident() -> int:
    """Return the most memory that this process has had resident, in bytes."""
    with contextlib.suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/self/status").read_text().splitlines()
        return 1024 * int(next(line for line in lines if line.startswith("VmHWM")).split()[1])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak
