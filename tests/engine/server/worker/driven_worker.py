"""The worker driven by hand: commands in, events out, step by step."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from limits import LIMIT

from engine.server.worker.command_loop import Worker
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    AnyCommand,
    AnyEvent,
    CommandDone,
    CommandFailed,
    LoadData,
    RunEnded,
    RunEvent,
)

RUN = "0001-seed-cnn"
CONFIG = RunConfig(epochs=2, batch_size=50, device="cpu", precision="fp32")  # 4 steps an epoch


E = TypeVar("E", bound=AnyEvent)


class FakeEventSink:
    def __init__(self) -> None:
        self.events: list[AnyEvent] = []
        self.histories: list[list[RunEvent]] = []

    def publish(self, event: AnyEvent) -> None:
        self.events.append(event)

    def replace_history(self, events: list[RunEvent]) -> None:
        self.histories.append(events)

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]


class Engine:
    """A worker that does what it is told, at once."""

    def __init__(self, checkpoints: Path) -> None:
        self.sink = FakeEventSink()
        self.checkpoints = checkpoints
        self.worker = Worker(checkpoints, self.sink)

    def tell(self, command: AnyCommand) -> AnyEvent:
        answers: list[AnyEvent] = []
        self.worker.carry_out(type(command)(**{**as_dict(command), "id": 9}), answers.append)
        while not answers:  # a user's own network is looked at first, and the command comes again
            self.worker.carry_out(*self.worker.commands.get(timeout=LIMIT))
        [answer] = answers
        assert answer.reply_to == 9
        return answer

    def done(self, command: AnyCommand) -> None:
        assert self.tell(command) == CommandDone(reply_to=9)

    def load(self, path: str = "") -> None:
        assert not isinstance(self.tell(LoadData(path=path)), CommandFailed)

    def refused(self, command: AnyCommand) -> str:
        answer = self.tell(command)
        assert isinstance(answer, CommandFailed), answer
        return answer.reason

    def train_until(self, reached: Callable[[], bool]) -> None:
        while not reached():
            self.worker.jobs.advance()

    def finish(self) -> RunEnded:
        self.train_until(lambda: self.worker.jobs.active is None)
        return self.sink.of(RunEnded)[-1]

    @property
    def step(self) -> int:
        assert self.worker.jobs.live is not None
        return self.worker.jobs.live.step


def as_dict(command: AnyCommand) -> dict[str, object]:
    return {name: getattr(command, name) for name in command.__struct_fields__}


@pytest.fixture
def engine(checkpoints: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setattr("engine.training.loop.REPORT_EVERY", 0.0)
    monkeypatch.setattr("engine.server.worker.active_run.DISK_PATIENCE", 0.0)
    monkeypatch.setattr("engine.machine.usage.monitor.FIRST", math.inf)  # a test that asks for it, gets it
    made = Engine(checkpoints)
    made.worker.loader.load("")
    return made


def waiting(engine: Engine) -> bool:
    return engine.worker.jobs.active is not None and engine.worker.jobs.active.problem != ""
