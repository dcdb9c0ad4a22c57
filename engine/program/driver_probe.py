"""What NVIDIA's driver says of this machine, as one line of JSON: `python -m engine.program.driver_probe`."""

import importlib
import json
from typing import Any


def probe() -> dict[str, Any]:
    """Return its version, the newest CUDA it runs, and its GPUs; of a machine without it, why there is none."""
    try:
        nvml: Any = importlib.import_module("pynvml")
        nvml.nvmlInit()
        cuda = nvml.nvmlSystemGetCudaDriverVersion()
        handles = [nvml.nvmlDeviceGetHandleByIndex(index) for index in range(nvml.nvmlDeviceGetCount())]
        return {
            "version": text(nvml.nvmlSystemGetDriverVersion()),
            "cuda": f"{cuda // 1000}.{cuda % 1000 // 10}",
            "gpus": [text(nvml.nvmlDeviceGetName(handle)) for handle in handles],
        }
    except Exception as error:  # NVML's own kind, for anything from no driver to no permission
        return {"version": "", "error": f"{type(error).__name__}: {error}", "gpus": []}


def text(said: str | bytes) -> str:
    return said.decode(errors="replace") if isinstance(said, bytes) else said


if __name__ == "__main__":
    print(json.dumps(probe()))
