"""An engine of several processes, as torchrun starts it: it obeys, survives the loss of one, and leaves none behind."""

import os
import signal
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.insight.beliefs.history import read_beliefs
from engine.storage.runs.checkpoint import load_checkpoint
from engine.storage.runs.record import read_record
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    CommandDone,
    EngineReady,
    EpochDone,
    RunEnded,
    Shutdown,
    StartRun,
    Steer,
    Steered,
    Stop,
)
from tests.e2e.process.process_list import all_gone, processes_of
from tests.e2e.torchrun.several_processes import RUN, TOGETHER, attached_to, screen  # noqa: F401
from tests.engine.server.attached import Attached
from tui.link.errors import CommandRefused, EngineUnreachable

pytestmark = pytest.mark.slow


async def test_both_are_steered_stopped_and_ended_together(screen: Attached, checkpoints: Path) -> None:
    assert screen.client.welcome.processes == 2
    await screen.session.ask(StartRun(config=TOGETHER), CommandDone)
    await screen.until(EpochDone)
    assert len(processes_of(checkpoints)) == 2
    await screen.session.ask(Steer(changes={"lr": 0.01, "dropout": 0.1}), CommandDone)
    await screen.until(Steered)
    await screen.until(EpochDone)
    await screen.session.ask(Stop(), CommandDone)
    stopped = await screen.until(RunEnded)
    assert stopped.state == "stopped"
    await screen.session.ask(StartRun(config=TOGETHER.replace({"epochs": 1})), CommandDone)
    ended = await screen.until(RunEnded)
    assert ended.state == "finished"
    beliefs = read_beliefs(checkpoints / ended.run)
    assert beliefs.epochs == (1,)
    assert np.isnan(beliefs.trained_losses).mean() == 0.5  # the first process sees its share of each step


def listeners_of(pid: int) -> list[str]:
    """Return the addresses, in the kernel's hexadecimal, at which a process waits for TCP connections."""
    sockets = {os.readlink(link) for link in Path(f"/proc/{pid}/fd").iterdir()}
    lines = [line.split() for name in ("tcp", "tcp6") for line in Path("/proc/net", name).read_text().splitlines()[1:]]
    return [words[1].split(":")[0] for words in lines if words[3] == "0A" and f"socket:[{words[9]}]" in sockets]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc/net")
async def test_no_other_machine_can_connect_to_them(screen: Attached, checkpoints: Path) -> None:
    await screen.session.ask(StartRun(config=TOGETHER), CommandDone)
    await screen.until(EpochDone)
    addresses = [address for pid in processes_of(checkpoints) for address in listeners_of(pid)]
    assert addresses
    assert set(addresses) == {"0100007F"}  # 127.0.0.1


async def test_a_run_of_another_number_is_refused_and_says_what_to_do(screen: Attached) -> None:
    with pytest.raises(CommandRefused, match=r"Processes \(processes\): 1, but this engine has 2"):
        await screen.session.ask(StartRun(config=RunConfig()), CommandDone)


async def test_an_idle_engine_makes_way_for_one_of_another_number_and_a_busy_one_does_not(checkpoints: Path) -> None:
    one = await attached_to(1, checkpoints)
    await one.until(EngineReady, news=False)
    two = await attached_to(2, checkpoints)
    assert two.client.welcome.processes == 2
    await two.session.ask(StartRun(config=TOGETHER), CommandDone)
    with pytest.raises(EngineUnreachable, match="the engine has 2 processes, not 1, and is training 0001-seed-cnn"):
        await attached_to(1, checkpoints)
    await two.session.ask(Shutdown(force=True), CommandDone)
    await one.leave()
    await two.leave()
    await all_gone(checkpoints)


async def test_the_end_of_the_process_that_status_shows_ends_all_of_them_and_saves_the_run(
    checkpoints: Path,
) -> None:
    screen = await attached_to(2, checkpoints)
    await screen.session.ask(StartRun(config=TOGETHER), CommandDone)
    await screen.until(EpochDone)
    os.kill(screen.client.welcome.pid, signal.SIGTERM)
    ended = await screen.until(RunEnded)
    assert ended.state == "stopped"
    await screen.ended()
    await all_gone(checkpoints)
    record = read_record(checkpoints / RUN)
    assert (record.state, record.step) == ("stopped", ended.step)
    assert load_checkpoint(checkpoints / RUN / "last.pt")["position"]["step"] == ended.step
    await screen.leave()
