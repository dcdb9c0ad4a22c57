"""Events for every client: its snapshot, its news, and what one gets that is slow."""

import asyncio
from pathlib import Path

import pytest
from fake_engine import DATA, READY, RUN, epoch_done, measured, started, steps

from engine.server.broadcast import Broadcast
from engine.storage.growing_file import GrowingFile
from engine.vocabulary.messages import (
    PROTOCOL,
    AnyEvent,
    AskStatus,
    DataFailed,
    DataReady,
    EpochDone,
    Hello,
    MachineMeasured,
    Printed,
    RunEnded,
    RunsChanged,
    RunStarted,
    RunTold,
    Snapshot,
    StatusTold,
    StepsDone,
    TrackerTold,
    Welcome,
    decode_event,
)
from tests.engine.server.running_server import RunningServer, running  # noqa: F401  (running is a fixture)


async def test_every_client_gets_the_same_snapshot_and_the_same_news(running: RunningServer) -> None:
    await running.say(READY, DATA, started())
    (first, one), (second, two) = await running.attach(), await running.attach()
    assert one == two
    await running.say(epoch_done(1))
    assert await first.next(EpochDone) == await second.next(EpochDone) == epoch_done(1)
    third, late = await running.attach()
    assert late.events == [*one.events, epoch_done(1)]
    assert third.reader is not first.reader


async def test_an_engine_that_knows_nothing_yet_sends_an_empty_snapshot(running: RunningServer) -> None:
    _, snapshot = await running.attach()
    assert snapshot.events == []


async def test_a_deleted_run_is_not_told_any_more(running: RunningServer) -> None:
    owed = TrackerTold(run=RUN, tracker="mlflow", problem="nothing listens there")
    await running.say(READY, started(), owed, RunEnded(run=RUN, state="finished", step=4, time=2.0))
    await running.say(RunsChanged(deleted="0007-other"))
    _, snapshot = await running.attach()
    assert [event.run for event in snapshot.events if isinstance(event, RunStarted | TrackerTold)] == [RUN, RUN]
    await running.say(RunsChanged(deleted=RUN))
    _, snapshot = await running.attach()
    assert snapshot.events == [READY]


async def test_a_long_history_comes_in_parts(running: RunningServer) -> None:
    await running.say(READY, started(), *(epoch_done(i) for i in range(1, 4001)))
    screen, part = await running.attach()
    events = list(part.events)
    assert (part.first, part.last) == (True, False)
    while not part.last:
        part = await screen.next(Snapshot)
        assert not part.first
        events += part.events
    assert [event.epoch for event in events if isinstance(event, EpochDone)] == list(range(1, 4001))


async def test_a_new_run_begins_a_new_history_and_a_resumed_one_replaces_it(running: RunningServer) -> None:
    await running.say(started(), epoch_done(1), started(run="0002-seed-cnn"))
    screen, snapshot = await running.attach()
    assert snapshot.events == [started(run="0002-seed-cnn")]
    running.server.broadcast.replace_history([started(), epoch_done(1)])
    assert (await screen.next(Snapshot)).events == [started(), epoch_done(1)]
    await running.say(started(step=40, epoch=1))
    assert (await screen.next(RunStarted)).step == 40
    _, late = await running.attach()
    assert late.events == [started(), epoch_done(1), started(step=40, epoch=1)]


async def test_data_news_give_way_to_newer_ones(running: RunningServer) -> None:
    await running.say(DataFailed(reason="gone"))
    assert (await running.attach())[1].events == [DataFailed(reason="gone")]
    await running.say(DATA)
    assert (await running.attach())[1].events == [DATA]


async def test_a_slow_client_gets_merged_steps_and_every_epoch(running: RunningServer) -> None:
    await running.say(READY, started())
    slow, _ = await running.attach()
    for epoch in range(1, 301):  # all in one go: the server has no turn to write in between
        for step in range(40 * epoch - 39, 40 * epoch + 1):
            running.server.broadcast.publish(steps(step, [step / 1000]))
        running.server.broadcast.publish(epoch_done(epoch))
    received: list[AnyEvent] = []
    while not (isinstance(event := await slow.next(AnyEvent), EpochDone) and event.epoch == 300):  # type: ignore[arg-type]
        received.append(event)
    told = [event for event in received if isinstance(event, StepsDone)]
    assert [event.epoch for event in received if isinstance(event, EpochDone)] == list(range(1, 300))
    assert len(told) < 3000
    assert sum(event.steps or len(event.losses) for event in told) == 12_000
    assert [event.step for event in told if event.step % 40 == 0] == list(range(40, 12_001, 40))


async def test_to_a_slow_client_measurements_of_the_machine_keep_no_steps_apart(running: RunningServer) -> None:
    await running.say(READY, started())
    slow, _ = await running.attach()
    for step in range(1, 1001):
        running.server.broadcast.publish(steps(step, [step / 1000]))
        running.server.broadcast.publish(measured(step))
    running.server.broadcast.publish(epoch_done(1))
    received: list[AnyEvent] = []
    while not isinstance(event := await slow.next(AnyEvent), EpochDone):  # type: ignore[arg-type]
        received.append(event)
    told = [event for event in received if isinstance(event, StepsDone)]
    assert sum(event.steps or len(event.losses) for event in told) == 1000
    assert len(received) < 20
    assert [event for event in received if isinstance(event, MachineMeasured)][-1] == measured(1000)


async def test_a_client_that_lags_far_behind_is_told_the_present_state_instead(
    running: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.server.connection.OUTBOX", 50)
    await running.say(READY, started())
    good, _ = await running.attach()
    others = set(running.server.broadcast.clients)
    slow, _ = await running.attach()
    [stuck] = running.server.broadcast.clients - others
    ready, stuck._ready = stuck._ready, asyncio.Event()  # its writer is told nothing, as if its socket were full
    slow.send(AskStatus(id=7))
    for epoch in range(1, 201):
        running.server.broadcast.publish(epoch_done(epoch))
        assert await good.next(EpochDone) == epoch_done(epoch)
        assert len(stuck.outbox) <= 60
    assert stuck in running.server.broadcast.clients
    stuck._ready = ready
    stuck._ready.set()
    events: list[AnyEvent] = []
    answered = 0
    while not events or events[-1] != epoch_done(200):
        event = decode_event(await slow.reader.readline())
        answered += isinstance(event, StatusTold)
        if isinstance(event, Snapshot):
            events.clear()
        events += event.events if isinstance(event, Snapshot) else [event]
    assert answered == 1
    assert [event.epoch for event in events if isinstance(event, EpochDone)] == list(range(1, 201))


async def test_what_a_run_printed_is_told_before_its_end(tmp_path: Path) -> None:
    log = tmp_path / "engine.log"
    log.write_text("of another run\n")
    broadcast = Broadcast(asyncio.get_running_loop())
    broadcast.output = GrowingFile(log)
    told: list[AnyEvent] = []
    broadcast.tell = told.append  # type: ignore[method-assign]
    log.write_text("of another run\nTraceback: boom\n")
    await asyncio.to_thread(broadcast.publish, RunEnded(run=RUN, step=3, time=1.0, state="failed", reason="boom"))
    await asyncio.sleep(0)
    assert [type(event) for event in told] == [Printed, RunEnded]
    assert told[0] == Printed(lines=["Traceback: boom"])


async def test_only_a_client_that_knows_of_several_runs_is_told_of_them(running: RunningServer) -> None:
    await running.say(READY, RunTold(told=started()), RunTold(told=epoch_done(1)))
    old, before = await running.attach()
    assert before.events == [READY]
    new = await running.connect()
    new.send(Hello(protocol=PROTOCOL, version="1.2", several=True))
    await new.next(Welcome)
    assert (await new.next(Snapshot)).events == [READY, RunTold(told=started()), RunTold(told=epoch_done(1))]
    await running.say(RunTold(told=epoch_done(2)), DATA)
    assert await old.next(DataReady) == DATA
    assert await new.next(RunTold) == RunTold(told=epoch_done(2))


async def test_a_run_that_has_trained_beside_others_is_in_no_snapshot_once_it_has_ended(
    running: RunningServer,
) -> None:
    end = RunEnded(run=RUN, step=8, time=2.0, state="failed", reason="it is no number")
    await running.say(READY, RunTold(told=started()), RunTold(told=started(run="0002-mlp")), RunTold(told=end))
    assert running.server.broadcast.state.events == [READY, RunTold(told=started(run="0002-mlp"))]
    status = running.server.broadcast.state.status(0, busy=True)
    assert (status.state, status.run, status.last_error) == ("training", "0002", "it is no number")
