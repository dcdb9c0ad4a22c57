"""`mnist-tui bench --screen`: time to the first frame, bytes on the wire, and how soon a key is answered.

Measured on the program itself in a pseudo-terminal of 120x36, while the engine trains on all cores and while nothing
happens.
"""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from engine.config import RunConfig
from engine.messages import CommandDone, EngineReady, RunStarted, StartRun, StepsDone, Stop
from tui.bench import Screen, tell
from tui.client import engine_environment
from tui.session import Session, attached

BARE = "import textual.app, textual.widgets"
STARTS = 5
SETTLING = 2.0  # seconds after the first frame, for its run and what the screen says about it
WATCHED = 10.0  # seconds of a live and of an idle screen
KEYS = 60
DRAWN = b"Setup"  # the last word of the first line that every screen has


class ScreenCosts(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds of a bare import and to the first frame; bytes; milliseconds from each key to the first byte after it."""

    bare_import: list[float]
    first_frame: list[float]
    first_paint: int
    live_per_s: float
    idle_per_s: float
    keys: list[float]


async def screen_costs(data: str, device: str, work: Path) -> ScreenCosts:
    """Raises CommandRefused when the data or the device is not there."""
    checkpoints = work / "checkpoints"
    async with attached(checkpoints, data=data) as session:
        await session.until(EngineReady)
        tell("starting")
        starts = [await asyncio.to_thread(start_once, checkpoints) for _ in range(STARTS)]
        tell("idle")
        _, idle, _ = await asyncio.to_thread(watch, checkpoints, False)
        await train(session, device, data)
        tell("training")
        painted, live, keys = await asyncio.to_thread(watch, checkpoints, True)
        await session.ask(Stop(force=True), CommandDone)
    return ScreenCosts(
        bare_import=[bare for bare, _ in starts],
        first_frame=[first for _, first in starts],
        first_paint=painted,
        live_per_s=live / WATCHED,
        idle_per_s=idle / WATCHED,
        keys=keys,
    )


async def train(session: Session, device: str, data: str) -> None:
    """Start a run that lasts, and wait until it is under way."""
    await session.ask(StartRun(config=RunConfig(epochs=100_000, device=device, data=data)), CommandDone)
    await session.until(RunStarted)
    await session.until(StepsDone)


def start_once(checkpoints: Path) -> tuple[float, float]:
    """Return the seconds of the bare import and those until the first frame, one after the other."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", BARE], env=engine_environment(), check=True)
    bare = time.perf_counter() - began
    screen = Screen(checkpoints)
    try:
        return bare, screen.wait_for(DRAWN)
    finally:
        screen.close()


def watch(checkpoints: Path, with_keys: bool) -> tuple[int, int, list[float]]:
    """Return the bytes until a screen has settled, those while it is watched, and the milliseconds of each key."""
    screen = Screen(checkpoints)
    try:
        screen.wait_for(DRAWN)
        time.sleep(SETTLING)
        painted = screen.bytes
        time.sleep(WATCHED)
        after = screen.bytes - painted
        return painted, after, [answer_to(screen, b"12"[i % 2 : i % 2 + 1]) for i in range(KEYS if with_keys else 0)]
    finally:
        screen.close()


def answer_to(screen: Screen, key: bytes) -> float:
    """Return the milliseconds from a key to the first byte that follows it."""
    time.sleep(0.15)
    screen.answered.clear()
    began = time.perf_counter()
    os.write(screen.fd, key)
    screen.answered.wait(5)
    return (time.perf_counter() - began) * 1000
