"""An engine of several processes on this machine, and what is left of one."""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from limits import LIMIT

from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    CommandDone,
    Shutdown,
)
from tests.engine.server.attached import Attached
from tui.link.errors import CommandRefused
from tui.link.start import connect_or_start, engine_environment

RUN = "0001-seed-cnn"
TOGETHER = RunConfig(epochs=100_000, batch_size=20, device="cpu", processes=2)


def processes_of(checkpoints: Path) -> list[int]:
    """Return the engine processes for a folder of runs, torchrun's own aside."""
    return [pid for pid, words in commands_for(checkpoints) if b"torch.distributed.run" not in words]


def commands_for(checkpoints: Path) -> list[tuple[int, list[bytes]]]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if str(checkpoints).encode() in words:
            found.append((int(folder.name), words))
    return found


async def all_gone(checkpoints: Path) -> None:
    """Wait until no process is left, torchrun's own included."""
    async with asyncio.timeout(LIMIT):
        while [pid for pid, _ in commands_for(checkpoints) if not is_zombie(pid)]:  # noqa: ASYNC110  (they are no children of ours: there is no event)
            await asyncio.sleep(0.05)


def is_zombie(pid: int) -> bool:
    """Tell whether a process has ended and only waits for this one, its parent, to notice."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


async def attached_to(processes: int, checkpoints: Path) -> Attached:
    return Attached(await connect_or_start(checkpoints, processes=processes))


@pytest.fixture
async def screen(checkpoints: Path) -> AsyncIterator[Attached]:
    screen = await attached_to(2, checkpoints)
    yield screen
    screen.session.rejoins = False
    with contextlib.suppress(CommandRefused):  # it has ended already
        await screen.session.ask(Shutdown(force=True), CommandDone)
    await screen.leave()
    await all_gone(checkpoints)


def call(*words: str) -> tuple[int, str]:
    """Run a command; return its exit status and what it wrote to stderr."""
    done = subprocess.run(
        [sys.executable, "-m", "tui", *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LIMIT,
        env=engine_environment(), check=False,
    )  # fmt: skip
    return done.returncode, done.stderr
