"""How torchrun is called for an engine of several processes on this machine.

They meet through files in the private state folder: torchrun's usual store is a port that answers everybody who can
reach the machine. What gloo and NCCL open for the gradients stays on the loopback.
https://docs.pytorch.org/docs/stable/elastic/run.html
"""

import os
import sys
from pathlib import Path

from engine.machine.torchrun import RENDEZVOUS_VARIABLE
from engine.storage.paths import new_rendezvous

RESTARTS = 3  # of all processes, each time that one is lost
LOOPBACK = "lo0" if sys.platform == "darwin" else "lo"


def launcher(processes: int, checkpoints: Path) -> tuple[list[str], dict[str, str]]:
    """Return the arguments of python that come before `-m engine`, and variables; none for one process.

    Raises PathError, OSError.
    """
    if processes == 1:
        return [], {}
    folder = new_rendezvous(checkpoints)
    command = ["-m", "torch.distributed.run", "--nproc-per-node", str(processes), "--max-restarts", str(RESTARTS)]
    command += ["--nnodes", "1", "--rdzv-backend", "c10d", "--rdzv-conf", "store_type=file"]
    command += ["--rdzv-endpoint", str(folder / "agents"), "--log-dir", str(folder)]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    variables = {
        "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", str(max(1, cores // processes))),
        "TORCH_DISABLE_SHARE_RDZV_TCP_STORE": "1",
        "GLOO_SOCKET_IFNAME": LOOPBACK,
        "NCCL_SOCKET_IFNAME": LOOPBACK,
        RENDEZVOUS_VARIABLE: str(folder),
    }
    return command, variables
