"""How often a live screen is drawn: less often where it would take too much of a processor."""

import pytest
from fake_engine import FakeApp, snapshot, steps, tell

from tests.tui.app.screen_text import TRAINING
from tui.app.terminal import SHARE, SLOWEST


class Counted(FakeApp):
    """Notes after how many seconds it is to be drawn again."""

    def __init__(self) -> None:
        super().__init__()
        self.waited: list[float] = []

    def draw_soon(self, after: float) -> None:
        self.waited.append(after)
        super().draw_soon(after)


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
        monkeypatch.setattr("tui.app.terminal.thread_time", lambda: next(clock) * seconds)
        app.draw()
        app.draw()
        app.waited.clear()
        app.receive(steps(90, [0.5] * 10))
        assert app.waited == [pytest.approx(interval)]
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
