"""`mnist-tui bench --busy N`: what training loses beside other programs that keep cores busy."""

import asyncio
import contextlib
import math
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec

from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    CommandDone,
    DataReady,
    EngineReady,
    EpochDone,
    LoadData,
    RunEnded,
    RunStarted,
    StartRun,
    StepsDone,
    Stop,
)
from engine.vocabulary.messages import ThreadsChanged as Changed
from tui.commands.bench.throughput import tell
from tui.link.attach import attached
from tui.link.errors import CommandRefused
from tui.link.session import Session
from tui.link.waiting import keep_silent

IMAGES = 240_000  # that a turn trains on at least: some seconds, to which finding the number of threads belongs
FIXED_SECONDS = 5.0  # the same with all threads, where an epoch may take minutes
BUSY_LOOP = "while True: pass"


class BusyRates(msgspec.Struct, frozen=True, kw_only=True):
    """Images per second of each round: on the quiet machine, beside `busy` processes with the number of threads that
    the engine finds, and beside them with as many as when it is quiet."""

    busy: int
    quiet: list[float]
    adapted: list[float]
    fixed: list[float]
    quiet_threads: int
    adapted_threads: int


async def measure_busy(data: str, device: str, work: Path, busy: int, *, images: int, rounds: int) -> BusyRates:
    """Train in turns on a quiet machine and beside busy processes. Raises CommandRefused."""
    quiet: list[float] = []
    adapted: list[float] = []
    fixed: list[float] = []
    images = images or IMAGES
    async with attached(work / "checkpoints", data=data, say=keep_silent) as session:
        ready = await session.until(EngineReady)
        assert isinstance(ready, EngineReady)
        if not ready.device.startswith("cpu") and device != "cpu":
            raise CommandRefused(
                f"--busy measures threads on a CPU, but this engine trains on {ready.device}; add --device cpu"
            )
        loaded = await session.ask(LoadData(path=data), DataReady)
        config = RunConfig(device="cpu", data=data)
        await rate(session, config, loaded.train, loaded.train)
        for number in range(rounds):
            found, _ = await rate(session, config, images, loaded.train)
            quiet.append(found)
            async with busy_processes(busy):
                found, used = await rate(session, config, images, loaded.train)
                adapted.append(found)
                fixed.append(await rate_at_first(session, config.replace({"threads": ready.threads})))
            tell(f"round {number + 1}/{rounds}: quiet {quiet[-1]:,.0f}, beside {busy}: {adapted[-1]:,.0f} images/s")
    return BusyRates(
        busy=busy, quiet=quiet, adapted=adapted, fixed=fixed, quiet_threads=ready.threads, adapted_threads=used
    )


async def rate(session: Session, config: RunConfig, images: int, train: int) -> tuple[float, int]:
    """Return the images per second of a run over so many images, of `train` in an epoch, and with how many threads it
    ended."""
    epochs = math.ceil(images / train)
    await session.ask(StartRun(config=config.replace({"epochs": epochs})), CommandDone)
    seconds = 0.0
    done = 0
    threads = 0
    while not isinstance(event := await session.until(RunStarted, Changed, EpochDone, RunEnded), RunEnded):
        match event:
            case RunStarted() | Changed():
                threads = event.threads
            case EpochDone():
                seconds += event.seconds
                done += train
    if event.state != "finished":
        raise CommandRefused(f"the run {event.state}: {event.reason}")
    return done / seconds, threads


async def rate_at_first(session: Session, config: RunConfig) -> float:
    """Return the images per second of the first FIXED_SECONDS of a run."""
    await session.ask(StartRun(config=config.replace({"epochs": 1000})), CommandDone)
    await session.until(RunStarted)
    began = time.perf_counter()
    steps = 0
    while (seconds := time.perf_counter() - began) < FIXED_SECONDS:
        steps = (await session.until(StepsDone)).step
    await session.ask(Stop(), CommandDone)
    await session.until(RunEnded)
    return steps * config.batch_size / seconds


@contextlib.asynccontextmanager
async def busy_processes(count: int) -> AsyncIterator[None]:
    """Keep so many cores busy, as far as there are so many, with processes in sessions of their own."""
    processes = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", BUSY_LOOP, start_new_session=True)
        for _ in range(count)
    ]
    try:
        yield
    finally:
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
