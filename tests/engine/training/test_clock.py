"""The clock of the machine is set while a run is on: nothing but the dates shown depends on it."""

import asyncio
import itertools
from pathlib import Path

import pytest
from limits import LIMIT

from engine.server.broadcast import Broadcast
from engine.server.command_router import CommandRouter
from engine.storage.runs.event_log import EventReader
from engine.storage.runs.record import read_record
from engine.vocabulary.messages import EpochDone, StartRun, StepsDone
from tests.engine.server.worker.driven_worker import CONFIG, RUN, Engine
from tui.state.run import RunView, apply_to_run


def test_a_run_does_not_notice_that_the_clock_jumps(checkpoints: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jumps = itertools.cycle([1.8e9, 0.0, 4e9, 1.0])
    monkeypatch.setattr("time.time", lambda: next(jumps))
    monkeypatch.setattr("engine.training.loop.REPORT_EVERY", 0.0)
    router = CommandRouter(checkpoints, Broadcast(asyncio.new_event_loop()))
    router.broadcast.loop.close()
    engine = Engine(checkpoints)
    engine.load()
    engine.done(StartRun(config=CONFIG))
    assert engine.finish().state == "finished"
    events = list(EventReader(checkpoints / RUN))
    assert all(event.images_per_s > 0 for event in events if isinstance(event, StepsDone))
    assert all(0 <= event.seconds < LIMIT for event in events if isinstance(event, EpochDone))
    view: RunView | None = None
    for event in events[:-1]:
        view = apply_to_run(view, event)
        assert view is not None
        assert view.seconds_left is None or 0 <= view.seconds_left < 10 * LIMIT
    assert 0 <= router.status().uptime < LIMIT
    assert read_record(checkpoints / RUN).state == "finished"
