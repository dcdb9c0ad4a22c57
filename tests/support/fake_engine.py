"""An engine for tests of the screen: it records commands and says what it is told to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, TypeVar

from textual.events import Key
from textual.pilot import Pilot

from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    PROTOCOL,
    AnyEvent,
    AskStatus,
    Command,
    CommandDone,
    DataReady,
    Digit,
    EngineReady,
    Enqueue,
    Enqueued,
    EpochDone,
    MachineMeasured,
    ProtocolError,
    RunStarted,
    Snapshot,
    StatusTold,
    StepsDone,
    Welcome,
)
from tui.app.main import MnistApp
from tui.link.errors import CommandRefused, EngineUnreachable

READY = EngineReady(device="cpu", device_name="Test CPU", torch="2.99", threads=2)
DATA = DataReady(
    kind="sample", path="Dataset/mnist-5k.npz", train=4000, test=1000, sample=True, fingerprint="f", seconds=0.1
)
RUN = "0001-seed-cnn"
C = TypeVar("C", bound=Command)


class FakeClient:
    def __init__(self, *, foreign: bool = False, processes: int = 1) -> None:
        self.foreign = foreign
        self.welcome = Welcome(
            protocol=PROTOCOL + foreign, version="9.9", pid=1, checkpoints="checkpoints", processes=processes
        )
        self.refusal = ""  # of what it is asked
        self.successor: FakeClient | None = None  # after it has lost a process
        self.sent: list[Command] = []
        self.asked: list[Command] = []  # of it, what a test has answered and taken away
        self.incoming: asyncio.Queue[AnyEvent | ProtocolError | None] = asyncio.Queue()
        self.closed = self.ended = False
        self.heard = 0
        self.status = StatusTold(pid=1, uptime=1.0, memory=1, clients=1, state="idle")
        self.answers = asyncio.Event()  # whether it tells its status: cleared where the engine is suspended
        self.answers.set()

    def send(self, command: Command) -> None:
        self.sent.append(command)

    async def request(self, command: Command, kind: type[AnyEvent]) -> CommandDone | Enqueued | StatusTold:
        if isinstance(command, AskStatus):
            await self.answers.wait()
            return self.status
        self.sent.append(command)
        if self.refusal:
            raise CommandRefused(self.refusal)
        return Enqueued(queued=1, place=0) if isinstance(command, Enqueue) else CommandDone()

    async def rejoin(self, on_wait: object = None, limit: float = 0.0) -> "FakeClient":
        if self.successor is None:
            raise EngineUnreachable("it is gone")
        return self.successor

    async def events(self) -> AsyncIterator[AnyEvent]:
        while (event := await self.incoming.get()) is not None:
            if isinstance(event, ProtocolError):
                raise event
            self.heard += 1
            yield event
        self.ended = True

    async def close(self) -> None:
        self.closed = True

    def sent_of(self, kind: type[C]) -> list[C]:
        return [command for command in self.sent if isinstance(command, kind)]


class FakeApp(MnistApp):
    """The real app, attached to a FakeClient."""

    def __init__(self, *, ascii: bool = False, foreign: bool = False, processes: int = 1) -> None:
        super().__init__(Path("checkpoints"), ascii=ascii)
        self.engine = FakeClient(foreign=foreign, processes=processes)
        self.connections = 0

    async def connect(self) -> FakeClient:  # type: ignore[override]
        self.connections += 1
        await asyncio.sleep(0)  # as a real one is never there at once
        if self.connections > 1:
            self.engine = FakeClient(processes=self._processes or 1)
        return self.engine

    def run_test(self, **options: Any) -> AbstractAsyncContextManager[Pilot[None]]:
        """Textual's own, with tasks that run at once where Python has these (3.12), as outside of tests."""
        if factory := getattr(asyncio, "eager_task_factory", None):
            asyncio.get_running_loop().set_task_factory(factory)
        return super().run_test(**options)


async def tell(app: FakeApp, pilot, *events: AnyEvent) -> None:
    """Let the engine say something, and wait until it is on the screen."""
    for event in events:
        app.engine.incoming.put_nowait(event)
    while not app.engine.incoming.empty():
        assert app._exception is None  # whoever died reads no events
        await pilot.pause()
    await pilot.pause()
    app.draw()
    await pilot.pause()


def snapshot(*events) -> Snapshot:
    return Snapshot(events=[READY, DATA, *events])


def started(run: str = RUN, step: int = 0, epoch: int = 0, **config) -> RunStarted:
    return RunStarted(
        run=run,
        time=1.0,
        config=RunConfig(**config),
        device="cpu",
        parameters=21840,
        train_images=4000,
        test_images=1000,
        sample=True,
        steps_per_epoch=40,
        step=step,
        epoch=epoch,
    )


def steps(step: int, losses: list[float], run: str = RUN) -> StepsDone:
    return StepsDone(run=run, step=step, epoch=step // 40, stride=1, losses=losses, images_per_s=5000.0)


def epoch_done(epoch: int, run: str = RUN, accuracy: float = 0.9) -> EpochDone:
    confusion = [[(100 if i == j else 0) for j in range(10)] for i in range(10)]
    confusion[4][4], confusion[4][9] = 93, 7
    return EpochDone(
        run=run,
        epoch=epoch,
        step=40 * epoch,
        train_loss=1.0 / epoch,
        train_accuracy=accuracy - 0.05,
        test_loss=0.9 / epoch,
        test_accuracy=accuracy,
        seconds=1.0,
        test_seconds=0.1,
        lr=1e-3,
        confusion=confusion,
    )


def measured(second: int, run: str = RUN, **more) -> MachineMeasured:
    """Return what was measured of the machine in a second of a run."""
    known = {"cpu": 0.9, "engine": 0.8, "memory": 6 << 30, "memory_total": 16 << 30, "engine_memory": 700 << 20}
    return MachineMeasured(run=run, step=second, time=float(second), **{**known, **more})


def digit(index: int = 0, actual: int = 7, predicted: int = 7) -> Digit:
    pixels = bytes(255 if 10 <= i % 28 <= 12 else 0 for i in range(784))
    probabilities = [0.9 if i == predicted else 0.1 / 9 for i in range(10)]
    return Digit(index=index, pixels=pixels, actual=actual, predicted=predicted, probabilities=probabilities)


async def press_together(app: FakeApp, pilot, *keys: str) -> None:
    """Send keys as a slow link brings them: all before the first is dealt with."""
    assert app._driver is not None
    for key in keys:
        event = Key(key, key if len(key) == 1 else None)
        event.set_sender(app)
        app._driver.send_message(event)
    for _ in range(8):
        await pilot.pause()
