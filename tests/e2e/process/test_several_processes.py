"""An engine of several processes, as torchrun starts it: it obeys, survives the loss of one, and leaves none behind."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from limits import LIMIT

from engine.storage.runs.checkpoint import load_checkpoint
from engine.storage.runs.record import read_record
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    CheckpointSaved,
    CommandDone,
    EngineReady,
    EpochDone,
    Printed,
    RunEnded,
    RunStarted,
    Shutdown,
    StartRun,
    Steer,
    Steered,
    StepsDone,
    Stop,
)
from tests.engine.server.attached import Attached
from tui.link.client import CommandRefused, EngineClient, EngineUnreachable, engine_environment

pytestmark = pytest.mark.slow
RUN = "0001-seed-cnn"
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
    return Attached(await EngineClient.connect_or_start(checkpoints, processes=processes))


@pytest.fixture
async def screen(checkpoints: Path) -> AsyncIterator[Attached]:
    screen = await attached_to(2, checkpoints)
    yield screen
    screen.session.rejoins = False
    with contextlib.suppress(CommandRefused):  # it has ended already
        await screen.session.ask(Shutdown(force=True), CommandDone)
    await screen.leave()
    await all_gone(checkpoints)


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
    assert (await screen.until(RunEnded)).state == "finished"


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


def call(*words: str) -> tuple[int, str]:
    """Run a command; return its exit status and what it wrote to stderr."""
    done = subprocess.run(
        [sys.executable, "-m", "tui", *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LIMIT,
        env=engine_environment(), check=False,
    )  # fmt: skip
    return done.returncode, done.stderr


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
