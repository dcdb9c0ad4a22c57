"""A rule of the coach that says what a test wants."""

from collections.abc import Callable

import pytest
from fake_engine import FakeApp, tell

from engine.vocabulary.config import Value
from tui.state.advice import Advice
from tui.state.run import RunView

SEEN = "The test loss rose from 0.5 to 0.7 over 6 epochs."


WHY = "The network learns its training images by heart."


REMEDY = "Drop more."


class Rule:
    """Sees the same thing in each epoch of every run, and counts its looks."""

    def __init__(self, **changes: Value) -> None:
        self.changes = changes
        self.anew = False
        self.looks = 0

    def __call__(self, view: RunView) -> Advice | None:
        self.looks += 1
        return Advice("over-fitting", SEEN, WHY, REMEDY, self.changes, self.anew) if view.epochs else None


@pytest.fixture
def rule(monkeypatch: pytest.MonkeyPatch) -> Rule:
    rule = Rule(dropout=0.75)
    use(monkeypatch, rule)
    return rule


def use(monkeypatch: pytest.MonkeyPatch, *rules: Callable[[RunView], Advice | None]) -> None:
    monkeypatch.setattr("tui.coach.rules.RULES", rules)


async def press(app: FakeApp, pilot, *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await pilot.pause()
        await tell(app, pilot)
