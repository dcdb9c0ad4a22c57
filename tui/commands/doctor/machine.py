"""The machine: cores, memory, limits of this process, the clock."""

import os
import resource
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from engine.storage.files import in_words
from tui.commands.doctor.findings import Finding, note, ok, problem

LEAST_MEMORY = 1 << 30
LEAST_FILES = 256
LEAST_SHARED = 64 << 20  # what Docker gives
RELEASED = 1_767_225_600  # the first second of 2026: no clock is right that is before this program
SHARED = Path("/dev/shm")


def look() -> Iterator[Finding]:
    yield from cores()
    yield from memory()
    yield from limits()
    yield from clock()


def cores() -> Iterator[Finding]:
    from engine.machine.usage.cpu_load import quota, usable_cores
    from engine.machine.usage.processor import processor_name

    usable, limit = len(usable_cores()), quota()
    share = f", of which this container gets {limit}" if limit is not None and limit < usable else ""
    yield ok(f"{usable} of {os.cpu_count()} cores{share}, {processor_name()}")
    threads = os.environ.get("OMP_NUM_THREADS")
    if threads is not None and not (threads.isdecimal() and int(threads) > 0):
        yield problem(f"OMP_NUM_THREADS is {threads!r}, and no number of threads", "unset OMP_NUM_THREADS")
    elif threads is not None and int(threads) > usable:
        yield problem(
            f"OMP_NUM_THREADS is {threads}, more than the {usable} cores: threads wait for each other",
            "unset OMP_NUM_THREADS",
        )
    elif threads is not None and int(threads) < usable:
        yield note(
            f"OMP_NUM_THREADS is {threads}: runs use so many of {usable} cores",
            "unset OMP_NUM_THREADS, unless that is what you want",
        )
    try:
        busy = os.getloadavg()[0]
    except OSError:  # nobody counts
        return
    if busy > usable + 1:
        yield note(f"{busy:.1f} processes want the {usable} cores: training will be slow meanwhile", "`top` shows them")


def memory() -> Iterator[Finding]:
    import psutil

    from engine.machine.usage.memory import free_memory

    try:
        free, total = free_memory(), psutil.virtual_memory().total
    except OSError as error:
        yield note(f"how much memory is free cannot be told: {in_words(error)}", "mount -t proc proc /proc")
        return
    words = f"{free / 2**30:.1f} of {total / 2**30:.1f} GiB of memory are free"
    if free < LEAST_MEMORY:
        yield problem(f"{words}: training takes about 1 GiB", "end other programs, or raise the container's limit")
    else:
        yield ok(words)
    if not SHARED.is_dir():
        return
    try:
        room, writable = shutil.disk_usage(SHARED).total, os.access(SHARED, os.W_OK)
    except OSError:
        return
    if not writable or room < LEAST_SHARED:
        said = f"{room / 2**20:.0f} MiB" if writable else "no right to write"
        yield note(f"{SHARED}: {said}; runs on several GPUs need it", "in a container: --shm-size 1g")


def limits() -> Iterator[Finding]:
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if 0 <= files < LEAST_FILES:
        yield problem(f"only {files} files may be open at once", "ulimit -n 4096")


def clock() -> Iterator[Finding]:
    now = time.time()
    said = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(now))
    if now < RELEASED:
        yield problem(f"the clock says {said}: runs and files get wrong times", "timedatectl set-ntp true")
    else:
        yield ok(f"clock: {said}")
