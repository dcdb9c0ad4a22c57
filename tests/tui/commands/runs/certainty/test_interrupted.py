"""A question that takes a while is ended by who does not wait for its answer."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.vocabulary.messages import Command, MeasureRobustness, RobustnessMeasured, StopMeasuring
from tui.commands.runs.certainty import ask as module


class Session:
    def __init__(self) -> None:
        self.client = self
        self.asked = asyncio.Event()
        self.sent: list[Command] = []

    async def ask(self, command: Command, kind: type[RobustnessMeasured]) -> RobustnessMeasured:
        self.asked.set()
        await asyncio.Future()
        raise AssertionError

    def send(self, command: Command) -> None:
        self.sent.append(command)


async def test_control_c_ends_the_work_on_an_answer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    session = Session()

    @contextlib.asynccontextmanager
    async def attached(checkpoints: Path) -> AsyncIterator[Session]:
        yield session

    monkeypatch.setattr(module, "attached", attached)
    task = asyncio.create_task(module.ask(tmp_path, MeasureRobustness(runs=["1"]), RobustnessMeasured))
    await session.asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert session.sent == [StopMeasuring()]
