"""Measures the machine at most once a second, in a thread of its own: a driver that is slow delays no training step."""

import threading
import time
from collections.abc import Callable

import psutil

from engine.machine.usage.cpu_load import COUNTED_ELSEWHERE, IDLE
from engine.machine.usage.nvidia import Gpus
from engine.vocabulary.messages import MachineMeasured

EVERY = 1.0  # seconds between two measurements
FIRST = 0.3  # seconds until the first one: the shortest run has it, too


class MachineMonitor:
    """`poll` between two steps: it never waits, and returns each measurement once."""

    def __init__(self, gpus: Gpus, clock: Callable[[], float] = time.monotonic) -> None:
        self._gpus = gpus
        self._clock = clock
        self._process = psutil.Process()
        self._due = clock() + FIRST
        self._cpu = self._cpu_seconds()
        self._found: MachineMeasured | None = None
        self._measuring: threading.Thread | None = None

    def poll(self, run: str, step: int) -> MachineMeasured | None:
        """Return what was measured since the last call, None for nothing new; begin to measure when it is time to."""
        if self._measuring is not None and self._measuring.is_alive():
            return None
        self._measuring = None
        found, self._found = self._found, None
        if self._clock() >= self._due:
            self._due = self._clock() + EVERY
            self._measuring = threading.Thread(target=self._measure, args=(run, step), daemon=True, name="machine")
            self._measuring.start()
        return found

    def _measure(self, run: str, step: int) -> None:
        try:
            self._found = self.measure(run, step)
        except (psutil.Error, OSError, ValueError):  # a /proc that a container hides: absent
            self._found = None

    def measure(self, run: str, step: int) -> MachineMeasured:
        """Return what is in use now, and of processors since the last time. Raises psutil.Error, OSError."""
        before, self._cpu = self._cpu, self._cpu_seconds()
        total, busy, own = (now - then for now, then in zip(self._cpu, before, strict=True))
        memory = psutil.virtual_memory()
        return MachineMeasured(
            run=run,
            step=step,
            time=time.time(),
            cpu=share(busy, total),
            engine=share(own, total),
            memory=max(0, memory.total - memory.available),
            memory_total=memory.total,
            engine_memory=self._process.memory_info().rss,
            gpus=self._gpus.measure(),
        )

    def _cpu_seconds(self) -> tuple[float, float, float]:
        """Return the seconds of all cores, those of them that were busy, and those of this process.

        The cores' own times, not the clock: a machine that was suspended was not idle.
        """
        times = psutil.cpu_times()._asdict()
        every = sum(seconds for name, seconds in times.items() if name not in COUNTED_ELSEWHERE)
        idle = sum(times.get(name, 0.0) for name in IDLE)
        return every, every - idle, time.process_time()


def share(part: float, whole: float) -> float:
    return round(min(1.0, max(0.0, part / whole)), 4) if whole > 0 else 0.0
