"""How often a live screen is drawn: less often where it would take too much of a processor."""

import time

import pytest
from fake_engine import RUN, FakeApp, digit, measured, snapshot, steps, tell

from engine.vocabulary.messages import Predicted
from tests.tui.app.screen_text import TRAINING
from tui.app.pace import RESTED, SHARE, SLOWEST


class Counted(FakeApp):
    """Notes after how many seconds it is to be drawn again."""

    def __init__(self) -> None:
        super().__init__()
        self.waited: list[float] = []

    def draw_soon(self, after: float, *, live: bool = False) -> None:
        self.waited.append(after)
        super().draw_soon(after, live=live)


@pytest.mark.parametrize(
    ("seconds", "interval"), [(0.001, 0.25), (0.4 * SHARE, 0.4), (0.7 * SHARE, 0.7), (5.0, SLOWEST)]
)
async def test_the_next_frame_of_a_run_waits_for_the_processor_time_of_the_last(
    monkeypatch: pytest.MonkeyPatch, seconds: float, interval: float
) -> None:
    app = Counted()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        clock = iter(range(1000))
        monkeypatch.setattr("tui.app.pace.thread_time", lambda: next(clock) * seconds)
        app.draw()
        app.draw()
        app.waited.clear()
        app.receive(steps(90, [0.5] * 10))
        assert app.waited == [pytest.approx(interval)]
        assert app._due_live
        app.paced = False  # somebody prefers so many seconds
        app.receive(steps(100, [0.5] * 10))
        assert app.waited[1:] == [0.25]


async def test_what_is_no_step_is_drawn_at_once_however_long_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Counted()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        app._spent = 5.0
        app.waited.clear()
        app.set_state(app.state)
        assert app.waited == [0.03]
        assert not app._due_live


async def test_what_is_no_step_does_not_wait_for_a_step_that_waits() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        app.draw_soon(60.0, live=True)
        app.draw_soon(0.5)
        assert app._due <= app._drawn + 0.5
        app.draw_soon(0.1, live=True)
        app.draw_soon(50.0)
        assert app._due <= app._drawn + 0.5
        assert not app._due_live


async def test_steps_are_drawn_when_somebody_who_types_has_rested_or_after_a_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        await pilot.press("x")
        drawn: list[float] = []
        monkeypatch.setattr(app, "draw", lambda: drawn.append(time.monotonic()))
        app._due_live, app._drawn, app._typed = True, time.monotonic(), time.monotonic()
        app.draw_in_time()
        assert not drawn
        assert app._due == pytest.approx(app._typed + RESTED)
        app._drawn -= SLOWEST
        app.draw_in_time()
        assert len(drawn) == 1
        app._drawn, app._typed = time.monotonic(), time.monotonic() - RESTED
        app.draw_in_time()
        assert len(drawn) == 2


async def test_a_key_is_noted() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        before = app._typed
        await pilot.press("2")
        assert app._typed > before


async def test_what_is_measured_and_newer_answers_for_the_same_digits_wait_for_the_next_frame() -> None:
    app = Counted()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        app.frame_time, app.paced = 60.0, False
        answer = Predicted(run=RUN, step=50, start=0, digits=[digit(0)])
        app.waited.clear()
        app.receive(measured(1))
        app.receive(answer)
        assert app.waited == [60.0, 60.0]
        await pilot.press("r")  # other digits: somebody waits for these
        app.waited.clear()
        app.receive(answer)
        assert app.waited == [0.03]
