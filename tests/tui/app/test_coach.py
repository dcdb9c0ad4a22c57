"""The coach on the screen: its advice is shown, explained, followed or dismissed by a key."""

import pytest
from fake_engine import RUN, FakeApp, epoch_done, snapshot, started, steps, tell

from engine.vocabulary.config import Value
from engine.vocabulary.messages import RunEnded, RunOpened, StartRun, Steer, Steered, Stop
from tests.tui.app.coach_rule import REMEDY, SEEN, WHY, Rule, press, rule, use  # noqa: F401
from tests.tui.app.screen_text import OLD, SIZES, TRAINING, screen_text
from tui.app.main import MnistApp
from tui.screens.dialogs import Question
from tui.screens.setup import SetupScreen
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


async def test_without_advice_the_keys_of_the_coach_do_nothing() -> None:
    app = FakeApp()
    async with app.run_test() as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        before = list(app.engine.sent)
        await press(app, pilot, "c", "v", "x")
        assert app.engine.sent == before
        assert isinstance(app.screen, TrainScreen)


async def test_one_key_steers_and_the_advice_is_not_given_again(rule: Rule) -> None:
    app = FakeApp()
    async with app.run_test() as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        await press(app, pilot, "c")
        assert app.engine.sent_of(Steer) == [Steer(changes={"dropout": 0.75})]
        assert "coach" not in screen_text(app)
        await tell(
            app, pilot, Steered(run=RUN, step=50, changes={"dropout": 0.75}, config=started(dropout=0.75).config)
        )
        await tell(app, pilot, epoch_done(2))
        assert "coach" not in screen_text(app)
        rule.changes = {"dropout": 0.9}  # what helps now is something else
        await tell(app, pilot, epoch_done(3))
        assert "coach" in screen_text(app)


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
        await press(app, pilot, "x")
        assert isinstance(app.screen, TrainScreen)
        assert "x dismiss" not in screen_text(app)


async def test_what_is_dismissed_is_not_said_again_of_this_run_but_of_the_next(rule: Rule) -> None:
    app = FakeApp()
    async with app.run_test() as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        await press(app, pilot, "x")
        rule.changes = {"dropout": 0.9}
        await tell(app, pilot, epoch_done(2))
        assert "coach" not in screen_text(app)
        await tell(app, pilot, started(run="0002-seed-cnn"), epoch_done(1, run="0002-seed-cnn"))
        assert "coach" in screen_text(app)


async def test_the_reason_is_a_key_away_and_can_be_answered_there(rule: Rule) -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        for key, sent in (("escape", 0), ("l", 0), ("c", 1)):
            await press(app, pilot, "v")
            assert isinstance(app.screen, Question)
            text = " ".join(screen_text(app).replace("│", " ").split())
            assert all(part in text for part in (SEEN, WHY, REMEDY))
            await press(app, pilot, key)
            assert isinstance(app.screen, TrainScreen)
            assert len(app.engine.sent_of(Steer)) == sent


async def test_an_answer_is_to_the_advice_that_was_read_whatever_came_meanwhile(rule: Rule) -> None:
    app = FakeApp()
    async with app.run_test() as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        await press(app, pilot, "v")
        rule.changes = {"dropout": 0.9}
        await tell(app, pilot, epoch_done(2))
        await press(app, pilot, "c")
        assert app.engine.sent_of(Steer) == [Steer(changes={"dropout": 0.75})]


async def test_on_a_run_that_is_over_the_form_opens_with_the_remedy(rule: Rule) -> None:
    app = FakeApp()
    async with app.run_test() as pilot:
        end = RunEnded(run=RUN, step=50, time=1.0, state="finished")
        await tell(app, pilot, snapshot(started(lr=0.25), *TRAINING[1:], end))
        await press(app, pilot, "c")
        assert isinstance(app.screen, SetupScreen)
        assert not app.engine.sent_of(Steer)
        assert not app.engine.sent_of(StartRun)
        await press(app, pilot, "f5")
        [start] = app.engine.sent_of(StartRun)
        assert start.config.differences() == {"lr": 0.25, "dropout": 0.75}


@pytest.mark.parametrize("changes", [{"lr": 0.0001}, {"model": "fast-cnn"}], ids=["anew", "not live"])
async def test_what_needs_a_new_run_asks_before_it_ends_the_present_one(rule: Rule, changes: dict[str, Value]) -> None:
    rule.changes, rule.anew = changes, "lr" in changes
    app = FakeApp()
    async with app.run_test() as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        await press(app, pilot, "c")
        assert isinstance(app.screen, Question)
        await press(app, pilot, "k")
        assert not app.engine.sent_of(Stop)
        await press(app, pilot, "c", "s")
        assert len(app.engine.sent_of(Stop)) == 1
        await tell(app, pilot, RunEnded(run=RUN, step=50, time=1.0, state="stopped"))
        assert isinstance(app.screen, SetupScreen)
        await press(app, pilot, "f5")
        [start] = app.engine.sent_of(StartRun)
        assert start.config.differences() == changes
        assert not app.engine.sent_of(Steer)


async def test_a_run_that_cannot_be_stopped_keeps_its_advice(rule: Rule) -> None:
    rule.anew = True
    app = FakeApp()
    async with app.run_test() as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        app.engine.refusal = "the disk is full"
        await press(app, pilot, "c", "s")
        assert isinstance(app.screen, TrainScreen)
        assert "coach" in screen_text(app)


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
        await press(app, pilot, "x")
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


async def test_the_coach_is_switched_off_and_on_by_a_key(rule: Rule) -> None:
    app = FakeApp()
    async with app.run_test() as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        await press(app, pilot, "C")
        assert "coach: over" not in screen_text(app)
        looks = rule.looks
        await tell(app, pilot, epoch_done(2))
        assert "coach: over" not in screen_text(app)
        assert rule.looks == looks
        await press(app, pilot, "C")
        assert "coach: over" in screen_text(app)


async def test_told_so_at_the_start_the_coach_is_silent(rule: Rule) -> None:
    app = FakeApp()
    MnistApp.__init__(app, app.checkpoints, coach=False)
    async with app.run_test() as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        assert "coach" not in screen_text(app)
        assert rule.looks == 0


@pytest.mark.slow
async def test_with_advice_every_screen_opens_at_every_size(rule: Rule) -> None:
    for size in ((40, 10), (20, 3), (1, 1)):
        app = FakeApp(ascii=True)
        async with app.run_test(size=size) as pilot:
            await tell(app, pilot, snapshot(*TRAINING))
            await press(app, pilot, "v", "escape", "2", "1", "c")
            assert len(app.engine.sent_of(Steer)) == 1
