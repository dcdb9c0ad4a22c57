"""An engine that one is attached to: what it does is told, and it is given up when it falls silent."""

import asyncio
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from limits import LIMIT

from engine.server.single_instance import InstanceLock
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
from tests.tui.link.held_folder import hurry, instance, says
from tui.link.attach import attached
from tui.link.client import EngineClient
from tui.link.errors import CommandRefused, EngineSilent
from tui.link.session import Session

__all__ = ["hurry", "instance"]  # fixtures


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
        with pytest.raises(CommandRefused, match="connection to the engine was lost"):
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
