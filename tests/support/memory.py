"""The memory that a piece of work takes at its peak."""

from pathlib import Path

import pytest

MIB = 1 << 20


class Memory:
    """How much the peak of this process's memory grows; `with Memory() as used: ...; used.grown`."""

    def __enter__(self) -> "Memory":
        Path("/proc/self/clear_refs").write_text("5")  # begin a new peak
        self.before = self._peak()
        return self

    def __exit__(self, *_: object) -> None:
        self.grown = self._peak() - self.before

    @staticmethod
    def _peak() -> int:
        line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024


def can_measure() -> bool:
    try:
        with Memory():
            return True
    except OSError:
        return False


measured = pytest.mark.skipif(not can_measure(), reason="needs Linux's /proc/self/clear_refs to measure memory")
