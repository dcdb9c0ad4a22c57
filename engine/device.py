"""The choice of device."""

import platform
from pathlib import Path

import torch

from engine.torchrun import local_rank, world_size


class DeviceError(ValueError):
    """A device that is not there; the message says which there are."""


def choose_device(name: str = "auto") -> torch.device:
    """Return the device called `name`: auto (CUDA, else MPS, else CPU), cpu, cuda, cuda:N or mps.

    Raises DeviceError when it is unknown or absent: training on another device than the one asked for would be
    a silent replacement.
    """
    known = available_devices()
    if name == "auto":
        name = known[0].partition(":")[0]
    if name.startswith("cuda") and world_size() > 1:
        return own_gpu(name, known)
    wanted = "cuda:0" if name == "cuda" else name
    if wanted not in known:
        raise DeviceError(f"Device (device): {name!r} is not on this machine; give auto or one of {', '.join(known)}")
    return torch.device(wanted)


def own_gpu(name: str, known: list[str]) -> torch.device:
    """Return the GPU of this one of several processes. Raises DeviceError when there are too few."""
    wanted = f"cuda:{local_rank()}"
    if wanted not in known or name != "cuda":
        gpus = len(known) - 1
        raise DeviceError(
            f"Device (device): {name!r} for process {local_rank()} of this machine, which has {gpus} GPUs; each process"
            " takes one of its own: give cuda or cpu, and at most as many processes as GPUs"
        )
    return torch.device(wanted)


def available_devices() -> list[str]:
    """Return the devices of this machine by name, the preferred one first."""
    devices = [f"cuda:{i}" for i in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
    if torch.backends.mps.is_available():
        devices.append("mps")
    return [*devices, "cpu"]


def device_name(device: torch.device) -> str:
    """Return what the maker calls the device, as far as that can be found out."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
