"""`mnist-tui bench --screen`: time to start, bytes on the wire, and how soon a key is answered.

Measured on the program itself in a pseudo-terminal of 120x36, while the engine trains on all cores and while nothing
happens.
"""

import asyncio
import contextlib
import time
from pathlib import Path
from typing import NamedTuple

import msgspec

from engine.vocabulary.messages import CommandDone, EngineReady, Stop
from tui.commands.bench.pseudo_terminal import COLUMNS, LINES, Screen
from tui.commands.bench.screen.long_list import DRAWN, LongList, long_list, write_folders
from tui.commands.bench.screen.redraw import Redraws, redraws
from tui.commands.bench.screen.startup import first_step, seconds_of, with_compiled_modules
from tui.commands.bench.screen.training import (
    SETTLING,
    Case,
    Wanted,
    answer_to,
    measure_case,
    start_once,
    train,
)
from tui.commands.bench.throughput import tell
from tui.link.attach import attached
from tui.link.errors import EngineUnreachable
from tui.link.stop import stop_engine
from tui.link.waiting import keep_silent

FORM = "Clipping"  # a word that only the form has
HISTORY = b"smoothed"  # a word that only the chart of a run has


class Effort(NamedTuple):
    """How much is measured."""

    starts: int = 5
    steps: int = 3  # times that an engine of its own is started
    watched: float = 10.0  # seconds of a live and of an idle screen
    keys: int = 60
    runs: int = 500
    epochs: int = 50
    rounds: int = 5  # of filters, and of charts
    most_epochs: int = 2000
    turns: int = 5  # without a screen, and with one


THOROUGH = Effort()
QUICK = Effort(starts=1, steps=1, watched=3.0, keys=20, runs=30, epochs=5, rounds=1, most_epochs=100, turns=1)
OVERLAID = 20  # runs


class ScreenCosts(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds, bytes, and milliseconds from each key to the first byte after it. What is in pairs was so in turns."""

    help: list[tuple[float, float]]
    """Seconds of bare Python, and of `mnist-tui --help`."""

    first_step: list[tuple[float, float]]
    """Seconds to import torch and load the data, and from `mnist-tui train` to its first step."""

    first_frame: list[tuple[float, float]]
    """Seconds to import Textual, and to the first frame."""

    attached: list[float]
    """Seconds from the first frame until the charts of a run in progress are on it."""

    first_paint: int
    live_per_s: float
    idle_per_s: float
    keys: list[float]

    setup: list[float]
    """Milliseconds from `5` until the form is on the screen for the first time, while nothing trains."""

    many: LongList
    redraws: list[Redraws]
    cases: list[Case] = []


async def screen_costs(data: str, device: str, work: Path, effort: Effort = THOROUGH) -> ScreenCosts:
    """Raises CommandRefused when the data or the device is not there."""
    with with_compiled_modules(work / "compiled"):
        return await measure(data, device, work, effort)


async def measure(data: str, device: str, work: Path, effort: Effort) -> ScreenCosts:
    checkpoints = work / "checkpoints"
    async with attached(checkpoints, data=data, say=keep_silent) as session:
        await session.until(EngineReady)
        await asyncio.to_thread(start_once, checkpoints)  # which compiles, as the first start after an installation
        tell("starting")
        helps = [(seconds_of("-c", "pass"), seconds_of("-m", "tui", "--help")) for _ in range(effort.starts)]
        steps = [await first_step(data, device, work / f"start{i}") for i in range(effort.steps)]
        frames = [await asyncio.to_thread(start_once, checkpoints) for _ in range(effort.starts)]
        tell("idle")
        _, idle, _ = await asyncio.to_thread(watch, checkpoints, effort.watched)
        setup = [await asyncio.to_thread(open_setup, checkpoints) for _ in range(effort.starts)]
        await train(session, device, data)
        tell("training")
        painted, live, keys = await asyncio.to_thread(watch, checkpoints, effort.watched, effort.keys)
        late = [await asyncio.to_thread(attach_once, checkpoints) for _ in range(effort.starts)]
        await session.ask(Stop(force=True), CommandDone)
    tell(f"{effort.runs} runs")
    many = await many_runs(data, work, effort)
    tell(f"{OVERLAID} runs over each other")
    overlaid = [await overlay(work / "runs", effort.rounds), await long_overlay(work / "long", effort)]
    cases = await all_cases(data, device, work, effort)
    return ScreenCosts(
        help=helps,
        first_step=steps,
        first_frame=frames,
        attached=late,
        first_paint=painted,
        live_per_s=live / effort.watched,
        idle_per_s=idle / effort.watched,
        keys=keys,
        setup=setup,
        many=many,
        redraws=overlaid,
        cases=cases,
    )


async def all_cases(data: str, device: str, work: Path, effort: Effort) -> list[Case]:
    """Measure beside training, in the folders that are there by now: no other run, many, long ones."""
    wanted = Wanted(effort.starts, effort.keys, effort.turns, effort.watched)
    cases = []
    for folder, runs, epochs in (
        ("checkpoints", 0, 0), ("runs", effort.runs, 0), ("long", OVERLAID, effort.most_epochs)
    ):  # fmt: skip
        tell(f"training beside {runs} runs")
        try:
            cases.append(await measure_case(work / folder, data, device, wanted, runs=runs, epochs=epochs))
        finally:
            with contextlib.suppress(EngineUnreachable):
                await stop_engine(work / folder, force=True)
    return cases


async def many_runs(data: str, work: Path, effort: Effort) -> LongList:
    """Measure the screen of runs, with an engine of its own."""
    checkpoints = work / "runs"
    try:
        return await long_list(
            checkpoints, data, runs=effort.runs, epochs=effort.epochs, starts=effort.starts, rounds=effort.rounds
        )
    finally:
        with contextlib.suppress(EngineUnreachable):
            await stop_engine(checkpoints, force=True)


async def overlay(checkpoints: Path, rounds: int) -> Redraws:
    return await redraws(checkpoints, OVERLAID, (COLUMNS, LINES), rounds)


async def long_overlay(checkpoints: Path, effort: Effort) -> Redraws:
    await asyncio.to_thread(write_folders, checkpoints, OVERLAID, effort.most_epochs)
    return await overlay(checkpoints, effort.rounds)


def open_setup(checkpoints: Path) -> float:
    """Return the milliseconds from the key of the form until it is on the screen, in a program that has just begun."""
    screen = Screen(checkpoints)
    try:
        screen.wait_for(DRAWN)
        time.sleep(SETTLING)
        pressed = screen.type(b"5")
        return (screen.wait_to_show(FORM) - pressed) * 1000
    finally:
        screen.close()


def attach_once(checkpoints: Path) -> float:
    """Return the seconds from the first frame until the history of the run in progress is on the screen."""
    screen = Screen(checkpoints)
    try:
        first = screen.wait_for(DRAWN)
        return screen.wait_for(HISTORY) - first
    finally:
        screen.close()


def watch(checkpoints: Path, seconds: float, keys: int = 0) -> tuple[int, int, list[float]]:
    """Return the bytes until a screen has settled, those while it is watched, and the milliseconds of each key."""
    screen = Screen(checkpoints)
    try:
        screen.wait_for(DRAWN)
        time.sleep(SETTLING)
        painted = screen.bytes
        time.sleep(seconds)
        after = screen.bytes - painted
        return painted, after, [answer_to(screen, b"12"[i % 2 : i % 2 + 1]) for i in range(keys)]
    finally:
        screen.close()
