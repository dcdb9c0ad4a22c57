"""The steps of the tour, each done by the keys that it names, on the app with an engine that answers."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
from fake_engine import RUN, FakeApp, epoch_done, snapshot, started, steps, tell

from engine.vocabulary.messages import (
    Pause,
    Paused,
    RunEnded,
    RunSummary,
    StartRun,
    Steer,
    Steered,
    Stop,
)
from tests.tui.app.screen_text import screen_text
from tests.tui.coach.fake_rule import press
from tests.tui.pictures.answers import AnsweringClient
from tui.tour.app import TourApp
from tui.tour.progress import read_progress

SECOND = "0002-seed-cnn"
HERE = Path("checkpoints")


def listed(run: str) -> RunSummary:
    return RunSummary(
        run=run, state="stopped", started=1.0, model="seed-cnn", epoch=2, epochs=1000, sample=True, resumable=True
    )  # fmt: skip


class FakeTour(FakeApp, TourApp):
    """The real app of the tour, attached to a client that answers."""

    def __init__(self, **more: bool) -> None:
        super().__init__(**more)
        self.engine = AnsweringClient((listed(RUN),))


def done(app: FakeTour) -> tuple[str, ...]:
    app.follow()
    assert read_progress(HERE) == app.progress
    return app.progress.done


async def settle(app: FakeTour, pilot) -> None:
    for _ in range(6):
        await tell(app, pilot)


async def train(app: FakeTour, pilot) -> None:
    await tell(app, pilot, snapshot())
    await press(app, pilot, "t")
    assert app.engine.sent_of(StartRun)[0].config.epochs == 1000
    await tell(app, pilot, started(epochs=1000))


async def watch(app: FakeTour, pilot) -> None:
    assert "falls" in screen_text(app)
    await tell(app, pilot, steps(40, [2.0] * 40), epoch_done(1), epoch_done(2))
    assert "Then press 2" in screen_text(app)
    await press(app, pilot, "2")
    await settle(app, pilot)


async def pause(app: FakeTour, pilot) -> None:
    await press(app, pilot, "space")
    assert app.engine.sent_of(Pause)
    await tell(app, pilot, Paused(run=RUN, step=80))


async def steer(app: FakeTour, pilot) -> None:
    assert "The run is paused. Press space" in screen_text(app)
    await tell(app, pilot, started(step=80, epoch=2, epochs=1000), epoch_done(2))
    await press(app, pilot, "5")
    app.follow()
    await pilot.pause()
    assert "Learning rate, type 1" in screen_text(app)
    await press(app, pilot, "tab", "tab", "tab", "tab", "down", "down", "1", "f5")
    assert app.engine.sent_of(Steer) == [Steer(changes={"lr": 1.0})]
    await tell(app, pilot, Steered(run=RUN, step=80, changes={"lr": 1.0}, config=started(lr=1.0, epochs=1000).config))


async def coach(app: FakeTour, pilot) -> None:
    dead = {"dead": 1.0, "train_loss": 2.4, "test_loss": 2.4}
    for epoch in (3, 4, 5, 6, 7):
        lost = msgspec.structs.replace(epoch_done(epoch, accuracy=0.1), **dead)
        await tell(app, pilot, steps(40 * epoch, [2.4] * 40), lost)
    assert "Press c to follow" in screen_text(app)
    await press(app, pilot, "c", "s")
    assert app.engine.sent_of(Stop)
    await tell(app, pilot, RunEnded(run=RUN, step=280, time=2.0, state="stopped"))
    await settle(app, pilot)
    app.follow()
    await pilot.pause()
    assert "Press F5: a new run" in screen_text(app)
    await press(app, pilot, "f5")
    assert app.engine.sent_of(StartRun)[-1].config.lr == 0.001
    app.engine.runs = (listed(SECOND), listed(RUN))
    await tell(app, pilot, started(run=SECOND, epochs=1000), epoch_done(1, run=SECOND))


async def mistake(app: FakeTour, pilot) -> None:
    await press(app, pilot, "2")
    await settle(app, pilot)
    await press(app, pilot, "w")
    app.follow()
    await pilot.pause()
    assert "Press enter" in screen_text(app)
    await press(app, pilot, "enter")
    await settle(app, pilot)


async def why(app: FakeTour, pilot) -> None:
    await press(app, pilot, "8", "y")
    await settle(app, pilot)


async def draw(app: FakeTour, pilot) -> None:
    await press(app, pilot, "7", "space", "right", "right", "space")
    await settle(app, pilot)  # whatever is drawn, this engine takes it for a 7


async def compare(app: FakeTour, pilot) -> None:
    await press(app, pilot, "4")
    await settle(app, pilot)
    await press(app, pilot, "space", "space")


async def export(app: FakeTour, pilot) -> None:
    await press(app, pilot, "E", "enter")
    await settle(app, pilot)


WALK: dict[str, Callable[[FakeTour, object], Awaitable[None]]] = {
    "train": train, "watch": watch, "pause": pause, "steer": steer, "coach": coach, "mistake": mistake, "why": why,
    "draw": draw, "compare": compare, "export": export,
}  # fmt: skip
