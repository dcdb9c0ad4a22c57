"""What is in use of the machine: measured beside training, at most once a second, and absent where nobody tells."""

import sys
from types import SimpleNamespace

import pytest

from engine.machine.usage.monitor import EVERY, FIRST, MachineMonitor
from engine.machine.usage.nvidia import Gpus
from engine.vocabulary.messages import GpuUse, MachineMeasured


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def polled(monitor: MachineMonitor, step: int) -> MachineMeasured | None:
    """Return what a poll returns once nothing is being measured any more."""
    if monitor._measuring is not None:
        monitor._measuring.join()
    return monitor.poll("0001-a", step)


def test_it_measures_at_most_once_a_second_and_tells_each_measurement_once():
    clock = Clock()
    monitor = MachineMonitor(Gpus(), clock)
    assert polled(monitor, 1) is None
    clock.now += FIRST
    assert polled(monitor, 2) is None  # it has begun, in a thread of its own
    measured = polled(monitor, 3)
    assert measured is not None
    assert measured.run == "0001-a"
    assert 0 <= measured.engine <= 1
    assert 0 <= measured.cpu <= 1
    assert 0 < measured.memory <= measured.memory_total
    assert 0 < measured.engine_memory <= measured.memory_total
    clock.now += EVERY - 0.01
    assert [polled(monitor, step) for step in (4, 5, 6)] == [None] * 3
    clock.now += 0.01
    assert polled(monitor, 7) is None
    assert polled(monitor, 8) is not None


def test_training_never_waits_for_a_driver_that_does_not_answer():
    import threading

    answered = threading.Event()

    class SlowGpus(Gpus):
        def measure(self) -> list[GpuUse]:
            answered.wait(20)
            return [GpuUse(name="slow")]

    clock = Clock()
    monitor = MachineMonitor(SlowGpus(), clock)
    clock.now += FIRST
    for step in range(5):
        assert monitor.poll("0001-a", step) is None
        clock.now += EVERY
    answered.set()
    measured = polled(monitor, 6)
    assert measured is not None
    assert measured.gpus == [GpuUse(name="slow")]


class FakeNvml(SimpleNamespace):
    """NVML with two GPUs; the second has neither a power sensor nor a thermometer."""

    NVML_TEMPERATURE_GPU = 0

    def nvmlInit(self) -> None: ...

    def nvmlDeviceGetCount(self) -> int:
        return 2

    def nvmlDeviceGetHandleByIndex(self, index: int) -> int:
        return index

    def nvmlDeviceGetHandleByUUID(self, uuid: str) -> int:
        return {"GPU-b": 1}[uuid]

    def nvmlDeviceGetName(self, gpu: int) -> bytes | str:
        return b"NVIDIA A" if gpu == 0 else "NVIDIA B"

    def nvmlDeviceGetUtilizationRates(self, gpu: int) -> SimpleNamespace:
        return SimpleNamespace(gpu=87)

    def nvmlDeviceGetMemoryInfo(self, gpu: int) -> SimpleNamespace:
        return SimpleNamespace(used=2 << 30, total=80 << 30)

    def nvmlDeviceGetTemperature(self, gpu: int, sensor: int) -> int:
        if gpu == 1:
            raise RuntimeError("Not Supported")
        return 61

    def nvmlDeviceGetPowerUsage(self, gpu: int) -> int:
        if gpu == 1:
            raise RuntimeError("Not Supported")
        return 312_500


def test_a_gpu_tells_its_use_memory_temperature_and_power(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "pynvml", FakeNvml())
    first, second = Gpus().measure()
    memory = {"memory": 2 << 30, "memory_total": 80 << 30}
    assert first == GpuUse(name="NVIDIA A", use=0.87, temperature=61, power=312.5, **memory)
    assert second == GpuUse(name="NVIDIA B", use=0.87, **memory)


def test_only_the_gpu_that_trains_is_told_where_it_is_known(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "pynvml", FakeNvml())
    assert [gpu.name for gpu in Gpus(("GPU-b",)).measure()] == ["NVIDIA B"]


def test_without_the_library_or_a_driver_there_are_no_gpus(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "pynvml", None)
    assert Gpus().measure() == []

    class NoDriver(FakeNvml):
        def nvmlInit(self) -> None:
            raise RuntimeError("Driver Not Loaded")

    monkeypatch.setitem(sys.modules, "pynvml", NoDriver())
    assert Gpus(("GPU-b",)).measure() == []
