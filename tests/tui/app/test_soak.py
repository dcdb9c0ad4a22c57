"""A very long run on the real screen: memory and the work of a redraw stay what they were."""

import gc

import msgspec
import pytest
from fake_engine import RUN, FakeApp, epoch_done, snapshot, started
from work import calls_of

from engine.vocabulary.messages import RunEvent, StepsDone
from tui.state.run import MOST_POINTS

EPOCHS, STEPS_OF_AN_EPOCH, LOG_LINES = 480, 20, 200  # at half of them, curve and log hold all that they ever will


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


def objects() -> int:
    """Return how many objects that hold others there are."""
    gc.collect()
    return len(gc.get_objects())


@pytest.mark.slow
async def test_a_long_run_needs_no_more_memory_and_no_more_work_for_each_frame(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for of_the_log in ("tui.state.store", "tui.widgets.log"):
        monkeypatch.setattr(f"{of_the_log}.MOST_LOG_LINES", LOG_LINES)
    memory, work = [], []
    app = FakeApp()

    def redraw() -> None:
        """Draw the present state, and lay it out."""
        app.draw()
        app.screen._compositor.render_strips()

    async with app.run_test(size=(120, 36)) as pilot:
        start = msgspec.structs.replace(started(epochs=EPOCHS), steps_per_epoch=STEPS_OF_AN_EPOCH)
        app.engine.incoming.put_nowait(snapshot(start))
        for quarter in range(4):
            for epoch in range(quarter * EPOCHS // 4, (quarter + 1) * EPOCHS // 4, 20):
                for event in events_of(range(epoch, epoch + 20)):
                    app.engine.incoming.put_nowait(event)
                while not app.engine.incoming.empty():
                    await pilot.pause()
            redraw()  # what is only done once is done now
            work.append(calls_of(redraw))
            memory.append(objects())
        run = app.state.run
        assert run is not None
        assert (run.epoch, run.step) == (EPOCHS, EPOCHS * STEPS_OF_AN_EPOCH)
        assert len(run.losses) <= MOST_POINTS
        assert len(app.state.log) == LOG_LINES
    print(f"objects {memory}; calls a redraw {work}")
    assert memory[3] - memory[1] < 40 * EPOCHS / 2  # figures and confusion matrix of an epoch; no step
    assert work[3] < 1.3 * work[1]
