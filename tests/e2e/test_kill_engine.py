"""kill -9 of the engine at random moments: what was on record stays, and the run ends as if nothing had been."""

import asyncio
import os
import random
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
import torch
from e2e.conftest import World

from engine.checkpoint import load_last
from engine.config import RunConfig
from engine.data import load_data
from engine.messages import (
    AnyEvent,
    CommandFailed,
    EpochDone,
    ResumeRun,
    RunEnded,
    RunEvent,
    RunStarted,
    StartRun,
    StepsDone,
    encode,
)
from engine.paths import sample_file
from engine.run import Run
from engine.runs import EVENTS, EventReader, seal
from engine.train import train
from tui.client import EngineClient

RUN = "0001-seed-cnn"


@asynccontextmanager
async def engine(world: World) -> AsyncIterator[EngineClient]:
    """A client of a newly started engine, which is killed at the end."""
    client = await EngineClient.connect_or_start(world.checkpoints, data=str(sample_file()))
    try:
        yield client
    finally:
        os.kill(client.welcome.pid, signal.SIGKILL)
        await client.close()


async def news_until(client: EngineClient, seconds: float | None) -> list[AnyEvent]:
    """Return the run's events as they come (not those of a snapshot), for a time after it started or to its end."""
    events: list[AnyEvent] = []

    async def listen() -> None:
        async for event in client.events():
            assert not isinstance(event, CommandFailed), event.reason
            if isinstance(event, RunStarted):
                started.set()
            if isinstance(event, RunEvent):
                events.append(event)
            if isinstance(event, RunEnded):
                started.set()
                return

    started = asyncio.Event()
    listener = asyncio.create_task(listen())
    await asyncio.wait_for(started.wait(), 60)
    if seconds is None:
        await asyncio.wait_for(listener, 120)
    else:
        await asyncio.sleep(seconds)
        listener.cancel()
    return events


def logged(folder: Path) -> list[bytes]:
    """Return the encoded events of the log, and check that no line of it is damaged but perhaps the last."""
    reader = EventReader(folder)
    lines = [encode(event) for event in reader]
    assert reader.skipped == 0
    return lines


@pytest.mark.slow
async def test_a_run_whose_engine_is_killed_again_and_again_ends_with_the_same_weights(
    world: World, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config
) -> None:
    kills = pytestconfig.getoption("--kills")
    config = RunConfig(epochs=2 * kills + 3, seed=3, data=str(sample_file()))
    chance = random.Random(kills)
    for name in ("XDG_STATE_HOME", "XDG_CACHE_HOME", "OMP_NUM_THREADS"):
        monkeypatch.setenv(name, world.env[name])
    folder = world.checkpoints / RUN

    done = 0
    for _ in range(kills):
        fresh = not (folder / "last.pt").exists()
        if fresh and folder.exists():  # killed within the first epoch: nothing to resume from, so begin anew
            shutil.rmtree(folder)
        async with engine(world) as client:
            client.send(StartRun(config=config) if fresh else ResumeRun(run=RUN))
            events = await news_until(client, seconds=chance.uniform(0.0, 1.2))
        on_record = set(logged(folder))
        for event in events:
            assert encode(event) in on_record
        if (folder / "last.pt").exists():
            state, problem = load_last(folder)
            assert problem == ""
            assert state["position"]["epoch"] >= done
            done = state["position"]["epoch"]
    async with engine(world) as client:
        client.send(ResumeRun(run=RUN))
        events = await news_until(client, seconds=None)
    assert isinstance(events[-1], RunEnded)
    assert events[-1].state == "finished"

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        undisturbed = Run(config, load_data(sample_file()))
        expected = [event for event in train(undisturbed) if isinstance(event, EpochDone)]
    finally:
        torch.set_num_threads(threads)
    state, _ = load_last(folder)
    for name, weights in undisturbed.model.state_dict().items():
        assert torch.equal(state["model"][name], weights), name
    last = next(event for event in reversed(list(EventReader(folder))) if isinstance(event, EpochDone))
    assert (last.epoch, last.test_loss, last.train_loss) == (
        expected[-1].epoch,
        expected[-1].test_loss,
        expected[-1].train_loss,
    )


def test_a_torn_last_line_is_passed_over_and_does_not_swallow_what_follows(tmp_path: Path) -> None:
    from engine.runs import RunLog
    from engine.worker import record_of

    (tmp_path / RUN).mkdir()
    steps = StepsDone(run=RUN, step=1, epoch=0, stride=1, losses=[2.0], images_per_s=1.0)
    (tmp_path / RUN / EVENTS).write_bytes(seal(steps) + seal(steps)[:20])
    run = Run(RunConfig(), load_data(sample_file()), name=RUN, folder=tmp_path / RUN)
    log = RunLog(tmp_path / RUN, record_of(run))
    log.write(msgspec.structs.replace(steps, step=2))
    reader = EventReader(tmp_path / RUN)
    assert [event.step for event in reader] == [1, 2]
    assert reader.skipped == 1
