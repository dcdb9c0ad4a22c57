"""Torch, the GPU and its driver: whether they are there, and made for each other."""

import os
import platform
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tui.commands.doctor.findings import Finding, note, ok, problem
from tui.commands.doctor.probing import LIMIT, ProbeError, ProbeLateError, answer, probe

PCI = Path("/sys/bus/pci/devices")
NVIDIA, DISPLAY = "0x10de", "0x03"
REINSTALL = f"{sys.executable} -m pip install --force-reinstall torch torchvision"
SLOW = "the machine is too busy (`machine` says so), its disk slow, or the GPU hangs: try again when it is quiet"
CHOOSE = "pytorch.org, `Get Started`, names the command that installs a torch for this machine's CUDA"


def look() -> Iterator[Finding]:
    end = time.monotonic() + LIMIT
    torch, driver = probe("torch_probe"), probe("driver_probe")
    try:
        said = answer(driver, end)
    except ProbeError as error:
        yield problem(
            f"NVIDIA's driver: {error}", "`nvidia-smi` should list the GPUs; if it hangs, restart the machine"
        )
        said = {"version": "", "gpus": []}
    try:
        found = answer(torch, end)
    except ProbeLateError as error:
        yield problem(f"torch is not imported in time: {error}", SLOW)
        yield from driver_alone(said)
        return
    except ProbeError as error:
        yield problem(f"torch cannot be imported, so nothing can train: {error}", REINSTALL)
        yield from driver_alone(said)
        return
    yield from judge(found, said)


def judge(torch: dict[str, Any], driver: dict[str, Any]) -> Iterator[Finding]:
    """Yield what is so of torch and the driver, by what their probes tell."""
    built = f"CUDA {torch['cuda']}" if torch["cuda"] else f"ROCm {torch['hip']}" if torch["hip"] else "the CPU alone"
    yield ok(f"torch {torch['torch']}, built for {built}; {torch['threads']} threads")
    if torch.get("torchvision_error"):
        yield problem(f"torchvision does not fit torch: {torch['torchvision_error']}", REINSTALL)
    elif torch["torchvision"]:
        yield ok(f"torchvision {torch['torchvision']}")
    yield from driver_alone(driver)
    if torch["available"]:
        for device in torch["devices"]:
            yield from judge_device(device, torch["architectures"])
        if not torch["devices"]:
            yield note("torch sees no GPU", hidden())
    elif driver["gpus"]:
        yield unused(torch, driver)
    elif torch["mps"]:
        yield ok("Apple's GPU (mps) can be used")
    else:
        yield ok("no GPU is used; training on the CPU works")


def driver_alone(driver: dict[str, Any]) -> Iterator[Finding]:
    if driver["version"]:
        gpus = ", ".join(driver["gpus"]) or "no GPU"
        yield ok(f"NVIDIA's driver {driver['version']}, up to CUDA {driver['cuda']}: {gpus}")
    elif has_nvidia():
        yield note(
            "there is an NVIDIA GPU, but no driver that answers",
            "install NVIDIA's driver; a container needs `--gpus all` and NVIDIA's container toolkit",
        )


def judge_device(device: dict[str, Any], architectures: list[str]) -> Iterator[Finding]:
    name, error = device["name"], device["error"]
    if not error:
        capability = ".".join(map(str, device["capability"]))
        yield ok(f"{name} computes: capability {capability}, {device['free'] / 2**30:.1f} GiB free")
    elif "no kernel image" in error:
        yield problem(f"{name}: this torch has no code for it (only {', '.join(architectures)})", CHOOSE)
    elif "out of memory" in error:
        yield problem(f"{name}: {error}", "`nvidia-smi` lists the programs that hold its memory")
    else:
        yield problem(f"{name}: {error}", "`nvidia-smi` should list it without errors; if not, restart the machine")


def unused(torch: dict[str, Any], driver: dict[str, Any]) -> Finding:
    """Say why torch does not use the GPU that the driver shows."""
    gpus = ", ".join(driver["gpus"])
    if os.environ.get("CUDA_VISIBLE_DEVICES", "0") in ("", "-1"):
        return note(f"{gpus} is not used", hidden())
    if not torch["cuda"]:
        return problem(f"{gpus} is not used: this torch is built without CUDA", CHOOSE)
    if major(torch["cuda"]) > major(driver["cuda"]):
        return problem(
            f"{gpus} is not used: torch is built for CUDA {torch['cuda']}, and driver {driver['version']} knows"
            f" up to {driver['cuda']}",
            f"update NVIDIA's driver, or install a torch for CUDA {major(driver['cuda'])}: {CHOOSE}",
        )
    return problem(f"{gpus} is not used: {torch['reason'] or 'torch does not say why'}", CHOOSE)


def hidden() -> str:
    return f"CUDA_VISIBLE_DEVICES is {os.environ.get('CUDA_VISIBLE_DEVICES', 'not set')!r}; unset it to use the GPU"


def major(version: str) -> int:
    digits = version.partition(".")[0]
    return int(digits) if digits.isdecimal() else 0


def has_nvidia() -> bool:
    """Tell whether a graphics card of NVIDIA's is in the machine, whatever driver it has."""
    if platform.system() != "Linux":
        return False
    try:
        return any(
            (device / "vendor").read_text().strip() == NVIDIA
            and (device / "class").read_text().strip().startswith(DISPLAY)
            for device in PCI.iterdir()
        )
    except OSError:
        return False
