"""What the screen of runs costs with hundreds of them: until its list is there, and until a filter answers a key."""

import subprocess
import sys
import time
from pathlib import Path

import msgspec

from engine.storage.runs.folders import run_names
from engine.vocabulary.messages import EngineReady
from tui.commands.bench.pseudo_terminal import Screen
from tui.link.attach import attached
from tui.link.start import engine_environment
from tui.link.waiting import keep_silent

DRAWN = b"Setup"  # the last word of the first line that every screen has
RESTING = 0.6  # seconds between two keys, in which the history of the run at the cursor comes
WORDS = ((b"1", "1"), (b"0", "10"), (b"\x7f", "1"), (b"\x7f", ""))  # keys, and what is asked for after each


class LongList(msgspec.Struct, frozen=True, kw_only=True):
    """With so many runs of so many epochs in the folder."""

    runs: int
    epochs: int
    opened: list[float]
    """Seconds from the first frame, at which `4` is pressed, until the list of all runs is on the screen."""

    keys: list[float]
    """Milliseconds from a key in the filter until the list shows what matches."""

    memory: int
    """Bytes of the screen's process, after all that."""


def write_folders(checkpoints: Path, runs: int, epochs: int) -> None:
    """Have a process write folders of runs: this one knows nothing of how they are made."""
    command = [sys.executable, "-m", "engine.benchmark.run_folders", str(checkpoints)]
    subprocess.run([*command, f"--runs={runs}", f"--epochs={epochs}"], env=engine_environment(), check=True)


async def long_list(checkpoints: Path, data: str, *, runs: int, epochs: int, starts: int, rounds: int) -> LongList:
    """Measure with an engine that is already there. Raises CommandRefused."""
    write_folders(checkpoints, runs, epochs)
    async with attached(checkpoints, data=data, say=keep_silent) as session:
        await session.until(EngineReady)
    opened = [open_list(checkpoints, runs) for _ in range(starts)]
    keys, memory = type_filters(checkpoints, runs, rounds)
    return LongList(runs=runs, epochs=epochs, opened=opened, keys=keys, memory=memory)


def open_list(checkpoints: Path, runs: int) -> float:
    screen = Screen(checkpoints)
    try:
        first = screen.began + screen.wait_for(DRAWN)
        screen.type(b"4")
        return screen.wait_to_show(f"{runs} of {runs}", f"{runs:04d}-") - first
    finally:
        screen.close()


def type_filters(checkpoints: Path, runs: int, rounds: int) -> tuple[list[float], int]:
    """Type words of which each letter leaves other runs, and take them away again.

    Return the milliseconds of each key, and the bytes of memory in the end.
    """
    screen = Screen(checkpoints)
    names = run_names(checkpoints)
    keys = []
    try:
        screen.wait_for(DRAWN)
        screen.type(b"4")
        screen.wait_to_show(f" {runs} of {runs}")
        screen.type(b"/")
        for _ in range(rounds):
            for key, text in WORDS:
                time.sleep(RESTING)
                left = sum(text in name for name in names)
                pressed = screen.type(key)
                keys.append((screen.wait_to_show(f" {left} of {runs}") - pressed) * 1000)
        return keys, screen.memory
    finally:
        screen.close()
