"""`python -m tests.e2e.screen.hostile_program`: the real screen, attached to an engine whose every text is hostile.

It says more each time it is asked for the list of runs.
"""

import asyncio
import sys
from pathlib import Path

import msgspec
from fake_engine import DATA, READY, RUN, FakeClient, digit, epoch_done, snapshot, started, steps
from hostile import texts, with_hostile_texts

from engine.vocabulary.messages import (
    AnyEvent,
    Command,
    CommandFailed,
    DataFailed,
    DataProgress,
    EngineFailed,
    ListRuns,
    Predicted,
    Printed,
    RunEnded,
    RunOpened,
    RunsListed,
    RunSummary,
    SavingFailed,
    Steered,
)
from tui.app.main import MnistApp, open_app

SUMMARY = RunSummary(
    run=RUN, state="failed", started=1.0, model="m", epoch=1, epochs=2, sample=True, resumable=True, problem="p"
)
STEERED = Steered(run=RUN, step=45, changes={"lr": "x", "epochs": 3}, config=started().config)
PREDICTED = Predicted(run=RUN, step=3, digits=[digit()])
PAST = [started(), steps(40, [2.0] * 40), epoch_done(1), STEERED, RunEnded(run=RUN, step=50, time=1.0, state="s")]
PHASES: list[list[AnyEvent]] = [
    [RunsListed(runs=[SUMMARY] * 4), CommandFailed(reason="r")],
    [RunOpened(summary=SUMMARY, history=PAST)],
    [DataProgress(action="a", done=1, total=2), SavingFailed(run=RUN, step=50, reason="r"), Printed(lines=["l"] * 20)],
    [RunEnded(run=RUN, step=50, time=1.0, state="s", reason="r"), DataFailed(reason="r")],
    [snapshot(READY, DataFailed(reason="r"), EngineFailed(reason="r"))],
]


class Hostile(FakeClient):
    def __init__(self) -> None:
        super().__init__()
        self.phases = iter(PHASES)
        self.number = 0
        run = [started(), steps(40, [2.0] * 40), epoch_done(1), STEERED, steps(50, [0.5] * 10)]
        self.say([snapshot(READY, msgspec.structs.replace(DATA, sample=False, notes=["n"] * 3), *run), PREDICTED])

    def say(self, events: list[AnyEvent]) -> None:
        for event in events:
            self.number += 1
            self.incoming.put_nowait(with_hostile_texts(event, self.number % len(texts())))

    def send(self, command: Command) -> None:
        if isinstance(command, ListRuns):
            self.say(next(self.phases, []))


async def connect(app: MnistApp) -> Hostile:
    await asyncio.sleep(0)
    return Hostile()


if __name__ == "__main__":
    MnistApp.connect = connect  # type: ignore[method-assign, assignment]
    sys.exit(open_app(Path("checkpoints"), texts()[1], notify=False))
