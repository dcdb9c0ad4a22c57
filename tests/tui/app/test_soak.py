"""A very long run on the real screen: memory and the work of a redraw stay what they were."""

import gc
import sys
import time
from pathlib import Path

import msgspec
import pytest
from fake_engine import RUN, FakeApp, epoch_done, snapshot, started

from engine.storage.runs.event_log import seal
from engine.vocabulary.messages import RunEvent, StepsDone
from tui.state.run import MOST_POINTS
from tui.state.store import MOST_LOG_LINES

MIB = 1 << 20
STEPS_OF_AN_EPOCH = 100


def events_of(epochs: range) -> list[RunEvent]:
    events: list[RunEvent] = []
    for epoch in epochs:
        for step in range(epoch * STEPS_OF_AN_EPOCH + 1, (epoch + 1) * STEPS_OF_AN_EPOCH + 1):
            loss = 2.0 / (1 + step / 1000) + (step * 7919 % 100) / 500  # falls, with noise
            events.append(
                StepsDone(run=RUN, step=step, epoch=epoch, stride=1, losses=[loss], images_per_s=5e3, steps=1)
            )
        events.append(msgspec.structs.replace(epoch_done(1), epoch=epoch + 1, step=step, test_loss=2 / (epoch + 1)))
    return events


def resident() -> int:
    gc.collect()
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) * 1024


def work_of_a_redraw(app: FakeApp) -> int:
    """Return how many calls drawing the present state and laying it out takes: the same on any machine."""
    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    sys.setprofile(count)
    try:
        app.draw()
        app.screen._compositor.render_strips()
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux to measure memory")
@pytest.mark.slow
@pytest.mark.parametrize("epochs", [100, 2000])
async def test_a_long_run_needs_no_more_memory_and_no_more_work_for_each_frame(epochs: int) -> None:
    memory, work, milliseconds, log_bytes = [], [], [], 0
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        start = msgspec.structs.replace(started(epochs=epochs), steps_per_epoch=STEPS_OF_AN_EPOCH)
        app.engine.incoming.put_nowait(snapshot(start))
        for quarter in range(4):
            for epoch in range(quarter * epochs // 4, (quarter + 1) * epochs // 4):
                for event in events_of(range(epoch, epoch + 1)):
                    app.engine.incoming.put_nowait(event)
                    log_bytes += len(seal(event))
                while not app.engine.incoming.empty():
                    await pilot.pause()
            work_of_a_redraw(app)  # what is only done once is done now
            work.append(work_of_a_redraw(app))
            began = time.perf_counter()
            for _ in range(10):
                app.draw()
            milliseconds.append((time.perf_counter() - began) * 100)
            memory.append(resident())
        run = app.state.run
        assert run is not None
        assert (run.epoch, run.step) == (epochs, epochs * STEPS_OF_AN_EPOCH)
        assert len(run.losses) <= MOST_POINTS
        assert len(app.state.log) <= MOST_LOG_LINES
    print(
        f"{epochs * STEPS_OF_AN_EPOCH:,} step events, {epochs:,} epochs; log {log_bytes / MIB:.1f} MiB;"
        f" memory {[each // MIB for each in memory]} MiB; calls a redraw {work};"
        f" ms a redraw {[round(each, 1) for each in milliseconds]}"
    )
    assert memory[3] - memory[1] < 16 * MIB
    assert work[3] < 1.3 * work[1]
