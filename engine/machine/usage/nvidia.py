"""The GPUs of this machine as NVIDIA's driver tells (NVML, https://docs.nvidia.com/deploy/nvml-api/)."""

import importlib
from types import ModuleType
from typing import Any

from engine.storage.printing import say
from engine.vocabulary.messages import GpuUse
from engine.vocabulary.messages.machine_events import MOST_GPUS


class Gpus:
    """`measure` tells of those whose UUIDs are given, of all that the driver shows without; of none without a driver.

    Nothing of NVML is touched before the first measurement.
    """

    def __init__(self, uuids: tuple[str, ...] = ()) -> None:
        self.uuids = uuids
        self._handles: list[Any] | None = None
        self._nvml: ModuleType | None = None

    def measure(self) -> list[GpuUse]:
        if self._handles is None:
            self._handles = self._open()
        return [self._use_of(handle) for handle in self._handles]

    def _open(self) -> list[Any]:
        try:
            self._nvml = nvml = importlib.import_module("pynvml")
            nvml.nvmlInit()
            if self.uuids:
                return [nvml.nvmlDeviceGetHandleByUUID(uuid) for uuid in self.uuids[:MOST_GPUS]]
            count = min(MOST_GPUS, nvml.nvmlDeviceGetCount())
            return [nvml.nvmlDeviceGetHandleByIndex(i) for i in range(count)]
        except ImportError:
            return []
        except Exception as error:  # its own kind, for anything from no driver to no permission
            if self.uuids:  # there is a GPU, and one that is used
                say(f"the GPU's use is not measured: {type(error).__name__}: {error}")
            return []

    def _use_of(self, handle: Any) -> GpuUse:
        """Return what the driver tells of a GPU; one may lack a sensor, or refuse to tell a user of a container."""
        nvml = self._nvml
        assert nvml is not None

        def asked(question: str, *parameters: Any) -> Any:
            try:
                return getattr(nvml, f"nvmlDeviceGet{question}")(handle, *parameters)
            except Exception:  # not supported, lost, no permission: absent
                return None

        use, memory = asked("UtilizationRates"), asked("MemoryInfo")
        power = asked("PowerUsage")  # milliwatts
        name = asked("Name") or ""
        return GpuUse(
            name=name.decode(errors="replace") if isinstance(name, bytes) else str(name),
            use=None if use is None else min(1.0, max(0.0, use.gpu / 100)),
            memory=0 if memory is None else int(memory.used),
            memory_total=0 if memory is None else int(memory.total),
            temperature=asked("Temperature", nvml.NVML_TEMPERATURE_GPU),
            power=None if power is None else power / 1000,
        )
