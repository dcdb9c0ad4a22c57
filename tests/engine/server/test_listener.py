"""The server on a real Unix socket, with a worker that only records."""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fake_engine import DATA, READY, RUN, epoch_done, started, steps
from limits import LIMIT

from engine.server.connection import OPEN_QUESTIONS
from engine.server.listener import MOST_SILENT, Server
from engine.storage.growing_file import GrowingFile
from engine.storage.runs.folders import create_folder
from engine.storage.runs.log_writer import RunLog
from engine.vocabulary.messages import (
    MAX_LINE,
    PROTOCOL,
    AnyEvent,
    AskStatus,
    CommandDone,
    CommandFailed,
    DataFailed,
    EpochDone,
    Hello,
    ListRuns,
    LoadData,
    OpenRun,
    Pause,
    Paused,
    Predict,
    Predicted,
    Printed,
    RunEnded,
    RunOpened,
    RunsListed,
    RunStarted,
    Shutdown,
    Snapshot,
    StatusTold,
    StepsDone,
    Stop,
    Welcome,
    decode_event,
    encode,
)
from tests.engine.server.place import Place
from tests.engine.storage.runs.records import record


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    place = Place(tmp_path / "checkpoints", tmp_path / "engine.sock")
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(place.address))
    serving = asyncio.create_task(place.server.serve(listener))
    yield place
    for screen in place.screens:
        screen.writer.close()
    serving.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await serving


# ----------------------------------------------------------------- attaching


async def test_a_client_is_welcomed_and_shown_all_there_is(place: Place) -> None:
    await place.say(READY, DATA, started(), steps(20, [1.0] * 20), epoch_done(1), Printed(lines=["a warning"]))
    screen = await place.connect()
    screen.send(Hello(protocol=PROTOCOL, version="1.2"))
    welcome = await screen.next(Welcome)
    assert (welcome.protocol, welcome.version, welcome.pid) == (PROTOCOL, "1.2", os.getpid())
    assert welcome.checkpoints == str(place.server.checkpoints)
    snapshot = await screen.next(Snapshot)
    assert (snapshot.first, snapshot.last) == (True, True)
    assert snapshot.events == [
        READY, DATA, Printed(lines=["a warning"]), started(), steps(20, [1.0] * 20), epoch_done(1),
    ]  # fmt: skip


async def test_every_client_gets_the_same_snapshot_and_the_same_news(place: Place) -> None:
    await place.say(READY, DATA, started())
    (first, one), (second, two) = await place.attach(), await place.attach()
    assert one == two
    await place.say(epoch_done(1))
    assert await first.next(EpochDone) == await second.next(EpochDone) == epoch_done(1)
    third, late = await place.attach()
    assert late.events == [*one.events, epoch_done(1)]
    assert third.reader is not first.reader


async def test_an_engine_that_knows_nothing_yet_sends_an_empty_snapshot(place: Place) -> None:
    _, snapshot = await place.attach()
    assert snapshot.events == []


async def test_a_client_of_another_protocol_may_look_and_end_the_engine_and_nothing_else(place: Place) -> None:
    worker = place.employ()
    await place.say(READY, started())
    old = await place.connect()
    old.send(Hello(protocol=PROTOCOL + 1, version="9"))
    assert (await old.next(Welcome)).protocol == PROTOCOL
    assert (await old.next(Snapshot)).events == [READY, started()]
    await place.say(epoch_done(1))
    assert await old.next(EpochDone) == epoch_done(1)
    assert (await old.ask(AskStatus(id=3), StatusTold)).reply_to == 3
    refused = await old.ask(Stop(id=4), CommandFailed)
    assert "the engine has version 1.2, this screen 9" in refused.reason
    assert refused.reply_to == 4
    old.writer.write(b'{"command":"FlyAway","speed":3}\n')
    assert "it can only watch or stop it" in (await old.next(CommandFailed)).reason
    assert worker.commands == []
    old.send(Shutdown(id=5))
    await worker.until(1)
    assert worker.commands == [Shutdown(id=5)]


async def test_a_long_history_comes_in_parts(place: Place) -> None:
    await place.say(READY, started(), *(epoch_done(i) for i in range(1, 4001)))
    screen, part = await place.attach()
    events = list(part.events)
    assert (part.first, part.last) == (True, False)
    while not part.last:
        part = await screen.next(Snapshot)
        assert not part.first
        events += part.events
    assert [event.epoch for event in events if isinstance(event, EpochDone)] == list(range(1, 4001))


async def test_a_new_run_begins_a_new_history_and_a_resumed_one_replaces_it(place: Place) -> None:
    await place.say(started(), epoch_done(1), started(run="0002-seed-cnn"))
    screen, snapshot = await place.attach()
    assert snapshot.events == [started(run="0002-seed-cnn")]
    place.server.replace_history([started(), epoch_done(1)])
    assert (await screen.next(Snapshot)).events == [started(), epoch_done(1)]
    await place.say(started(step=40, epoch=1))
    assert (await screen.next(RunStarted)).step == 40
    _, late = await place.attach()
    assert late.events == [started(), epoch_done(1), started(step=40, epoch=1)]


async def test_data_news_give_way_to_newer_ones(place: Place) -> None:
    await place.say(DataFailed(reason="gone"))
    assert (await place.attach())[1].events == [DataFailed(reason="gone")]
    await place.say(DATA)
    assert (await place.attach())[1].events == [DATA]


# -------------------------------------------------------------- bad clients


BREACHES = {
    "http": b"GET / HTTP/1.1\r\n",
    "binary": b"\x00\xff\xfe\n",
    "empty": b"{}\n",
    "nested": b"[" * 100_000 + b"\n",
    "types": b'{"command":"Hello","protocol":"one","version":1}\n',
    "long": b"x" * (MAX_LINE + 10) + b"\n",
    "blank": b"\n",
    "nothing": b"",
}
CASES = [(line, greeted) for line in BREACHES.values() for greeted in (False, True)]


@pytest.mark.parametrize(("line", "greeted"), [*CASES, (encode(Stop()), False)], ids=lambda value: repr(value)[:20])
async def test_a_client_that_breaks_the_protocol_is_dropped_alone(place: Place, line: bytes, greeted: bool) -> None:
    await place.say(READY, started())
    good, _ = await place.attach()
    bad = (await place.attach())[0] if greeted else await place.connect()
    bad.writer.write(line)
    if not line:
        bad.writer.write_eof()
    assert await bad.ended()
    await place.say(epoch_done(1))
    assert await good.next(EpochDone) == epoch_done(1)
    assert (await good.ask(AskStatus(), StatusTold)).clients == 1


async def test_the_reason_is_told_before_the_door_is_closed(place: Place) -> None:
    bad = await place.connect()
    bad.writer.write(b"hello?\n")
    assert "not the engine's protocol" in (await bad.next(CommandFailed)).reason


async def test_a_client_that_leaves_in_the_middle_harms_nobody(place: Place) -> None:
    await place.say(READY, started())
    good, _ = await place.attach()
    for _ in range(5):
        gone, _ = await place.attach()
        gone.send(AskStatus())
        gone.writer.transport.abort()
    await place.say(epoch_done(1))
    assert await good.next(EpochDone) == epoch_done(1)


async def test_a_name_that_is_not_utf8_reaches_every_client(place: Place) -> None:
    await place.say(READY)
    screen, _ = await place.attach()
    await place.say(DataFailed(reason="/daten/\udcff: is damaged"))
    assert (await screen.next(DataFailed)).reason == "/daten/?: is damaged"
    assert (await place.attach())[1].events == [READY, DataFailed(reason="/daten/?: is damaged")]


# -------------------------------------------------------------- slow clients


async def test_a_slow_client_gets_merged_steps_and_every_epoch(place: Place) -> None:
    await place.say(READY, started())
    slow, _ = await place.attach()
    for epoch in range(1, 301):  # all in one go: the server has no turn to write in between
        for step in range(40 * epoch - 39, 40 * epoch + 1):
            place.server.publish(steps(step, [step / 1000]))
        place.server.publish(epoch_done(epoch))
    received: list[AnyEvent] = []
    while not (isinstance(event := await slow.next(AnyEvent), EpochDone) and event.epoch == 300):  # type: ignore[arg-type]
        received.append(event)
    told = [event for event in received if isinstance(event, StepsDone)]
    assert [event.epoch for event in received if isinstance(event, EpochDone)] == list(range(1, 300))
    assert len(told) < 3000
    assert sum(event.steps or len(event.losses) for event in told) == 12_000
    assert [event.step for event in told if event.step % 40 == 0] == list(range(40, 12_001, 40))


async def test_a_client_that_lags_far_behind_is_told_the_present_state_instead(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.server.connection.OUTBOX", 50)
    await place.say(READY, started())
    good, _ = await place.attach()
    others = set(place.server.clients)
    slow, _ = await place.attach()
    [stuck] = place.server.clients - others
    ready, stuck._ready = stuck._ready, asyncio.Event()  # its writer is told nothing, as if its socket were full
    slow.send(AskStatus(id=7))
    for epoch in range(1, 201):
        place.server.publish(epoch_done(epoch))
        assert await good.next(EpochDone) == epoch_done(epoch)
        assert len(stuck.outbox) <= 60
    assert stuck in place.server.clients
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


async def test_a_client_that_asks_without_end_and_never_reads_is_not_heard_further(place: Place) -> None:
    worker = place.employ()
    screen, _ = await place.attach()
    other, _ = await place.attach()
    screen.send(*(Predict(start=i, id=i) for i in range(1, 500)))
    await worker.until(OPEN_QUESTIONS)
    assert (await other.ask(AskStatus(), StatusTold)).clients == 2
    assert len(worker.received) == OPEN_QUESTIONS
    for i in range(499):  # each answer that is taken lets one more command in
        await worker.until(i + 1)
        command, reply = worker.received[i]
        reply(CommandDone(reply_to=command.id))
        assert (await screen.next(CommandDone)).reply_to == i + 1


async def test_a_client_that_never_says_who_it_is_is_dropped(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.server.listener.HELLO_PATIENCE", 0.01)
    silent = await place.connect()
    assert await silent.ended()


async def test_hundreds_of_clients_that_say_nothing_keep_nobody_out(place: Place) -> None:
    silent = []
    for _ in range(500):
        client = socket.socket(socket.AF_UNIX)
        client.setblocking(False)
        silent.append(client)
        with contextlib.suppress(BlockingIOError):
            client.connect(str(place.address))
    try:
        await place.attach()
        assert len(place.server.silent) <= MOST_SILENT
    finally:
        for client in silent:
            client.close()


async def test_more_clients_than_the_engine_has_room_for_are_told_so(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.server.listener.MOST_CLIENTS", 1)
    first, _ = await place.attach()
    second = await place.connect()
    second.send(Hello(protocol=PROTOCOL, version="1.2"))
    assert (await second.next(CommandFailed)).reason == "1 programs are attached to it; close some"
    assert await second.ended()
    assert (await first.ask(AskStatus(id=1), StatusTold)).clients == 1


# ------------------------------------------------------------------ commands


async def test_commands_go_to_the_worker_and_answers_to_their_sender_alone(place: Place) -> None:
    worker = place.employ()
    await place.say(READY)
    (asking, _), (other, _) = await place.attach(), await place.attach()
    asking.send(Predict(start=4, id=17))
    await worker.until(1)
    command, reply = worker.received[0]
    assert command == Predict(start=4, id=17)
    reply(Predicted(run=RUN, step=9, digits=[], reply_to=17))
    assert await asking.next(Predicted) == Predicted(run=RUN, step=9, digits=[], reply_to=17)
    await place.say(epoch_done(1))
    assert await other.next(EpochDone) == epoch_done(1)  # nothing came before it


async def test_commands_before_there_is_a_worker_wait_for_it_in_order(place: Place) -> None:
    screen, _ = await place.attach()
    screen.send(LoadData(path="/d", id=1), Predict(start=3, id=2))
    assert (await screen.ask(AskStatus(), StatusTold)).state == "starting"
    worker = place.employ()
    screen.send(Stop(id=3))
    await worker.until(3)
    assert worker.commands == [LoadData(path="/d", id=1), Predict(start=3, id=2), Stop(id=3)]
    worker.received[0][1](CommandDone(reply_to=1))
    assert (await screen.next(CommandDone)).reply_to == 1


async def test_an_engine_that_still_starts_ends_when_told_and_says_so(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    status = asyncio.get_running_loop().create_future()
    monkeypatch.setattr("engine.server.listener.os._exit", status.set_result)
    screen, _ = await place.attach()
    screen.send(Shutdown(id=8))
    assert (await screen.next(CommandDone)).reply_to == 8
    assert await asyncio.wait_for(status, LIMIT) == 0


async def test_status_is_told_without_the_worker(place: Place) -> None:
    place.employ()
    await place.say(READY, started(), steps(50, [1.0]))
    screen, _ = await place.attach()
    status = await screen.ask(AskStatus(id=5), StatusTold)
    assert (status.reply_to, status.state, status.run, status.step, status.clients) == (5, "training", RUN, 50, 1)
    assert status.pid == os.getpid()
    assert status.memory > 10_000_000
    await place.say(epoch_done(1), Paused(run=RUN, step=50))
    await screen.next(EpochDone)
    await screen.next(Paused)
    assert (await screen.ask(AskStatus(), StatusTold)).state == "paused"
    await place.say(RunEnded(run=RUN, step=50, time=1.0, state="failed", reason="no disk"))
    await screen.next(RunEnded)
    status = await screen.ask(AskStatus(), StatusTold)
    assert (status.state, status.last_error, status.epoch) == ("idle", "no disk", 1)


def make_run(checkpoints: Path, epochs: int) -> str:
    folder = create_folder(checkpoints, "seed-cnn")
    log = RunLog(folder, record(run=folder.name))
    log.write(started(run=folder.name))
    for epoch in range(1, epochs + 1):
        log.write(epoch_done(epoch, run=folder.name))
    log.close("stopped", 40 * epochs)
    return folder.name


async def test_runs_are_listed_and_opened_without_the_worker(place: Place) -> None:
    screen, _ = await place.attach()
    assert (await screen.ask(ListRuns(id=2), RunsListed)).runs == []
    name = make_run(place.server.checkpoints, 3)
    events = place.server.checkpoints / name / "events.jsonl"
    events.write_bytes(events.read_bytes() + b"noise\n")
    [summary] = (await screen.ask(ListRuns(id=3), RunsListed)).runs
    assert (summary.run, summary.state, summary.epoch) == (name, "stopped", 3)
    opened = await screen.ask(OpenRun(run="1", id=4), RunOpened)
    assert (opened.reply_to, opened.first, opened.last, opened.skipped) == (4, True, True, 1)
    assert opened.summary == summary
    assert [type(event) for event in opened.history] == [RunStarted, EpochDone, EpochDone, EpochDone]


@pytest.mark.parametrize("name", ["0009-seed-cnn", "../secret", "9" * 5000])
async def test_a_run_that_is_not_there_is_refused_and_the_client_stays(place: Place, name: str) -> None:
    make_run(place.server.checkpoints, 1)
    screen, _ = await place.attach()
    refused = await screen.ask(OpenRun(run=name, id=6), CommandFailed)
    assert refused.reply_to == 6
    assert "there is no run" in refused.reason
    assert len((await screen.ask(ListRuns(), RunsListed)).runs) == 1


async def test_two_lines_in_one_packet_and_one_line_in_two_are_two_and_one(place: Place) -> None:
    worker = place.employ()
    screen, _ = await place.attach()
    screen.writer.write(encode(Pause(id=1)) + encode(Stop(id=2)))
    await worker.until(2)
    line = encode(Predict(start=1, id=3))
    screen.writer.write(line[:10])
    await screen.writer.drain()
    screen.writer.write(line[10:])
    await worker.until(3)
    assert [command.id for command in worker.commands] == [1, 2, 3]


# -------------------------------------------------------------- background


async def test_an_idle_engine_is_told_to_end_only_when_nobody_is_there(place: Place) -> None:
    place.server.idle_exit = 0.01
    worker = place.employ()
    worker.busy = False  # type: ignore[misc]
    screen, _ = await place.attach()
    watch = asyncio.create_task(place.server.watch_idleness())
    for _ in range(20):
        await screen.ask(AskStatus(), StatusTold)
    assert not watch.done()
    screen.writer.close()
    async with asyncio.timeout(LIMIT):
        await watch
    assert [type(command) for command in worker.commands] == [Shutdown]


def test_new_lines_of_a_growing_file_are_read_once(tmp_path: Path) -> None:
    path = tmp_path / "engine.log"
    path.write_text("before\n")
    growing = GrowingFile(path)
    assert growing.new_lines() == []
    with open(path, "a") as file:
        file.write("one\ntw")
    assert growing.new_lines() == ["one"]
    with open(path, "ab") as file:
        file.write(b"o\n\xff\n")
    assert growing.new_lines() == ["two", "\ufffd"]
    path.write_text("anew\n")
    assert growing.new_lines() == ["anew"]
    path.unlink()
    assert growing.new_lines() == []
    assert GrowingFile(tmp_path / "absent").new_lines() == []


async def test_what_a_run_printed_is_told_before_its_end(tmp_path: Path) -> None:
    log = tmp_path / "engine.log"
    log.write_text("of another run\n")
    server = Server(tmp_path, "0", 60)
    server.loop = asyncio.get_running_loop()
    server.output = GrowingFile(log)
    told: list[AnyEvent] = []
    server._publish = told.append  # type: ignore[method-assign]
    log.write_text("of another run\nTraceback: boom\n")
    await asyncio.to_thread(server.publish, RunEnded(run=RUN, step=3, time=1.0, state="failed", reason="boom"))
    await asyncio.sleep(0)
    assert [type(event) for event in told] == [Printed, RunEnded]
    assert told[0] == Printed(lines=["Traceback: boom"])
