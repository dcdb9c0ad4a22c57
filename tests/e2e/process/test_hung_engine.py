"""Engines that hang or are suspended, as real processes: everything about them is said, and they can be ended."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from limits import LIMIT

from engine.storage.runs.record import read_record
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import CommandDone, EpochDone, RunEnded, StartRun, StepsDone
from tests.e2e.process.process_list import processes_of
from tests.engine.server.attached import Attached, gone
from tui.link.start import engine_environment

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")]

HANGS = """
import ctypes
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(784, 10)
        self.calls = 0

    def forward(self, images):
        self.calls += self.training and len(images) == 20
        if self.calls > 25:
            open("MARK", "w").close()
        while self.calls > 25:
            WAY
        return self.layer(images.flatten(1))
"""
WAYS = {"loop": "pass", "native code that keeps Python's lock": "ctypes.PyDLL(None).pause()"}
RUN = "0001-net"


async def call(*words: str) -> tuple[int, str]:
    """Run a command; return its exit status and what it wrote to stderr."""
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-m", "tui", *words], stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=LIMIT, env=engine_environment(), check=False,
    )  # fmt: skip
    return done.returncode, done.stderr


async def hung(checkpoints: Path, folder: Path, way: str) -> Attached:
    """Return a screen of an engine that hangs in step 26, after ten steps in its second checkpoint."""
    network = folder / "hangs.py"
    network.write_text(HANGS.replace("WAY", WAYS[way]).replace("MARK", str(folder / "hung")))
    screen = await Attached.to(checkpoints)
    config = RunConfig(epochs=100, batch_size=20, device="cpu", precision="fp32", model=f"{network}:Net")
    await screen.session.ask(StartRun(config=config), CommandDone)
    await screen.until(EpochDone, lambda event: event.epoch == 2)
    async with asyncio.timeout(LIMIT):
        while not (folder / "hung").exists():  # noqa: ASYNC110  (another process: no event tells)
            await asyncio.sleep(0.01)
    return screen


@pytest.mark.parametrize("how", ["stop --force", "SIGTERM"])
async def test_an_endless_step_is_ended_and_the_cost_is_told(checkpoints: Path, tmp_path: Path, how: str) -> None:
    screen = await hung(checkpoints, tmp_path, "loop")
    if how == "SIGTERM":
        os.kill(screen.client.welcome.pid, signal.SIGTERM)
    else:
        status, told = await call("engine", "stop", "--force", "--checkpoints", str(checkpoints))
        assert status == 0, told
        assert "the engine ended; 0001-net interrupted: no step for" in told
    ended = await screen.until(RunEnded)
    assert ended.state == "interrupted"
    assert "no step for" in ended.reason
    await screen.ended()
    await gone(checkpoints)
    record = read_record(checkpoints / RUN)
    assert (record.state, record.reason, record.epoch) == ("interrupted", ended.reason, 2)
    await screen.leave()


async def test_an_engine_that_answers_nothing_any_more_is_killed_by_force_alone(
    checkpoints: Path, tmp_path: Path
) -> None:
    screen = await hung(checkpoints, tmp_path, "native code that keeps Python's lock")
    pid = screen.client.welcome.pid
    status, told = await call("engine", "stop", "--checkpoints", str(checkpoints))
    assert status == 4, told
    assert f"(pid {pid} on " in told
    assert "is there, but has not answered for" in told
    assert "stop --force` kills it" in told
    status, told = await call("engine", "stop", "--force", "--checkpoints", str(checkpoints))
    assert status == 0, told
    assert f"the engine ({pid}) did not answer and was killed" in told
    await gone(checkpoints)
    await screen.leave()


async def test_a_suspended_engine_is_neither_absent_nor_replaced_and_goes_on(checkpoints: Path) -> None:
    screen = await Attached.to(checkpoints)
    pid = screen.client.welcome.pid
    await screen.session.ask(StartRun(config=RunConfig(epochs=100_000, batch_size=20, device="cpu")), CommandDone)
    await screen.until(EpochDone)
    os.kill(pid, signal.SIGSTOP)
    folder = ("--checkpoints", str(checkpoints))
    verdicts = await asyncio.gather(
        call("engine", "status", *folder), call("engine", "stop", *folder), call("data", "status", *folder)
    )
    for status, told in verdicts:
        assert status == 4, told
        assert f"waiting for the engine (pid {pid} on " in told
        assert "suspended), which does not answer" in told
        assert f"`kill -CONT {pid}` lets it go on" in told
    assert processes_of(checkpoints) == [pid]
    os.kill(pid, signal.SIGCONT)
    await screen.until(StepsDone)
    status, told = await call("engine", "stop", *folder)
    assert status == 0, told
    assert (await screen.until(RunEnded)).state == "stopped"
    await gone(checkpoints)
    await screen.leave()


async def test_a_suspended_engine_can_be_killed_by_force(checkpoints: Path) -> None:
    screen = await Attached.to(checkpoints)
    os.kill(screen.client.welcome.pid, signal.SIGSTOP)
    status, told = await call("engine", "stop", "--force", "--checkpoints", str(checkpoints))
    assert status == 0, told
    assert "was killed" in told
    await gone(checkpoints)
    await screen.leave()


async def test_training_ends_on_sigterm_although_the_engine_hangs(checkpoints: Path, tmp_path: Path) -> None:
    network = tmp_path / "hangs.py"
    network.write_text(HANGS.replace("WAY", "pass").replace("MARK", str(tmp_path / "hung")))
    words = ["train", "--json", "--batch-size", "20", "--model", f"{network}:Net", "--checkpoints", str(checkpoints)]
    train = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tui", *words, env=engine_environment(), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert train.stdout is not None
    assert train.stderr is not None
    async with asyncio.timeout(LIMIT):
        while json.loads(await train.stdout.readline()).get("epoch") != 2:
            pass
        while not (tmp_path / "hung").exists():  # noqa: ASYNC110  (another process: no event tells)
            await asyncio.sleep(0.01)
        train.send_signal(signal.SIGTERM)
        told = (await train.communicate())[1].decode()
    assert train.returncode == 130, told
    assert "left at once; the engine stops the run" in told
