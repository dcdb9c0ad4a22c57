"""kill -9 of the engine at random moments: what was on record stays, and the run ends as if nothing had been."""

import asyncio
import os
import random
import shutil
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
import torch
from limits import LIMIT

from engine.data.find import load_data
from engine.insight.beliefs.history import read_beliefs
from engine.storage.paths import sample_file
from engine.storage.runs.checkpoint import load_last
from engine.storage.runs.event_log import EVENTS, EventReader, seal
from engine.storage.runs.folders import LAST
from engine.training.loop import train
from engine.training.run import Run
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    CommandFailed,
    EpochDone,
    ResumeRun,
    RunEnded,
    RunEvent,
    RunStarted,
    StartRun,
    StepsDone,
    encode,
    merge_steps,
)
from tests.e2e.world import World
from tui.link.client import EngineClient
from tui.link.start import connect_or_start

RUN = "0001-seed-cnn"


@dataclass
class Figures:
    """What the kills hit."""

    kills: int = 0
    fresh: int = 0  # runs begun anew: killed before their first checkpoint
    torn: int = 0  # last lines of the log that were not whole
    in_saves: int = 0  # kills that came between the first and the last write of a save
    fallbacks: int = 0  # times the last checkpoint did not load, and the one before it did
    merged: int = 0  # points of the curve that the client got as one, as it lagged


class Attached:
    """A client of an engine, and the news of its run as they came."""

    def __init__(self, client: EngineClient) -> None:
        self.client = client
        self.events: list[RunEvent] = []
        self.came = asyncio.Condition()
        self.listener = asyncio.create_task(self.listen())

    async def listen(self) -> None:
        async for event in self.client.events():
            assert not isinstance(event, CommandFailed), event.reason
            if isinstance(event, RunEvent):
                async with self.came:
                    self.events.append(event)
                    self.came.notify_all()

    async def until(self, kind: type[RunEvent], seconds: float = LIMIT) -> None:
        """Wait for an event of a kind, or the end of the connection."""

        async def heard() -> None:
            async with self.came:
                await self.came.wait_for(lambda: any(isinstance(event, kind) for event in self.events))

        found = asyncio.create_task(heard())
        await asyncio.wait({found, self.listener}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        assert found.done() or self.listener.done(), f"{kind.__name__} did not come within {seconds} s"
        found.cancel()
        if self.listener.done():
            self.listener.result()

    async def kill(self) -> None:
        """Kill the engine, and take in what it had sent."""
        os.kill(self.client.welcome.pid, signal.SIGKILL)
        await asyncio.wait_for(self.listener, LIMIT)
        await self.client.close()


async def attach(world: World) -> Attached:
    return Attached(await connect_or_start(world.checkpoints, data=str(sample_file())))


async def go_on(world: World, config: RunConfig) -> Attached:
    """Have the run resumed, or begun anew under its name if it was killed before its first checkpoint."""
    folder = world.checkpoints / RUN
    fresh = not (folder / LAST).exists()
    if fresh and folder.exists():
        shutil.rmtree(folder)
    engine = await attach(world)
    engine.client.send(StartRun(config=config) if fresh else ResumeRun(run=RUN))
    return engine


def assert_on_record(received: Sequence[RunEvent], log: Sequence[RunEvent], figures: Figures) -> None:
    """Check that the log has what a client heard since the run started or resumed."""
    if not received:
        return
    began = max(i for i, event in enumerate(log) if isinstance(event, RunStarted))
    lines = {encode(event) for event in log[began:]}
    for event in received:
        if encode(event) in lines:
            continue
        assert isinstance(event, StepsDone), event
        points = [point for point in log[began:] if isinstance(point, StepsDone) and point.step <= event.step]
        merged = points.pop()
        while merged.steps < event.steps:
            merged = merge_steps(points.pop(), merged)
        assert encode(merged) == encode(event)
        figures.merged += 1


def traces_of_saving(folder: Path) -> set[tuple[str, int]]:
    """Return what a save leaves when it is cut off: a file under its temporary name, two digests for one name."""
    cut = [path for path in folder.glob("*.sha256") if len(path.read_text().splitlines()) > 1]
    return {(path.name, path.stat().st_mtime_ns) for path in [*cut, *folder.glob(".*.tmp")]}


@pytest.mark.slow
async def test_a_run_whose_engine_is_killed_again_and_again_ends_with_the_same_weights(
    world: World, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config
) -> None:
    kills = pytestconfig.getoption("--kills")
    config = RunConfig(epochs=kills + kills // 2 + 5, seed=3, data=str(sample_file()))
    chance = random.Random(kills)
    for name in ("XDG_CACHE_HOME", "OMP_NUM_THREADS"):
        monkeypatch.setenv(name, world.env[name])
    folder = world.checkpoints / RUN
    figures = Figures()
    began = time.monotonic()

    done, skipped, epoch_seconds = 0, 0, 0.5
    for _ in range(kills):
        if folder.exists() and not (folder / LAST).exists():
            skipped = 0
            figures.fresh += 1
        before = traces_of_saving(folder)
        engine = await go_on(world, config)
        await engine.until(RunStarted)
        if chance.random() < 0.5:
            await engine.until(EpochDone)  # it is being saved now
            await asyncio.sleep(chance.uniform(0, 0.02))  # twice what a save takes, about
        else:
            await asyncio.sleep(chance.uniform(0, 1.5 * epoch_seconds))
        await engine.kill()
        figures.kills += 1
        figures.in_saves += bool(traces_of_saving(folder) - before)

        reader = EventReader(folder)
        log = list(reader)
        torn = not (folder / EVENTS).read_bytes().endswith(b"\n")
        assert reader.skipped <= skipped  # at most one line for each kill; the present last one does not count yet
        skipped += torn
        figures.torn += torn
        assert_on_record(engine.events, log, figures)
        epoch_seconds = next((event.seconds for event in reversed(log) if isinstance(event, EpochDone)), epoch_seconds)
        if (folder / LAST).exists():
            state, problem = load_last(folder)
            figures.fallbacks += bool(problem)
            assert state["position"]["epoch"] >= done
            done = state["position"]["epoch"]
            beliefs = read_beliefs(folder)  # of each epoch that has a checkpoint, and perhaps of the one after it
            assert (beliefs.epochs[:done], beliefs.damaged) == (tuple(range(1, done + 1)), 0)
    engine = await go_on(world, config)
    await engine.until(RunEnded, seconds=LIMIT + 5 * config.epochs)
    await engine.kill()
    print(f"\n{figures}, epoch {done} reached by then, {time.monotonic() - began:.0f} s")
    assert isinstance(engine.events[-1], RunEnded)
    assert engine.events[-1].state == "finished"
    assert figures.fallbacks == 0  # a killed process leaves what it wrote: only a failing disk needs the one before

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
    beliefs = read_beliefs(folder)
    assert beliefs.epochs == tuple(range(1, config.epochs + 1))
    assert [beliefs.confusion(i).tolist() for i in range(config.epochs)] == [event.confusion for event in expected]
    last = next(event for event in reversed(list(EventReader(folder))) if isinstance(event, EpochDone))
    assert (last.epoch, last.test_loss, last.train_loss) == (
        expected[-1].epoch,
        expected[-1].test_loss,
        expected[-1].train_loss,
    )


def test_a_torn_last_line_is_passed_over_and_does_not_swallow_what_follows(tmp_path: Path) -> None:
    from engine.server.worker.begin_run import record_of
    from engine.storage.runs.log_writer import RunLog

    (tmp_path / RUN).mkdir()
    steps = StepsDone(run=RUN, step=1, epoch=0, stride=1, losses=[2.0], images_per_s=1.0)
    (tmp_path / RUN / EVENTS).write_bytes(seal(steps) + seal(steps)[:20])
    run = Run(RunConfig(), load_data(sample_file()), name=RUN, folder=tmp_path / RUN)
    log = RunLog(tmp_path / RUN, record_of(run))
    log.write(msgspec.structs.replace(steps, step=2))
    reader = EventReader(tmp_path / RUN)
    assert [event.step for event in reader] == [1, 2]
    assert reader.skipped == 1
