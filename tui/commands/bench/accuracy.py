"""The second table of `mnist-tui bench`: how long it takes to be that accurate.

Each way starts as a process of its own, as if its command had been typed, and is tested after every epoch. Seconds of
training leave out start, loading and tests; seconds of wall time leave out nothing.
"""

import asyncio
import contextlib
import sys
import time
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import BinaryIO

import msgspec

from engine.vocabulary.messages import EpochDone, decode_event
from tui.commands.bench.throughput import Baseline, answer, start, tell
from tui.link.errors import CommandRefused
from tui.link.start import engine_environment

TARGETS = (0.987, 0.99)
MOST_EPOCHS = 20
DEFAULTS, FAST = "mnist-tui train", "mnist-tui train --preset fast"
WAYS = ("notebook", DEFAULTS, FAST)


class Mark(msgspec.Struct, frozen=True):
    """Where a run is after an epoch: seconds since its start, and test accuracy."""

    training: float
    wall: float
    accuracy: float


class Reached(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds until a test accuracy, for each seed that reached it; `accuracies` are the last, of all seeds."""

    way: str
    target: float
    training: list[float]
    wall: list[float]
    accuracies: list[float]


async def time_to_accuracy(device: str, work: Path, seeds: int) -> list[Reached]:
    """Train every way with each seed until it has reached all targets, on what was prepared in a folder.

    Raises CommandRefused.
    """
    runs: dict[str, list[list[Mark]]] = {way: [] for way in WAYS}
    for seed in range(seeds):
        for way in WAYS:
            marks: list[Mark] = []
            run = notebook(work, device, seed) if way == "notebook" else command(way, device, work, seed)
            async with contextlib.aclosing(run):
                async for mark in run:
                    marks.append(mark)
                    if mark.accuracy >= max(TARGETS):
                        break
            runs[way].append(marks)
            last = marks[-1]
            tell(f"seed {seed}: {way}: {last.accuracy:.2%} after {last.training:.1f} s of training, {last.wall:.1f} s")
    return [reached(way, target, runs[way]) for way in WAYS for target in TARGETS]


def reached(way: str, target: float, runs: list[list[Mark]]) -> Reached:
    first = [next((mark for mark in marks if mark.accuracy >= target), None) for marks in runs]
    there = [mark for mark in first if mark is not None]
    return Reached(
        way=way,
        target=target,
        training=[mark.training for mark in there],
        wall=[mark.wall for mark in there],
        accuracies=[marks[-1].accuracy for marks in runs],
    )


async def notebook(work: Path, device: str, seed: int) -> AsyncGenerator[Mark, None]:
    """The seed notebook, its epochs and a test after each."""
    began = time.perf_counter()
    process = Baseline(await start("notebook", work, "--device", device, "--seed", str(seed)))
    try:
        await answer(process.process)
        training = 0.0
        for _ in range(MOST_EPOCHS):
            training += await process.turn()
            accuracy = await process.test()
            yield Mark(training, time.perf_counter() - began, accuracy)
    finally:
        await process.end()


async def command(way: str, device: str, work: Path, seed: int) -> AsyncGenerator[Mark, None]:
    """One of this program's commands, with an engine that has to start."""
    checkpoints = str(work / f"{'fast' if way == FAST else 'defaults'}-{seed}")
    words = way.split()[1:] + ([] if way == FAST else ["--epochs", str(MOST_EPOCHS)])
    words += ["--json", "--no-notify", "--seed", str(seed), "--device", device, "--data", str(work)]
    words += ["--checkpoints", checkpoints]
    began = time.perf_counter()
    told = work / "told"
    with told.open("wb") as stderr:
        process = await launch(*words, stdout=asyncio.subprocess.PIPE, stderr=stderr)
    assert process.stdout is not None
    try:
        training = 0.0
        async for line in process.stdout:
            event = decode_event(line)
            if isinstance(event, EpochDone):
                training += event.seconds
                yield Mark(training, time.perf_counter() - began, event.test_accuracy)
        if await process.wait():
            reason = told.read_text(errors="replace").splitlines()[-1:]
            raise CommandRefused(f"`{way}` ended with status {process.returncode}: {' '.join(reason)}")
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        await (await launch("engine", "stop", "--force", "--checkpoints", checkpoints)).wait()


async def launch(*words: str, stdout: int = DEVNULL, stderr: int | BinaryIO = DEVNULL) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tui", *words, stdin=DEVNULL, stdout=stdout, stderr=stderr,
        env=engine_environment(), limit=2**20,
    )  # fmt: skip
