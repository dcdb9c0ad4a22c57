"""How many cores other processes keep busy, and how many this one may use."""

import math
import os
import time
from pathlib import Path

import psutil

IDLE = ("idle", "iowait")
COUNTED_ELSEWHERE = ("guest", "guest_nice")  # part of user and nice already


class CpuLoad:
    """What the cores that this process may use did since the last look."""

    def __init__(self) -> None:
        self._last = self._read()

    def others(self) -> float:
        """Return how many cores other processes kept busy since the last call, or since this was made.

        On a virtual machine the time that the host gave to others counts as theirs.
        """
        before, self._last = self._last, self._read()
        wall, busy, own = (now - then for now, then in zip(self._last, before, strict=True))
        return max(0.0, busy - own) / wall if wall > 0 else 0.0

    def _read(self) -> tuple[float, float, float]:
        """Return seconds on the clock, seconds that our cores were busy, and seconds of them that were ours."""
        cores = psutil.cpu_times(percpu=True)
        ours = usable_cores()
        busy = sum(busy_seconds(core) for number, core in enumerate(cores) if number in ours)
        return time.monotonic(), busy, time.process_time()


def busy_seconds(core: object) -> float:
    times: dict[str, float] = core._asdict()  # type: ignore[attr-defined]
    return sum(seconds for name, seconds in times.items() if name not in (*IDLE, *COUNTED_ELSEWHERE))


def usable_cores() -> set[int]:
    """Return the numbers of the cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return os.sched_getaffinity(0)
    return set(range(os.cpu_count() or 1))  # macOS ties no process to cores


def quota(root: Path = Path("/")) -> int | None:
    """Return how many cores' worth of time the container of this process gets, rounded up; None: no limit is known.

    Containers see all cores of their host. A limit is a share of time, as cpu.max of Linux's control groups tells it:
    https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu-interface-files
    """
    try:
        groups = [line.split(":", 2) for line in (root / "proc/self/cgroup").read_text().splitlines()]
    except OSError:
        return None
    limits = []
    for number, controllers, path in groups:
        if number == "0":
            folder = root / "sys/fs/cgroup"
        elif "cpu" in controllers.split(","):
            folder = root / "sys/fs/cgroup/cpu"
        else:
            continue
        inner = folder / path.strip().lstrip("/")
        limits += [limit for each in (inner, *inner.parents) if (limit := limit_in(each)) is not None]
    return math.ceil(min(limits)) if limits else None


def limit_in(folder: Path) -> float | None:
    """Return the cores' worth of time that the control group of a folder allows, None where it sets no limit."""
    try:
        if (folder / "cpu.max").is_file():
            allowed, period = (folder / "cpu.max").read_text().split()
        else:
            allowed, period = ((folder / f"cpu.cfs_{name}_us").read_text().strip() for name in ("quota", "period"))
        limit = float(allowed) / float(period)
    except (OSError, ValueError, ZeroDivisionError):  # ValueError: "max"
        return None
    return limit if limit > 0 else None
