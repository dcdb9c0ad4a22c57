"""The server on a real Unix socket, with a worker that only records."""

import asyncio
import contextlib
import os
import queue
import signal
import socket
from pathlib import Path

import pytest
from fake_engine import DATA, READY, epoch_done, started, steps
from limits import LIMIT

from engine.server.listener import MOST_SILENT, Server, start_in_thread
from engine.vocabulary.messages import (
    MAX_LINE,
    PROTOCOL,
    AskStatus,
    CommandFailed,
    DataFailed,
    EpochDone,
    Hello,
    Pause,
    Predict,
    Printed,
    Shutdown,
    Snapshot,
    StatusTold,
    Stop,
    Welcome,
    encode,
)
from tests.engine.server.running_server import RunningServer, running  # noqa: F401  (running is a fixture)

# ----------------------------------------------------------------- attaching


async def test_a_client_is_welcomed_and_shown_all_there_is(running: RunningServer) -> None:
    await running.say(READY, DATA, started(), steps(20, [1.0] * 20), epoch_done(1), Printed(lines=["a warning"]))
    screen = await running.connect()
    screen.send(Hello(protocol=PROTOCOL, version="1.2"))
    welcome = await screen.next(Welcome)
    assert (welcome.protocol, welcome.version, welcome.pid) == (PROTOCOL, "1.2", os.getpid())
    assert welcome.checkpoints == str(running.server.checkpoints)
    snapshot = await screen.next(Snapshot)
    assert (snapshot.first, snapshot.last) == (True, True)
    assert snapshot.events == [
        READY, DATA, Printed(lines=["a warning"]), started(), steps(20, [1.0] * 20), epoch_done(1),
    ]  # fmt: skip


async def test_a_client_of_another_protocol_may_look_and_end_the_engine_and_nothing_else(
    running: RunningServer,
) -> None:
    worker = running.employ()
    await running.say(READY, started())
    old = await running.connect()
    old.send(Hello(protocol=PROTOCOL + 1, version="9"))
    assert (await old.next(Welcome)).protocol == PROTOCOL
    assert (await old.next(Snapshot)).events == [READY, started()]
    await running.say(epoch_done(1))
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
async def test_a_client_that_breaks_the_protocol_is_dropped_alone(
    running: RunningServer, line: bytes, greeted: bool
) -> None:
    await running.say(READY, started())
    good, _ = await running.attach()
    bad = (await running.attach())[0] if greeted else await running.connect()
    bad.writer.write(line)
    if not line:
        bad.writer.write_eof()
    assert await bad.ended()
    await running.say(epoch_done(1))
    assert await good.next(EpochDone) == epoch_done(1)
    assert (await good.ask(AskStatus(), StatusTold)).clients == 1


async def test_the_reason_is_told_before_the_door_is_closed(running: RunningServer) -> None:
    bad = await running.connect()
    bad.writer.write(b"hello?\n")
    assert "not the engine's protocol" in (await bad.next(CommandFailed)).reason


async def test_a_client_that_leaves_in_the_middle_harms_nobody(running: RunningServer) -> None:
    await running.say(READY, started())
    good, _ = await running.attach()
    for _ in range(5):
        gone, _ = await running.attach()
        gone.send(AskStatus())
        gone.writer.transport.abort()
    await running.say(epoch_done(1))
    assert await good.next(EpochDone) == epoch_done(1)


async def test_a_name_that_is_not_utf8_reaches_every_client(running: RunningServer) -> None:
    await running.say(READY)
    screen, _ = await running.attach()
    await running.say(DataFailed(reason="/daten/\udcff: is damaged"))
    assert (await screen.next(DataFailed)).reason == "/daten/?: is damaged"
    assert (await running.attach())[1].events == [READY, DataFailed(reason="/daten/?: is damaged")]


# -------------------------------------------------------------- slow clients


async def test_a_client_that_never_says_who_it_is_is_dropped(
    running: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.server.listener.HELLO_PATIENCE", 0.01)
    silent = await running.connect()
    assert await silent.ended()


async def test_hundreds_of_clients_that_say_nothing_keep_nobody_out(running: RunningServer) -> None:
    silent = []
    for _ in range(500):
        client = socket.socket(socket.AF_UNIX)
        client.setblocking(False)
        silent.append(client)
        with contextlib.suppress(BlockingIOError):
            client.connect(str(running.address))
    try:
        await running.attach()
        assert len(running.server.silent) <= MOST_SILENT
    finally:
        for client in silent:
            client.close()


async def test_more_clients_than_the_engine_has_room_for_are_told_so(
    running: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.server.listener.MOST_CLIENTS", 1)
    first, _ = await running.attach()
    second = await running.connect()
    second.send(Hello(protocol=PROTOCOL, version="1.2"))
    assert (await second.next(CommandFailed)).reason == "1 programs are attached to it; close some"
    assert await second.ended()
    assert (await first.ask(AskStatus(id=1), StatusTold)).clients == 1


# ------------------------------------------------------------------ commands


async def test_two_lines_in_one_packet_and_one_line_in_two_are_two_and_one(running: RunningServer) -> None:
    worker = running.employ()
    screen, _ = await running.attach()
    screen.writer.write(encode(Pause(id=1)) + encode(Stop(id=2)))
    await worker.until(2)
    line = encode(Predict(start=1, id=3))
    screen.writer.write(line[:10])
    await screen.writer.drain()
    screen.writer.write(line[10:])
    await worker.until(3)
    assert [command.id for command in worker.commands] == [1, 2, 3]


# -------------------------------------------------------------- background


async def test_an_idle_engine_is_told_to_end_only_when_nobody_is_there(running: RunningServer) -> None:
    running.server.idle_exit = 0.01
    worker = running.employ()
    worker.busy = False  # type: ignore[misc]
    screen, _ = await running.attach()
    watch = asyncio.create_task(running.server.watch_idleness())
    for _ in range(20):
        await screen.ask(AskStatus(), StatusTold)
    assert not watch.done()
    screen.writer.close()
    async with asyncio.timeout(LIMIT):
        await watch
    assert [type(command) for command in worker.commands] == [Shutdown]


def test_an_engine_whose_server_fails_ends_since_no_other_can_take_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def fail(self: Server, listener: socket.socket) -> None:
        raise OSError("not a directory")

    monkeypatch.setattr(Server, "serve", fail)
    ended: queue.Queue[tuple[int, int]] = queue.Queue()
    monkeypatch.setattr(os, "kill", lambda pid, number: ended.put((pid, number)))
    loop = asyncio.new_event_loop()
    with socket.socket(socket.AF_UNIX) as listener:
        start_in_thread(Server(tmp_path, "1", 60.0, loop), listener, tmp_path / "engine.log")
        assert ended.get(timeout=LIMIT) == (os.getpid(), signal.SIGTERM)
    assert "not a directory" in capsys.readouterr().err
    loop.close()
