"""The advice of the coach on the screen, and when it looks."""

import pytest
from fake_engine import FakeApp, epoch_done, snapshot, started, steps, tell

from engine.vocabulary.messages import RunOpened, Steer
from tests.tui.app.screen_text import OLD, SIZES, TRAINING, screen_text
from tests.tui.coach.fake_rule import REMEDY, SEEN, WHY, Rule, press, rule, use  # noqa: F401  (rule is a fixture)
from tui.screens.dialogs import Question
from tui.screens.train import TrainScreen
from tui.state.advice import Advice


@pytest.mark.parametrize("size", SIZES)
async def test_advice_stands_under_the_charts_with_its_keys(rule: Rule, size: tuple[int, int]) -> None:
    app = FakeApp()
    async with app.run_test(size=size) as pilot:
        await tell(app, pilot, snapshot(started(), steps(40, [1.0] * 40)))
        assert "coach" not in screen_text(app)
        await tell(app, pilot, epoch_done(1))
        text = screen_text(app)
        assert "coach: over-fitting" in text
        assert "c do it" in text
        assert SEEN in " ".join(text.split())
        assert (WHY in text) == (size[1] > 24)
        assert REMEDY in text
        assert "loss" in text
        assert "accuracy" in text


async def test_a_terminal_that_grows_shows_the_reason_as_well(rule: Rule) -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        for height in (36, 24):
            await pilot.resize_terminal(100, height)
            await tell(app, pilot)
            assert (WHY in screen_text(app)) == (height > 24)


async def test_advice_that_no_hyperparameter_follows_can_be_read_and_dismissed_and_has_no_key_to_do_it(
    rule: Rule,
) -> None:
    rule.changes = {}
    app = FakeApp()
    async with app.run_test(size=(120, 40)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        text = screen_text(app)
        assert "coach: over-fitting" in text
        assert "c do it" not in text
        assert "v why" in text
        before = list(app.engine.sent)
        await press(app, pilot, "c")
        assert app.engine.sent == before
        await press(app, pilot, "v")
        assert isinstance(app.screen, Question)
        assert "Do it" not in screen_text(app)
        await press(app, pilot, "escape")
        assert isinstance(app.screen, TrainScreen)
        assert "esc dismiss" in screen_text(app)
        await press(app, pilot, "escape")
        assert "esc dismiss" not in screen_text(app)


async def test_advice_is_a_line_of_the_log_once(rule: Rule) -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING), epoch_done(2), epoch_done(3))
        assert [line for line in app.state.log if "coach" in line] == [f"coach: over-fitting: {SEEN} {REMEDY}"]


async def test_the_coach_looks_once_an_epoch_and_never_at_a_step_or_a_frame(rule: Rule) -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        assert rule.looks == 1
        for i in range(51, 70):
            await tell(app, pilot, steps(i, [0.5]))
        await press(app, pilot, "y", "+", "l")
        assert rule.looks == 1
        await tell(app, pilot, epoch_done(2))
        assert rule.looks == 2


async def test_the_most_pressing_is_shown_and_the_others_are_counted(
    rule: Rule, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Advice("plateau", "The loss stays at 0.2.", "It moves no more.", "Lower the rate.", {"lr": 0.0001})
    use(monkeypatch, rule, lambda view: other)
    app = FakeApp()
    async with app.run_test() as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        text = screen_text(app)
        assert "over-fitting" in text
        assert "+1 more" in text
        await press(app, pilot, "escape")
        text = screen_text(app)
        assert "plateau" in text
        assert "more" not in text.split("plateau")[1].splitlines()[1]


async def test_a_past_run_has_its_own_advice_and_leaves_the_log_alone(rule: Rule) -> None:
    app = FakeApp()
    async with app.run_test() as pilot:
        await tell(app, pilot, snapshot(started(), steps(40, [1.0] * 40)))
        history = [started(run=OLD.run), epoch_done(1, run=OLD.run)]
        await tell(app, pilot, RunOpened(summary=OLD, history=history))
        assert "coach: over-fitting" in screen_text(app)
        assert not [line for line in app.state.log if "coach" in line]
        await press(app, pilot, "escape")
        assert "coach" not in screen_text(app)


@pytest.mark.slow
async def test_with_advice_every_screen_opens_at_every_size(rule: Rule) -> None:
    for size in ((40, 10), (20, 3), (1, 1)):
        app = FakeApp(ascii=True)
        async with app.run_test(size=size) as pilot:
            await tell(app, pilot, snapshot(*TRAINING))
            await press(app, pilot, "v", "escape", "2", "1", "c")
            assert len(app.engine.sent_of(Steer)) == 1
