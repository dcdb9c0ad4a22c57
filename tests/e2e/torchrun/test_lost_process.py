"""An engine of several processes that loses one: all start again, or all end and say why."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from engine.storage.runs.record import read_record
from engine.vocabulary.messages import (
    CheckpointSaved,
    CommandDone,
    Printed,
    RunEnded,
    RunStarted,
    StartRun,
    StepsDone,
)
from tests.e2e.process.process_list import all_gone, processes_of
from tests.e2e.torchrun.several_processes import RUN, TOGETHER, attached_to, call, screen  # noqa: F401
from tests.engine.server.attached import Attached

pytestmark = pytest.mark.slow
DIES_ON_RANK_1 = """
import os, signal
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        if os.environ.get("RANK") == "1":
            os.kill(os.getpid(), signal.SIGKILL)
        self.layer = nn.Linear(784, 10)

    def forward(self, images):
        return self.layer(images.flatten(1))
"""


async def test_when_one_is_killed_all_start_again_from_the_last_checkpoint(screen: Attached, checkpoints: Path) -> None:
    screen.session.rejoins = True
    await screen.session.ask(StartRun(config=TOGETHER.replace({"epochs": 40})), CommandDone)
    saved = await screen.until(CheckpointSaved)
    engine = screen.client.welcome.pid
    [other] = [pid for pid in processes_of(checkpoints) if pid != engine]
    os.kill(other, signal.SIGKILL)
    resumed = await screen.until(RunStarted, lambda event: event.step > 0, news=False)
    assert resumed.step >= saved.step
    ended = await screen.until(RunEnded, news=False)
    assert (ended.state, ended.step) == ("finished", 400)
    assert screen.session.client.welcome.pid != engine
    printed = [line for event, _ in screen.heard if isinstance(event, Printed) for line in event.lines]
    assert any("a process was lost; the run goes on" in line for line in printed)


async def test_a_run_that_loses_a_process_before_its_first_checkpoint_gets_its_end(
    screen: Attached, checkpoints: Path
) -> None:
    screen.session.rejoins = True
    [other] = [pid for pid in processes_of(checkpoints) if pid != screen.client.welcome.pid]
    await screen.session.ask(StartRun(config=TOGETHER.replace({"batch_size": 1, "keep_every": 0})), CommandDone)
    await screen.until(StepsDone)
    os.kill(other, signal.SIGKILL)
    ended = await screen.until(RunEnded, news=False)
    assert (ended.run, ended.state) == (RUN, "failed")
    assert "a process was lost, and the run cannot go on: " in ended.reason
    assert "has no complete checkpoint" in ended.reason
    record = read_record(checkpoints / RUN)
    assert (record.state, record.reason) == ("failed", ended.reason)
    # The engine that started again is as good as new.
    await screen.session.ask(StartRun(config=TOGETHER.replace({"epochs": 1})), CommandDone)
    assert (await screen.until(RunEnded)).state == "finished"


async def test_a_client_ends_with_the_reason_when_a_process_is_lost_before_the_run_begins(
    checkpoints: Path, tmp_path: Path
) -> None:
    """Rank 1 dies in the middle of building the network, and so does each one that takes its place."""
    network = tmp_path / "dies.py"
    network.write_text(DIES_ON_RANK_1)
    command = ["train", "--processes", "2", "--model", f"{network}:Net", "--checkpoints", str(checkpoints)]
    status, told = await asyncio.to_thread(call, *command)
    assert status == 1, told
    assert "Error: the run did not start" in told
    assert "a process of the group is lost" in told
    await asyncio.to_thread(call, "engine", "stop", "--checkpoints", str(checkpoints))
    await all_gone(checkpoints)


async def test_an_engine_with_a_process_that_was_stopped_is_ended_by_force(checkpoints: Path) -> None:
    screen = await attached_to(2, checkpoints)
    await screen.session.ask(StartRun(config=TOGETHER), CommandDone)
    await screen.until(CheckpointSaved)
    [other] = [pid for pid in processes_of(checkpoints) if pid != screen.client.welcome.pid]
    os.kill(other, signal.SIGSTOP)
    status, told = await asyncio.to_thread(call, "engine", "stop", "--force", "--checkpoints", str(checkpoints))
    assert status == 0, told
    assert "the engine was ended; " in told
    await all_gone(checkpoints)
    assert read_record(checkpoints / RUN).state == "interrupted"
    await screen.leave()
