"""The advice of the coach is followed, explained or dismissed by a key."""

import pytest
from fake_engine import RUN, FakeApp, epoch_done, snapshot, started, tell

from engine.vocabulary.config import Value
from engine.vocabulary.messages import (
    OpenRun,
    RunEnded,
    RunOpened,
    RunsChanged,
    RunsListed,
    StartRun,
    Steer,
    Steered,
    Stop,
)
from tests.tui.app.screen_text import OLD, TRAINING, screen_text
from tests.tui.coach.fake_rule import REMEDY, SEEN, WHY, Rule, press, rule  # noqa: F401  (rule is a fixture)
from tui.app.main import MnistApp
from tui.screens.dialogs import Question
from tui.screens.setup import SetupScreen
from tui.screens.train import TrainScreen

STOPPED = RunEnded(run=RUN, step=50, time=1.0, state="stopped")


def past(*events) -> RunOpened:
    return RunOpened(summary=OLD, history=list(events))


async def test_without_advice_the_keys_of_the_coach_do_nothing() -> None:
    app = FakeApp()
    async with app.run_test() as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        before = list(app.engine.sent)
        await press(app, pilot, "c", "v", "d")
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


async def test_what_is_dismissed_is_not_said_again_of_this_run_but_of_the_next(rule: Rule) -> None:
    app = FakeApp()
    async with app.run_test() as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        await press(app, pilot, "escape")
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


async def test_advice_on_a_past_run_asks_what_becomes_of_the_run_in_progress(rule: Rule) -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING), past(started(OLD.run, lr=0.25), epoch_done(1, OLD.run)))
        await press(app, pilot, "c")
        assert isinstance(app.screen, Question)
        await press(app, pilot, "s")
        await tell(app, pilot, STOPPED)
        await press(app, pilot, "f5")
        assert not app.engine.sent_of(Steer)
        [start] = app.engine.sent_of(StartRun)
        assert start.config.differences() == {"lr": 0.25, "dropout": 0.75}


async def test_with_a_deleted_run_its_advice_goes_and_that_of_the_run_in_progress_is_back(rule: Rule) -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING), past(started(OLD.run), epoch_done(1, OLD.run)))
        assert app.state.coach.run == OLD.run
        await tell(app, pilot, RunsChanged(deleted=OLD.run))
        assert app.state.coach.run == RUN


async def test_the_run_in_progress_is_shown_again_with_its_own_advice(rule: Rule) -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        live = RunsListed(runs=[OLD.__class__(**{**{f: getattr(OLD, f) for f in OLD.__struct_fields__}, "run": RUN})])
        await tell(app, pilot, snapshot(*TRAINING), live, past(started(OLD.run), epoch_done(1, OLD.run)))
        assert app.state.coach.run == OLD.run
        await press(app, pilot, "4", "enter")
        assert not app.engine.sent_of(OpenRun)
        assert app.state.coach.run == RUN
        await press(app, pilot, "c")
        assert len(app.engine.sent_of(Steer)) == 1


async def test_advice_that_an_engine_of_another_version_cannot_take_stays(rule: Rule) -> None:
    app = FakeApp(foreign=True)
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        await press(app, pilot, "escape", "c")
        assert not app.engine.sent_of(Steer)
        assert app.state.coach.present is not None
