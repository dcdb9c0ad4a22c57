"""The digit beside the charts: asked for while somebody sees it and the weights change, and for nobody else."""

import pytest
from fake_engine import RUN, FakeApp, digit, epoch_done, snapshot, started, steps, tell

from engine.vocabulary.messages import Paused, Predict, Predicted, RunEnded
from tests.tui.app.screen_text import TRAINING, screen_text
from tui.widgets.side.live_digit import LiveDigit
from tui.widgets.side.pane import LOST, RENEWED, TrainSide


@pytest.fixture(autouse=True)
def no_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests renew by hand."""
    monkeypatch.setattr(TrainSide, "on_mount", lambda self: None)


def answer(step: int, start: int = 0, count: int = 3) -> Predicted:
    digits = [digit(start + i, actual=4, predicted=9) for i in range(count)]
    return Predicted(run=RUN, step=step, start=start, digits=digits)


def shown(app: FakeApp) -> int:
    return app.screen.query_one(LiveDigit).trails[0].digit.index


async def test_a_digit_is_asked_for_from_the_start_of_a_run_on_and_again_once_answered() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(started()))
        [first] = app.engine.sent_of(Predict)
        assert first.run == RUN
        side = app.screen.query_one(TrainSide)
        side._renew()
        await pilot.pause()
        assert len(app.engine.sent_of(Predict)) == 1  # the answer is on its way
        await tell(app, pilot, answer(0))
        assert "predicted 9   actual 4   wrong" in screen_text(app)
        side._renew()
        await pilot.pause()
        assert len(app.engine.sent_of(Predict)) == 2
        for _ in range(int(LOST / RENEWED) + 1):  # an answer that never comes is asked for again
            side._renew()
        await pilot.pause()
        assert len(app.engine.sent_of(Predict)) == 3


async def test_a_digit_is_asked_for_as_soon_as_there_is_room_and_not_at_the_next_drawing_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tui.app.screens.AT_ONCE", 1e6)
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))  # drawn once, when the size of the side was not known yet
        assert len(app.engine.sent_of(Predict)) == 1


@pytest.mark.parametrize("size", [(80, 24), (120, 12)])
async def test_nobody_is_asked_for_a_digit_that_has_no_room(size: tuple[int, int]) -> None:
    app = FakeApp()
    async with app.run_test(size=size) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        app.screen.query_one(TrainSide)._renew()
        await pilot.pause()
        assert app.engine.sent_of(Predict) == []


async def test_nobody_is_asked_while_another_screen_is_in_front_or_the_run_is_paused() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING), answer(50))
        side = app.screen.query_one(TrainSide)
        await pilot.press("4")
        await tell(app, pilot, steps(60, [0.5] * 10))
        asked = len(app.engine.sent_of(Predict))
        side._renew()
        await pilot.pause()
        assert len(app.engine.sent_of(Predict)) == asked
        await pilot.press("1")
        await tell(app, pilot, Paused(run=RUN, step=60), answer(60))
        asked = len(app.engine.sent_of(Predict))
        side._renew()
        await pilot.pause()
        assert len(app.engine.sent_of(Predict)) == asked


async def test_f_holds_the_digit_in_front_and_lets_it_go_again() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING), answer(50))
        assert shown(app) == 0
        await tell(app, pilot, answer(51))
        assert shown(app) == 1
        await pilot.press("f")
        await tell(app, pilot, answer(52), answer(53))
        assert shown(app) == 1
        assert "f go on" in screen_text(app)
        assert [step for step, _ in app.screen.query_one(LiveDigit).trails[0].answers][-1] == 53
        await pilot.press("f")
        await tell(app, pilot, answer(54))
        assert shown(app) == 2


async def test_a_wide_screen_has_ten_probabilities_and_how_they_moved() -> None:
    app = FakeApp()
    async with app.run_test(size=(200, 50)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING), answer(10))
        await tell(app, pilot, answer(20))
        text = screen_text(app)
    assert "since step 10" in text
    assert sum(f"{number} " in text for number in range(10)) == 10
    assert "4→9 90 % wrong" in text


async def test_a_run_without_weights_leaves_the_room_of_the_digit_to_the_charts() -> None:
    app = FakeApp()
    async with app.run_test(size=(200, 50)) as pilot:
        ended = RunEnded(run=RUN, step=3, time=1.0, state="failed", reason="the loss became nan")
        await tell(app, pilot, snapshot(started(), ended))
        assert not app.screen.query_one(LiveDigit).display
        assert app.screen.query_one(TrainSide).size.width < 40
        assert app.engine.sent_of(Predict) == []


async def test_a_run_that_has_ended_shows_its_digit_under_the_weights_it_ended_with() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        ended = RunEnded(run=RUN, step=40, time=1.0, state="finished")
        await tell(app, pilot, snapshot(started(), epoch_done(1), ended))
        assert len(app.engine.sent_of(Predict)) == 1
        await tell(app, pilot, answer(40))
        assert "r another" in screen_text(app)
        await pilot.press("r")
        await pilot.pause()
        assert len(app.engine.sent_of(Predict)) == 2
        await tell(app, pilot)
        assert len(app.engine.sent_of(Predict)) == 2, "asked once for the same digits"


async def test_an_old_answer_moves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING), answer(50))
        monkeypatch.setattr("random.randrange", lambda end: 500)
        await pilot.press("r")
        await tell(app, pilot, answer(51))
        assert shown(app) == 0
        await tell(app, pilot, answer(51, start=500))
        assert shown(app) == 500
