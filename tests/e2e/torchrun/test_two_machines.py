"""An engine of two processes that two agents of torchrun start, as on two machines."""

import asyncio
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from limits import LIMIT

from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    CommandDone,
    RunEnded,
    Shutdown,
    StartRun,
    StepsDone,
)
from tests.e2e.process.process_list import all_gone
from tests.engine.server.attached import Attached
from tui.link.client import EngineClient
from tui.link.start import engine_environment

pytestmark = pytest.mark.slow
TOGETHER = RunConfig(epochs=100_000, batch_size=20, device="cpu", processes=2)


def two_agents(checkpoints: Path) -> list["subprocess.Popen[bytes]"]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "torch.distributed.run", "--nnodes", "2", "--nproc-per-node", "1"]
    command += ["--rdzv-backend", "c10d", "--rdzv-endpoint", f"127.0.0.1:{port}", "--local-addr", "127.0.0.1"]
    command += ["-m", "engine", "--checkpoints", str(checkpoints)]
    return [subprocess.Popen(command, env=engine_environment(), stdout=subprocess.DEVNULL) for _ in range(2)]


async def test_two_machines_train_together(checkpoints: Path) -> None:
    """Two agents of torchrun, as on two machines, that know each other by an address."""
    agents = two_agents(checkpoints)
    try:
        async with asyncio.timeout(LIMIT):
            while True:
                try:
                    screen = Attached(await EngineClient.connect(checkpoints))
                    break
                except OSError:
                    await asyncio.sleep(0.1)
        assert screen.client.welcome.processes == 2
        await screen.session.ask(StartRun(config=TOGETHER.replace({"epochs": 2})), CommandDone)
        assert await screen.until(StepsDone)
        assert (await screen.until(RunEnded)).state == "finished"
        await screen.session.ask(Shutdown(), CommandDone)
        await screen.leave()
        await all_gone(checkpoints)
        assert [await asyncio.to_thread(agent.wait, LIMIT) for agent in agents] == [0, 0]
    finally:
        for agent in agents:
            agent.kill()
            agent.wait()
