"""How long `--help` and the first step of `train` take, compared with Python and torch alone.

Each is measured in turn with its yardstick, so that what else the machine does hits both alike.
"""

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from engine.vocabulary.messages import MAX_LINE, CommandDone, Shutdown
from tui.link.attach import attached
from tui.link.errors import CommandRefused
from tui.link.start import engine_environment
from tui.link.waiting import keep_silent

# Ends at once: taking torch apart again is no part of a start.
LOADING = "import os, sys, torch, engine.data.find; engine.data.find.load_data(*sys.argv[1:]); os._exit(0)"


@contextlib.contextmanager
def with_compiled_modules(cache: Path) -> Iterator[None]:
    """Have all that is started keep and find its modules compiled, as an installed program does, whatever the
    environment says."""
    before = {name: os.environ.pop(name, None) for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")}
    os.environ["PYTHONPYCACHEPREFIX"] = str(cache)
    try:
        yield
    finally:
        del os.environ["PYTHONPYCACHEPREFIX"]
        os.environ.update({name: value for name, value in before.items() if value is not None})


def seconds_of(*arguments: str) -> float:
    """Return the seconds that Python takes with these arguments, to its end."""
    began = time.perf_counter()
    command = [sys.executable, *arguments]
    subprocess.run(command, env=engine_environment(), check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


async def first_step(data: str, device: str, checkpoints: Path) -> tuple[float, float]:
    """Return the seconds to import torch and load the data, and those from `train` to its first step.

    The engine is one of its own, so it is not there yet. Raises CommandRefused when there is no first step.
    """
    alone = await asyncio.to_thread(seconds_of, "-c", LOADING, *([data] if data else []))
    began = time.perf_counter()
    command = [sys.executable, "-m", "tui", "train", "--json", "--device", device, "--checkpoints", str(checkpoints)]
    command += ["--data", data] if data else []
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, limit=2 * MAX_LINE, env=engine_environment()
    )
    assert process.stdout is not None
    while b'"StepsDone"' not in (line := await process.stdout.readline()):
        if not line:
            raise CommandRefused("`mnist-tui train` ended before its first step")
    seconds = time.perf_counter() - began
    process.kill()
    await process.wait()
    async with attached(checkpoints, start=False, say=keep_silent) as session:
        await session.ask(Shutdown(force=True), CommandDone)
    return alone, seconds
