"""A study to show, and the tune screen that shows it."""

from fake_engine import FakeApp, snapshot, tell

from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    StudyStarted,
    TrialSummary,
    TrialTold,
)
from tests.tui.app.screen_text import screen_text

STUDY = "study-0001"


def began(trials: int = 20, **base) -> StudyStarted:
    return StudyStarted(
        study=STUDY, time=1.0, base=RunConfig(epochs=1, **base), search=["lr=log:0.0001..0.1", "batch_size=50,100,200"],
        trials=trials, sampler="tpe", pruner="median", storage="checkpoints/studies/study-0001.journal",
        validation_images=10_000,
    )  # fmt: skip


def trial(number: int, accuracy: float | None = None, state: str = "finished", **more) -> TrialTold:
    changes = {} if number == 0 else {"lr": 0.001 * (number + 1), "batch_size": (50, 100, 200)[number % 3]}
    told = TrialSummary(number=number, state=state, changes=changes, accuracy=accuracy, base=number == 0, **more)
    return TrialTold(study=STUDY, trial=told)


TRIALS = (trial(0, 0.91), trial(1, 0.95), trial(2, 0.93), trial(3, 0.97), trial(4, 0.11), trial(5, state="running"))


async def at_the_screen(pilot, app: FakeApp, *events) -> str:
    await tell(app, pilot, snapshot(*events))
    await pilot.press("6")
    await pilot.pause()
    app.draw()
    await pilot.pause()
    return screen_text(app)
