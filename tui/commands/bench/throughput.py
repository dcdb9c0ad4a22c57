"""`mnist-tui bench`: this program compared with other ways to train, in alternating rounds on one machine.

Every row is a process of its own that waits while the others have their turn, so that what else the machine does hits
all alike; a ratio is the median of the ratios within the rounds.
"""

import asyncio
import contextlib
import json
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any, Protocol

import msgspec

from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    CommandDone,
    DataReady,
    EngineReady,
    EpochDone,
    LoadData,
    NetworkCompiled,
    RunEnded,
    RunStarted,
    Shutdown,
    StartRun,
)
from tui.commands.bench.pseudo_terminal import Screen
from tui.link.attach import attached
from tui.link.errors import CommandRefused
from tui.link.session import Session
from tui.link.start import engine_environment
from tui.link.waiting import keep_silent

RESIDENT = "resident"
BASELINES = ("notebook", "torchvision", "torchvision, 1 worker", RESIDENT)
ENGINE, SCREEN, TOGETHER = "engine", "engine + screen", "engine, 2 processes"
FP32, MUON, COMPILED = "engine, fp32", "engine, muon", "engine, compiled"
VARIANTS: dict[str, dict[str, object]] = {
    FP32: {"precision": "fp32"}, MUON: {"optimizer": "muon"}, COMPILED: {"compile": "on"},
}  # fmt: skip
LIMITS = ("limit fp32", "limit bf16")
ROWS = (*BASELINES, ENGINE, FP32, MUON, SCREEN, TOGETHER, *LIMITS)
ON_REQUEST = (COMPILED,)  # measured on a GPU, elsewhere where it is named: to compile takes longer than all else
ROW_TIMEOUT = 600.0  # seconds for a row to get ready, and for an epoch
WARM_UP = 20  # batches


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds of training for each round, without the test; `ratio` is to the row called resident."""

    row: str
    seconds: list[float]
    median: float
    images_per_s: float
    ratio: float | None


class Result(msgspec.Struct, frozen=True, kw_only=True):
    images: int
    device: str
    device_name: str
    torch: str
    threads: int
    cores: int
    precision: str
    rows: list[Measured]


class Row(Protocol):
    async def turn(self) -> float: ...


class Baseline:
    """A process of `engine.benchmark.baselines`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def turn(self, batches: int = 0) -> float:
        return float((await self._ask(str(batches)))["seconds"])

    async def test(self) -> float:
        """Return the accuracy on the test images."""
        return float((await self._ask("test"))["accuracy"])

    async def _ask(self, line: str) -> dict[str, Any]:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n".encode())
        return await answer(self.process)

    async def end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()


class Engine:
    """This program, with its defaults."""

    def __init__(self, session: Session, config: RunConfig) -> None:
        self.session = session
        self.config = config
        self.precision = ""

    async def turn(self) -> float:
        await self.session.ask(StartRun(config=self.config), CommandDone)
        started = await self.session.until(RunStarted)
        if self.config.compile == "on":
            compiled = await self.session.until(NetworkCompiled)
            assert isinstance(compiled, NetworkCompiled)
            tell(f"compiled in {compiled.seconds:.1f} s")
            if compiled.reason:
                raise CommandRefused(f"the network is not compiled: {compiled.reason}")
        began = time.perf_counter()
        assert isinstance(started, RunStarted)
        self.precision = started.config.precision
        done = await self.session.until(EpochDone, RunEnded)
        seconds = time.perf_counter() - began
        if not isinstance(done, EpochDone):
            raise CommandRefused(f"the run ended before its first epoch: {getattr(done, 'reason', '')}")
        await self.session.until(RunEnded)
        return seconds - done.test_seconds


class EngineWithScreen:
    """The same with a screen attached that draws to a real pseudo-terminal."""

    def __init__(self, engine: Engine, checkpoints: Path) -> None:
        self.engine = engine
        self.checkpoints = checkpoints

    async def turn(self) -> float:
        screen = await asyncio.to_thread(Screen, self.checkpoints)
        try:
            await asyncio.to_thread(screen.settle)
            return await self.engine.turn()
        finally:
            await asyncio.to_thread(screen.close)


async def bench(data: str, device: str, work: Path, *, images: int, rounds: int, rows: tuple[str, ...]) -> Result:
    """Measure the rows named, in alternating turns. Raises CommandRefused with the reason of one that cannot run."""
    tell("preparing the data set as PNG and IDX files, for the rows that read them")
    prepare = await start("prepare", work, "--data", data, "--images", str(images))
    count = int((await answer(prepare))["ready"])
    async with contextlib.AsyncExitStack() as stack:
        runners: dict[str, Row] = {}
        session = await stack.enter_async_context(attached(work / "checkpoints", data=str(work), say=keep_silent))
        ready = await session.until(EngineReady)
        assert isinstance(ready, EngineReady)
        await session.ask(LoadData(path=str(work)), DataReady)
        engine = Engine(session, RunConfig(epochs=1, device=device, data=str(work)))
        on_cpu = ready.device.startswith("cpu") or device == "cpu"
        if rows == ROWS and on_cpu:
            tell(f"no row {COMPILED!r}: it is measured on a GPU, here only with --row, as to compile takes minutes")
        elif rows == ROWS:
            rows = (*ROWS, *ON_REQUEST)
        if not on_cpu and TOGETHER in rows:
            rows = tuple(name for name in rows if name != TOGETHER)
            tell("two processes are measured on CPUs only, as each would need its own GPU")
        for name in rows:
            if name == ENGINE:
                runners[name] = engine
            elif name in VARIANTS:
                runners[name] = Engine(session, engine.config.replace(VARIANTS[name]))
            elif name == SCREEN:
                runners[name] = EngineWithScreen(engine, work / "checkpoints")
            elif name == TOGETHER:
                both = await stack.enter_async_context(
                    attached(work / name, data=str(work), processes=2, say=keep_silent)
                )
                stack.push_async_callback(both.ask, Shutdown(force=True), CommandDone)
                runners[name] = Engine(both, engine.config.replace({"processes": 2}))
            else:
                other = Baseline(await start(name, work, "--device", device))
                stack.push_async_callback(other.end)
                runners[name] = other
        tell("warming up, one after the other")
        for runner in runners.values():
            if isinstance(runner, Baseline):
                await answer(runner.process)
                await runner.turn(WARM_UP)
            elif isinstance(runner, Engine):
                await runner.turn()
        seconds: dict[str, list[float]] = {name: [] for name in rows}
        for number in range(rounds):
            for name in rows:
                took = await runners[name].turn()
                seconds[name].append(took)
                tell(f"round {number + 1}/{rounds}: {name} {took:.2f} s")
    return Result(
        images=count,
        device=ready.device,
        device_name=ready.device_name,
        torch=ready.torch,
        threads=ready.threads,
        cores=os.cpu_count() or 0,
        precision=engine.precision,
        rows=[measured(name, seconds[name], seconds.get(RESIDENT), count) for name in rows],
    )


def measured(name: str, seconds: list[float], resident: list[float] | None, images: int) -> Measured:
    median = statistics.median(seconds)
    ratio = None
    if resident is not None:
        ratio = statistics.median(own / other for own, other in zip(seconds, resident, strict=True))
    return Measured(row=name, seconds=seconds, median=median, images_per_s=images / median, ratio=ratio)


async def start(row: str, work: Path, *options: str) -> asyncio.subprocess.Process:
    environment = {name: value for name, value in engine_environment().items() if name != "GOMP_SPINCOUNT"}
    if "GOMP_SPINCOUNT" in os.environ:
        environment["GOMP_SPINCOUNT"] = os.environ["GOMP_SPINCOUNT"]
    pipe = asyncio.subprocess.PIPE
    command = [sys.executable, "-m", "engine.benchmark.baselines", row, str(work), *options]
    return await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, env=environment)


async def answer(process: asyncio.subprocess.Process) -> dict[str, Any]:
    """Return the next line a row prints. Raises CommandRefused with its reason, or when it ended without one."""
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), ROW_TIMEOUT)
    told: dict[str, Any] = json.loads(line) if line else {"failed": f"it ended with status {await process.wait()}"}
    if "failed" in told:
        raise CommandRefused(str(told["failed"]))
    return told


def tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
