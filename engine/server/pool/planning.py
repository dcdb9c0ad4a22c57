"""How many runs can train at once: the cores, the GPUs and the memory that each of them needs."""

import contextlib
from typing import TypeVar

import msgspec
import psutil
import torch

from engine.data.dataset import Dataset
from engine.machine.device import choose_device
from engine.machine.process_settings import kept_generators
from engine.machine.threads import cores_for_runs
from engine.machine.usage.memory import PeakMemory, free_memory
from engine.networks.own.code import Code
from engine.networks.own.isolation import inside
from engine.training.evaluation import BATCH, evaluate
from engine.training.run import Run
from engine.training.step import WARM_UP, Steps
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import AnyEvent, CommandFailed, JobsPlanned, PlanJobs, StartRun

KEPT_FREE = 0.1  # of the free memory, which other programs may want
CONTEXT = 600 << 20  # bytes of a GPU that CUDA and its libraries take in each process, beside torch's
ON_A_GPU = 4  # runs at once on each, where nobody says how many; not measured
BegunT = TypeVar("BegunT", StartRun, PlanJobs)


def own_device(name: str, place: int) -> str:
    """Return the device of one of several runs: each in turn gets a GPU of its own, as far as there are any."""
    gpus = torch.cuda.device_count() if name in ("auto", "cuda") and torch.cuda.is_available() else 0
    return f"cuda:{place % gpus}" if gpus > 1 else name


def on_own_device(command: BegunT, place: int) -> BegunT:
    """Return a command whose run is to be on the device of one of several."""
    config = command.config.replace({"device": own_device(command.config.device, place)})
    return msgspec.structs.replace(command, config=config)


def planned(command: PlanJobs, measured: JobsPlanned, pids: list[int]) -> AnyEvent:
    """Return how many runs there can be, or why not as many as are asked for.

    `measured` is what one process needs, and how many there is room for on its GPU (0: it computes on the CPU);
    `pids` are the processes that are there already, whose memory counts as free.
    """
    need, on_gpu = max(1, measured.memory), measured.jobs
    free = free_memory() + sum(map(own_memory, pids))
    room = int((1 - KEPT_FREE) * free // need)
    gpus = max(1, torch.cuda.device_count()) if on_gpu and command.config.device in ("auto", "cuda") else 1
    most = min(room, on_gpu * gpus) if on_gpu else room
    if command.jobs > most:
        where = f"{need / 1e6:,.0f} MB of memory each, and {free / 1e6:,.0f} MB are free"
        if on_gpu and on_gpu * gpus < room:
            where = f"more memory than {gpus} GPU{'s' if gpus > 1 else ''} can give: {on_gpu} fit on one"
        remedy = f"give at most {most}, or a smaller batch_size" if most else "free some memory, or train a smaller one"
        return CommandFailed(reason=f"Jobs (jobs): {command.jobs} runs at once need {where}; {remedy}")
    pay = gpus * min(ON_A_GPU, on_gpu) if on_gpu else cores_for_runs()
    jobs = command.jobs or max(1, min(most, pay, command.runs or pay))
    limited = "memory" if not command.jobs and most < pay else ""
    threads = 0 if on_gpu else share_of_cores(jobs)
    return JobsPlanned(jobs=jobs, threads=command.config.threads or threads, memory=need, free=free, limited=limited)


def share_of_cores(jobs: int) -> int:
    """Return how many threads each of so many runs gets."""
    return max(1, cores_for_runs() // max(1, jobs))


def with_share(config: RunConfig, jobs: int) -> RunConfig:
    """Return the configuration of one of so many runs at once: where it does not say how many threads, they get its
    share of the cores, whatever other programs do. On a GPU it stays as it is."""
    shared = jobs > 1 and not config.threads and choose_device(config.device).type == "cpu"
    return config.replace({"threads": share_of_cores(jobs)}) if shared else config


def own_memory(pid: int) -> int:
    """Return the memory, in bytes, that would be free without a process; 0 where nobody can say."""
    with contextlib.suppress(psutil.Error, OSError):
        found = psutil.Process(pid).memory_full_info()
        return int(getattr(found, "uss", found.rss))
    return 0


def measured(config: RunConfig, data: Dataset, code: Code | None) -> JobsPlanned:
    """Make a step of a run and test some images; return what that takes, and how many fit on its GPU (0: on the CPU).

    The weights are thrown away. Raises what a run raises that cannot begin.
    """
    peak = PeakMemory()
    with inside(code), kept_generators():
        run = Run(config, data, code=code)
        batch = torch.arange(min(config.batch_size, run.images), device=run.device)
        step = Steps(run)
        for _ in range(WARM_UP + 2 if step.new_graph else 1):  # as many as it takes to capture a graph
            loss = step(batch)
        loss.sum().item()
        evaluate(run.model, run.data.test_images[:BATCH], run.data.test_labels[:BATCH])
    fit = 0
    if run.device.type == "cuda":
        taken = torch.cuda.max_memory_reserved(run.device) + CONTEXT
        free, _ = torch.cuda.mem_get_info(run.device)
        fit = max(1, int((1 - KEPT_FREE) * (free + taken) // taken))
    return JobsPlanned(jobs=fit, threads=0, memory=peak.read(), free=0)
