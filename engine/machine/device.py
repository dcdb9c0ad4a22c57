"""The choice of device, and the streams and graphs of CUDA."""

import functools
from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor

from engine.machine.torchrun import local_rank, local_world_size, world_size
from engine.machine.usage.processor import processor_name


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
        raise DeviceError(
            f"Device (device): {name!r} is not available on this machine; give auto or one of {', '.join(known)}"
        )
    return torch.device(wanted)


def own_gpu(name: str, known: list[str]) -> torch.device:
    """Return the GPU of this one of several processes. Raises DeviceError when there are too few."""
    wanted, gpus, processes = f"cuda:{local_rank()}", len(known) - 1, local_world_size()
    if gpus < processes or wanted not in known or name != "cuda":  # the first process sees it for all of its machine
        raise DeviceError(
            f"Device (device): {name!r} for {processes} processes on this machine, which has {gpus}"
            f" GPU{'s' if gpus != 1 else ''}; each process needs its own GPU: give cuda or cpu, and at most as many"
            " processes as there are GPUs"
        )
    return torch.device(wanted)


def announced_device() -> torch.device:
    """Return the device that a machine is known for; whether a run can have it is another question."""
    return torch.device(available_devices()[0])


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
    return processor_name()


@functools.cache
def side_stream(device: torch.device, purpose: str) -> torch.cuda.Stream:
    """Return a stream of a CUDA device beside the usual one, the same for a purpose as long as the process lives.

    torch keeps a workspace of cuBLAS for each stream on which matrices were ever multiplied, 32 MiB and more.
    """
    return torch.cuda.Stream(device)  # type: ignore[no-untyped-call]


class Graph(Protocol):
    """A computation that is recorded once and then repeated on the memory it was recorded with."""

    def warm_up(self, compute: Callable[[], Tensor]) -> Tensor: ...

    def capture(self, compute: Callable[[], Tensor]) -> None: ...

    def replay(self) -> Tensor: ...


class CudaGraph:
    """Warmed up and captured on another stream than the usual one, as torch asks."""

    def __init__(self, device: torch.device) -> None:
        self.stream = side_stream(device, "capture")
        self.graph = torch.cuda.CUDAGraph()

    def warm_up(self, compute: Callable[[], Tensor]) -> Tensor:
        current = torch.cuda.current_stream(self.stream.device)
        self.stream.wait_stream(current)
        with torch.cuda.stream(self.stream):
            result = compute()
        current.wait_stream(self.stream)
        return result

    def capture(self, compute: Callable[[], Tensor]) -> None:
        with torch.cuda.graph(self.graph, stream=self.stream):
            self.result = compute()

    def replay(self) -> Tensor:
        self.graph.replay()
        return self.result.clone()


def graphs_for(device: torch.device) -> Callable[[], Graph] | None:
    """Return what makes graphs for a device, None where there are none."""
    return (lambda: CudaGraph(device)) if device.type == "cuda" else None


def gpu_uuids(device: torch.device) -> tuple[str, ...]:
    """Return the driver's name of the GPU that computes on a CUDA device; none elsewhere."""
    if device.type != "cuda" or torch.version.hip is not None:
        return ()
    return (f"GPU-{torch.cuda.get_device_properties(device).uuid}",)
