"""An engine that is there and does not answer: it is not taken for absent, and none is started in its place."""

import asyncio
import os
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from limits import LIMIT

import tui.link.client
import tui.link.waiting
from engine.machine.lock_holder import Holder
from engine.server.single_instance import InstanceLock, lock_instance
from engine.storage.paths import engine_lock
from engine.vocabulary.messages import (
    PROTOCOL,
    AskStatus,
    CommandDone,
    Evaluate,
    Evaluated,
    Hello,
    Snapshot,
    StatusTold,
    Welcome,
    decode_command,
    encode,
)
from tui.link.client import EngineClient, EngineSilent, EngineUnreachable
from tui.link.session import Session, ask_engine, attached
from tui.link.stop import kill_engine
from tui.link.waiting import Waited, is_given_up, patiently

HOST = socket.gethostname()


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds are hundredths here."""
    for module in ("link.client", "link.session"):
        monkeypatch.setattr(f"tui.{module}.RETRY_LATER", 0.01)
    names = ("TICK", "NOTICE", "STARTING", "PATIENCE", "START_LIMIT")
    for name, seconds in {name: getattr(tui.link.waiting, name) / 100 for name in names}.items():
        for module in ("waiting", "client", "session", "watchdog"):
            monkeypatch.setattr(f"tui.link.{module}.{name}", seconds, raising=False)


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InstanceLock]:
    """A folder of runs whose lock this very process holds; none may be started for it."""

    def start_engine(*_: object) -> None:
        raise AssertionError("an engine was started beside the one there is")

    monkeypatch.setattr(tui.link.client, "start_engine", start_engine)
    folder = tmp_path / "checkpoints"
    folder.mkdir()
    instance = lock_instance(folder)
    assert instance is not None
    yield instance
    instance.release()
    for handle in (instance._lock, instance._folder_lock):
        os.close(handle)


@pytest.fixture
def mute(instance: InstanceLock) -> Iterator[Path]:
    """Its engine takes connections, as the system does for a suspended one, and says nothing."""
    with instance.listen() as listener:
        listener.listen()
        yield instance.checkpoints


def says(*words: str) -> str:
    return rf"\(pid {os.getpid()}( on {HOST})?.*" + ".*".join(words)


async def test_status_and_stop_say_that_it_is_there(mute: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(EngineSilent, match=says("is there, but has not answered for", "stop --force")):
        await ask_engine(mute, AskStatus(), StatusTold)
    assert f"waiting for the engine (pid {os.getpid()} on {HOST}), which does not answer" in capsys.readouterr().err


async def test_who_needs_an_engine_waits_and_starts_none_beside_it(mute: Path) -> None:
    told: list[str] = []
    with pytest.raises(EngineSilent, match=says("is there")):
        await EngineClient.connect_or_start(mute, notice=told.append)
    assert told
    assert f"(pid {os.getpid()} on {HOST})" in told[0]


async def test_a_lock_without_a_socket_is_an_engine_too(
    instance: InstanceLock, capsys: pytest.CaptureFixture[str]
) -> None:
    for attempt in (
        lambda: EngineClient.connect_or_start(instance.checkpoints),
        lambda: ask_engine(instance.checkpoints, AskStatus(), StatusTold),
    ):
        with pytest.raises(EngineSilent, match=says("is there")):
            await attempt()
    assert "which holds" in capsys.readouterr().err


async def test_without_an_engine_status_says_so(tmp_path: Path) -> None:
    with pytest.raises(EngineUnreachable, match="no engine runs for") as raised:
        await ask_engine(tmp_path, AskStatus(), StatusTold)
    assert not isinstance(raised.value, EngineSilent)


async def test_one_of_another_machine_is_named_and_given_up_soon(mute: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system does not see who holds a lock over there."""
    monkeypatch.setattr("engine.machine.lock_holder.locked_by", lambda path: 0)
    engine_lock(mute).write_text("77 elsewhere\n")
    began = time.monotonic()
    monkeypatch.setattr(tui.link.client, "START_LIMIT", LIMIT)
    with pytest.raises(EngineSilent, match=r"\(pid 77 on elsewhere\).* runs on elsewhere: use it there"):
        await EngineClient.connect_or_start(mute)
    assert time.monotonic() - began < LIMIT


async def test_force_never_kills_what_the_system_does_not_confirm(mute: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.link.stop.kill", lambda pid, lock: pytest.fail("killed"))
    monkeypatch.setattr("engine.machine.lock_holder.locked_by", lambda path: 0)
    with pytest.raises(EngineSilent, match="the system cannot confirm"):
        await kill_engine(mute, tui.link.waiting.Notices())


def test_who_cannot_answer_is_given_up_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = Holder(os.getpid(), HOST, True), Holder(5, "elsewhere", False)
    assert not is_given_up(here, 99.0, 120.0)
    assert is_given_up(here, 120.0, 120.0)
    assert is_given_up(there, 99.0, 120.0)
    monkeypatch.setattr("engine.machine.lock_holder.state_of_process", lambda pid: "T")
    assert is_given_up(here, 99.0, 120.0)


async def test_time_in_which_this_program_was_suspended_is_no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.monotonic()
    monkeypatch.setattr("tui.link.waiting.time.monotonic", lambda: now)
    waited = Waited()
    now += 1000.0
    assert waited.look() == 2 * tui.link.waiting.TICK


async def test_what_takes_long_is_told_and_what_ends_is_returned() -> None:
    told: list[float] = []
    done = asyncio.Event()

    def late(seconds: float) -> None:
        told.append(seconds)
        done.set()

    assert await patiently(done.wait(), late) is True
    assert told
    with pytest.raises(TimeoutError):
        await patiently(asyncio.Event().wait(), late, 0.05)


# ------------------------------------------------------- while one is attached


class Engine:
    """Answers as it is told to: hello, and then questions about its status while `answers` is set."""

    def __init__(self, checkpoints: Path, status: StatusTold) -> None:
        self.checkpoints = checkpoints
        self.status = status
        self.answers = asyncio.Event()
        self.answers.set()
        self.writer: asyncio.StreamWriter | None = None
        self.after_hello: Callable[[], None] = lambda: None

    async def attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        while line := await reader.readline():
            command = decode_command(line)
            if isinstance(command, Hello):
                writer.write(
                    encode(Welcome(protocol=PROTOCOL, version="1", pid=os.getpid(), checkpoints=str(self.checkpoints)))
                )
                self.after_hello()
            elif isinstance(command, AskStatus):
                await self.answers.wait()
                writer.write(encode(StatusTold(**{**fields(self.status), "reply_to": command.id})))
        writer.close()


def fields(status: StatusTold) -> dict[str, object]:
    return {name: getattr(status, name) for name in status.__struct_fields__}


BUSY = StatusTold(
    pid=1, uptime=1, memory=1, clients=1, state="training", run="0007-mlp", step=40, doing="a training step"
)


@pytest.fixture
async def engine(instance: InstanceLock) -> "Iterator[Engine]":
    engine = Engine(instance.checkpoints, BUSY)
    server = await asyncio.start_unix_server(engine.attend, sock=instance.listen())
    yield engine
    server.close()


async def test_a_question_to_a_busy_engine_says_what_it_waits_for(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    async with attached(engine.checkpoints) as session:
        asking = asyncio.create_task(session.ask(Evaluate(), Evaluated))
        await until(lambda: said(capsys, "it is training 0007-mlp (a training step)"))
        asking.cancel()


async def test_a_run_without_steps_is_told_of(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.status = StatusTold(**{**fields(BUSY), "stalled": 12.0, "unsaved": 7})
    async with attached(engine.checkpoints):
        words = "0007-mlp makes no step after step 40; 7 of its steps are not saved; `mnist-tui engine stop` ends it"
        await until(lambda: said(capsys, words))


async def test_a_question_to_an_engine_that_falls_silent_is_given_up_and_one_that_comes_back_is_heard(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    async with attached(engine.checkpoints) as session:
        engine.answers.clear()
        await until(lambda: said(capsys, "which does not answer"))
        engine.answers.set()
        await until(lambda: said(capsys, "answers again"))
        engine.answers.clear()
        with pytest.raises(EngineSilent, match=says("has not answered")):
            await asyncio.wait_for(session.ask(Evaluate(), Evaluated), LIMIT)


async def test_an_engine_that_dies_between_hello_and_snapshot_leaves_nobody_waiting(engine: Engine) -> None:
    def die() -> None:
        assert engine.writer is not None
        engine.writer.close()

    engine.after_hello = die
    client = await EngineClient.connect(engine.checkpoints)
    session = Session(client)
    async with asyncio.timeout(LIMIT):
        await session.pump()
        assert await session.events.get() is None
        with pytest.raises(tui.link.client.CommandRefused, match="connection to the engine was lost"):
            await session.ask(Evaluate(), CommandDone)
    await client.close()


async def test_snapshots_are_told_apart_from_news(engine: Engine) -> None:
    def tell() -> None:
        assert engine.writer is not None
        engine.writer.write(encode(Snapshot(events=[])))

    engine.after_hello = tell
    client = await EngineClient.connect(engine.checkpoints)
    async with asyncio.timeout(LIMIT):
        async for event in client.events():
            assert isinstance(event, Snapshot)
            break
    assert client.heard == 1
    await client.close()


_heard: list[str] = []


@pytest.fixture(autouse=True)
def _forget() -> None:
    _heard.clear()


def said(capsys: pytest.CaptureFixture[str], words: str) -> bool:
    _heard.append(capsys.readouterr().err)
    return words in "".join(_heard)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(LIMIT):
        while not holds():  # noqa: ASYNC110  (of another task's output: no event tells)
            await asyncio.sleep(0.01)
