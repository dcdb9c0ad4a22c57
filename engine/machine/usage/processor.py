"""What the system says of the processor."""

import platform
from pathlib import Path


def cpu_info() -> str:
    """Return Linux's description of all cores, "" where there is none."""
    try:
        return Path("/proc/cpuinfo").read_text()
    except OSError:
        return ""


def processor_name() -> str:
    """Return what the maker calls the processor, as far as that can be found out."""
    named = (line.partition(":")[2].strip() for line in cpu_info().splitlines() if line.startswith("model name"))
    return next(named, "") or platform.processor() or platform.machine()
