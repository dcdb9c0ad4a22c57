"""What a screen costs what trains, and how soon it answers meanwhile: alone, with many runs in the folder, and with a
long run on the charts.

Other programs on the machine make every key slower. What an app of Textual's that does next to nothing takes then is
measured along with it.
"""

import asyncio
import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    AskStatus,
    CommandDone,
    EngineReady,
    RunStarted,
    StartRun,
    StatusTold,
    StepsDone,
    Stop,
)
from tui.commands.bench.pseudo_terminal import Screen
from tui.commands.bench.screen.long_list import DRAWN
from tui.commands.bench.screen.startup import seconds_of
from tui.link.attach import attached
from tui.link.session import Session
from tui.link.waiting import keep_silent

BARE = "import textual.app, textual.widgets"
SETTLING = 2.0  # seconds after the first frame, for its run and what the screen says about it
APART = 0.15  # seconds between two keys
# The floor: a key changes one word.
LEAST = """
from textual.app import App
from textual.widgets import Static

class Least(App):
    keys = 0

    def compose(self):
        yield Static("Setup")

    def on_key(self):
        self.keys += 1
        self.query_one(Static).update(f"Setup {self.keys}")

Least().run()
"""


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A folder with so many other runs, and a past one of so many epochs on the charts (0: the one that trains)."""

    runs: int
    epochs: int

    first_frame: list[tuple[float, float]]
    """Seconds to import Textual, and to the first frame; in turns, while nothing trains."""

    keys: list[float]
    """Milliseconds from a key that opens another screen to the first byte after it, while a run trains."""

    floor: list[float]
    """The same for an app that does next to nothing."""

    steps: list[tuple[float, float]]
    """Steps a second without a screen, and with one; in turns."""


class Wanted(NamedTuple):
    """How often it is measured: starts, keys, and turns of so many seconds."""

    starts: int
    keys: int
    turns: int
    seconds: float


async def measure_case(
    checkpoints: Path, data: str, device: str, wanted: Wanted, *, runs: int = 0, epochs: int = 0
) -> Case:
    """Measure in a folder that has these runs. Raises CommandRefused."""
    async with attached(checkpoints, data=data, say=keep_silent) as session:
        await session.until(EngineReady)
        frames = [await asyncio.to_thread(start_once, checkpoints) for _ in range(wanted.starts)]
        await train(session, device, data)
        past = "0001-" if epochs else ""
        keys = await asyncio.to_thread(press_keys, checkpoints, wanted.keys, past)
        floor = await asyncio.to_thread(press_keys_of_least, wanted.keys)
        steps = [await in_turns(session, checkpoints, wanted.seconds, past) for _ in range(wanted.turns)]
        await session.ask(Stop(force=True), CommandDone)
    return Case(runs=runs, epochs=epochs, first_frame=frames, keys=keys, floor=floor, steps=steps)


async def train(session: Session, device: str, data: str) -> None:
    """Start a run that lasts, and wait until it is under way."""
    await session.ask(StartRun(config=RunConfig(epochs=100_000, device=device, data=data)), CommandDone)
    await session.until(RunStarted)
    await session.until(StepsDone)


def start_once(checkpoints: Path) -> tuple[float, float]:
    """Return the seconds of the bare import and those until the first frame, one after the other."""
    bare = seconds_of("-c", BARE)
    screen = Screen(checkpoints)
    try:
        return bare, screen.wait_for(DRAWN)
    finally:
        screen.close()


@contextlib.contextmanager
def settled(checkpoints: Path, past: str = "") -> Iterator[Screen]:
    """A screen that shows what there is to see: with a name, the charts of a past run."""
    screen = Screen(checkpoints)
    try:
        screen.wait_for(DRAWN)
        time.sleep(SETTLING)
        if past:
            screen.type(b"4")
            screen.wait_to_show("by age")
            screen.type(b"/" + past.encode())
            screen.wait_to_show(" 1 of ")
            screen.type(b"\r")
            screen.wait_to_show("esc back")  # the list has the keys again
            screen.type(b"o")
            screen.wait_to_show("(past)")
            time.sleep(SETTLING)
        yield screen
    finally:
        screen.close()


def press_keys(checkpoints: Path, keys: int, past: str = "") -> list[float]:
    """Go to and fro between the charts and another screen: the list of runs, where a past one is on the charts."""
    with settled(checkpoints, past) as screen:
        return [answer_to(screen, (b"41" if past else b"21")[i % 2 : i % 2 + 1]) for i in range(keys)]


def press_keys_of_least(keys: int) -> list[float]:
    screen = Screen(None, program=LEAST)
    try:
        screen.wait_for(DRAWN)
        time.sleep(SETTLING)
        return [answer_to(screen, b"x") for _ in range(keys)]
    finally:
        screen.close()


def answer_to(screen: Screen, key: bytes) -> float:
    """Return the milliseconds from a key to the first byte that follows it."""
    time.sleep(APART)
    screen.answered.clear()
    began = screen.type(key)
    screen.answered.wait(5)
    return (time.perf_counter() - began) * 1000


async def in_turns(session: Session, checkpoints: Path, seconds: float, past: str) -> tuple[float, float]:
    """Return the steps a second without a screen, and those with one that has settled."""
    alone = await steps_a_second(session, seconds)
    with contextlib.ExitStack() as stack:
        await asyncio.to_thread(stack.enter_context, settled(checkpoints, past))
        return alone, await steps_a_second(session, seconds)


async def steps_a_second(session: Session, seconds: float) -> float:
    first, began = (await session.ask(AskStatus(), StatusTold)).step, time.perf_counter()
    await asyncio.sleep(seconds)
    last = (await session.ask(AskStatus(), StatusTold)).step
    return (last - first) / (time.perf_counter() - began)
