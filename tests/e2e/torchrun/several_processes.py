"""An engine of several processes on this machine, and what is left of one."""

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
from tests.e2e.process.process_list import all_gone
from tests.engine.server.attached import Attached
from tui.link.errors import CommandRefused
from tui.link.start import connect_or_start, engine_environment

RUN = "0001-seed-cnn"
TOGETHER = RunConfig(epochs=100_000, batch_size=20, device="cpu", processes=2)


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
