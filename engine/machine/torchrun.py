"""What torchrun tells the processes that it starts. https://docs.pytorch.org/docs/stable/elastic/run.html"""

import contextlib
import os
import re
import signal
from collections.abc import Mapping
from pathlib import Path

from engine.machine.process_identity import stat_fields

RENDEZVOUS_VARIABLE = "MNIST_TUI_MEETING"
# What a torchrun tells its processes, and what it takes for its own options (PET_...).
OF_A_JOB = re.compile(
    rf"((LOCAL_|GROUP_|ROLE_)?(RANK|WORLD_SIZE)|ROLE_NAME|MASTER_(ADDR|PORT)|(TORCHELASTIC|PET)_.*|{RENDEZVOUS_VARIABLE})"
)


def without_job(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without what the torchrun of a surrounding job has set: it is not the engine's."""
    return {name: value for name, value in environment.items() if not OF_A_JOB.fullmatch(name)}


def world_size() -> int:
    """Return how many processes train together, 1 without torchrun."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def rank() -> int:
    """Return this process's number among them; 0 is the engine."""
    return int(os.environ.get("RANK", "0"))


def local_rank() -> int:
    """Return this process's number on its machine, which is the number of its GPU."""
    return int(os.environ.get("LOCAL_RANK", "0"))


def local_world_size() -> int:
    """Return how many of them run on this machine."""
    return int(os.environ.get("LOCAL_WORLD_SIZE", "1"))


def restarts() -> int:
    """Return how often all were started again because one was lost."""
    return int(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0"))


def rendezvous_folder() -> str:
    """Return the folder where processes of one machine find each other; "" where torchrun's own store is for that."""
    return os.environ.get(RENDEZVOUS_VARIABLE, "")


def agent() -> int:
    """Return the pid of the torchrun that started this process and starts all again when one is lost, 0 without one."""
    return os.getppid() if world_size() > 1 and is_torchrun(os.getppid()) else 0


def is_torchrun(pid: int) -> bool:
    """Tell whether a process is a torchrun; where the system does not show that, one that was told so is believed."""
    if not Path("/proc/self/cmdline").exists():
        return "TORCHELASTIC_RUN_ID" in os.environ
    words = command_of(pid)
    return any(b"torchrun" in word or b"torch.distributed.run" in word for word in words)


def is_whole() -> bool:
    """Tell whether all processes that torchrun started on this machine are still there; False where nobody can see it.

    torchrun sends SIGTERM to those that are left when one is lost, as anybody does who wants the engine to end.
    """
    return len(workers(agent())) >= local_world_size()


def workers(parent: int) -> list[int]:
    """Return the processes of an agent that were started as this one was, those aside that have ended."""
    mine, found = command_of(os.getpid()), []
    for pid in [int(folder.name) for folder in Path("/proc").glob("[0-9]*")] if parent else ():
        fields = stat_fields(pid)
        if fields and int(fields[1]) == parent and fields[0] not in "ZX" and command_of(pid) == mine:
            found.append(pid)
    return found


def command_of(pid: int) -> list[bytes]:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    return []


def end_group() -> None:
    """Have torchrun end, and start nothing again; end the other processes of this machine, which may be stopped."""
    parent = agent()
    if not parent:
        return
    others = [pid for pid in workers(parent) if pid != os.getpid()]
    end_agent(parent)
    for pid in others:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)


def end_agent(pid: int) -> None:
    """Have a torchrun end, even one that is suspended; it ends its processes, and starts them no more."""
    for number in (signal.SIGTERM, signal.SIGCONT):
        with contextlib.suppress(OSError):
            os.kill(pid, number)
