"""What screens show and keys do when runs begin, end, are followed by others, or lose their engine."""

import pytest
from fake_engine import RUN, FakeApp, epoch_done, snapshot, started, steps, tell
from textual.widgets import Input

from engine.vocabulary.messages import (
    CommandFailed,
    OpenRun,
    Predict,
    RatesTried,
    ResumeRun,
    RunEnded,
    RunOpened,
    RunsListed,
    StartRun,
    Steer,
    Stop,
    StudyEnded,
)
from tests.tui.app.coach_rule import Rule, press, rule  # noqa: F401  (rule is a fixture)
from tests.tui.app.screen_text import OLD, TRAINING, screen_text
from tests.tui.screens.studies import STUDY, TRIALS, at_the_screen, began
from tui.screens.dialogs import Question
from tui.screens.rates import RatesScreen
from tui.screens.setup import SetupScreen
from tui.screens.tune import TuneScreen
from tui.widgets.log import LogPane

STOPPED = RunEnded(run=RUN, step=50, time=1.0, state="stopped")


def past(*events) -> RunOpened:
    return RunOpened(summary=OLD, history=list(events))


def told(app: FakeApp) -> list[str]:
    return [note.message for note in app._notifications]


@pytest.mark.slow
async def test_a_trial_is_not_put_into_the_form_that_steers_another_run() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await at_the_screen(pilot, app, began(), *TRIALS[:5], StudyEnded(study=STUDY, state="finished"))
        await tell(app, pilot, *TRAINING)
        await press(app, pilot, "o")
        assert isinstance(app.screen, Question)
        await press(app, pilot, "k")
        assert isinstance(app.screen, TuneScreen)
        assert not app.engine.sent_of(Stop)
        await press(app, pilot, "o", "s")
        assert len(app.engine.sent_of(Stop)) == 1
        await tell(app, pilot, STOPPED)
        await press(app, pilot, "f5")
        assert not app.engine.sent_of(Steer)
        [start] = app.engine.sent_of(StartRun)
        assert start.config.lr == 0.004


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


async def test_after_a_run_form_and_key_agree_on_the_next_one() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot())
        await press(app, pilot, "5")
        form = app.screen
        assert isinstance(form, SetupScreen)
        form.query_one("#field-epochs", Input).value = "7"
        await pilot.pause()
        await tell(app, pilot, started(lr=0.5, epochs=3), steps(40, [1.0] * 40))
        assert form.query_one("#field-lr", Input).value == "0.5"
        await tell(app, pilot, STOPPED)
        assert (form.query_one("#field-lr", Input).value, form.query_one("#field-epochs", Input).value) == (
            "0.001",
            "7",
        )
        await press(app, pilot, "t")
        [start] = app.engine.sent_of(StartRun)
        assert start.config.differences() == {"epochs": 7}


async def test_the_first_screen_names_what_the_form_says() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot())
        app.offer(app.config.replace({"model": "fast-cnn", "epochs": 1}))
        await tell(app, pilot)
        assert "t  train fast-cnn: 1 epoch " in screen_text(app)


async def test_a_resumed_run_has_the_log_to_itself_and_old_failures_are_no_news() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING), STOPPED, CommandFailed(reason="no"))
        notes = len(told(app))
        resumed = snapshot(started("0002-lenet5"), epoch_done(1, "0002-lenet5"), epoch_done(2, "0002-lenet5"))
        await tell(app, pilot, resumed)
        pane = app.screen.query_one(LogPane)
        lines = "\n".join(line.text for line in pane.lines)
        assert RUN not in lines
        assert [lines.count(f"epoch {epoch}:") for epoch in (1, 2)] == [1, 1]
        assert len(told(app)) == notes


async def test_a_finder_that_somebody_else_ended_says_so() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot())
        await press(app, pilot, "5", "f7")
        ended = RatesTried(rates=[], losses=[], smoothed=[], done=True, problem="stopped by another command (StartRun)")
        await tell(app, pilot, ended)
        assert isinstance(app.screen, RatesScreen)
        assert "stopped by another command" in screen_text(app)


async def test_weights_that_cannot_be_used_are_asked_for_once_an_epoch() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING), past(started(OLD.run), epoch_done(1, OLD.run)))
        await press(app, pilot, "2")
        for i in range(5):
            await tell(app, pilot, CommandFailed(reason="its checkpoint is gone"), steps(51 + i, [0.5]))
        assert len([each for each in app.engine.sent_of(Predict) if each.run == OLD.run]) == 1


@pytest.mark.slow
async def test_a_study_whose_engine_is_lost_is_interrupted() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await at_the_screen(pilot, app, began(), *TRIALS)
        app.engine.incoming.put_nowait(None)
        await tell(app, pilot)
        assert not app.state.tuning
        assert f"{STUDY} interrupted" in screen_text(app)


async def test_a_past_run_whose_log_is_damaged_says_what_is_lost() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(), RunOpened(summary=OLD, history=[epoch_done(1, OLD.run)], skipped=1))
        assert told(app) == [f"{OLD.run} cannot be shown, as the beginning of its log is lost."]
        await tell(app, pilot, RunOpened(summary=OLD, history=[started(OLD.run), epoch_done(1, OLD.run)], skipped=2))
        assert told(app)[1:] == [f"{OLD.run}: 2 lines of its log cannot be read, and are left out."]


async def test_nothing_is_resumed_while_something_trains() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING), RunsListed(runs=[OLD]))
        await press(app, pilot, "4", "R")
        assert not app.engine.sent_of(ResumeRun)
        await tell(app, pilot, STOPPED)
        await press(app, pilot, "R")
        assert app.engine.sent_of(ResumeRun) == [ResumeRun(run=OLD.run)]


@pytest.mark.slow
async def test_the_names_of_studies_are_read_again_when_one_begins_or_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    names: list[str] = []
    monkeypatch.setattr("tui.app.main.study_names", lambda checkpoints: list(names))
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await at_the_screen(pilot, app)
        names.append(STUDY)
        await tell(app, pilot, began(), *TRIALS[:5], StudyEnded(study=STUDY, state="finished"))
        while f"Studies in this folder: {STUDY}" not in screen_text(app):
            await pilot.pause()


async def test_the_way_back_from_a_filter_is_in_the_line_of_keys() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        await press(app, pilot, "2")
        assert "all digits" not in screen_text(app).splitlines()[-1]
        await press(app, pilot, "w")
        assert "all digits" in screen_text(app).splitlines()[-1]


async def test_a_past_run_has_its_own_log_under_its_charts() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING), past(started(OLD.run), epoch_done(1, OLD.run, 0.75)))
        pane = app.screen.query_one(LogPane)
        lines = "\n".join(line.text for line in pane.lines)
        assert "accuracy 75.00" in lines
        assert RUN not in lines
        assert pane.border_title == f"log of {OLD.run}"
        await tell(app, pilot, epoch_done(2))
        assert "\n".join(line.text for line in pane.lines) == lines
        await press(app, pilot, "escape")
        lines = "\n".join(line.text for line in pane.lines)
        assert OLD.run not in lines
        assert [lines.count(f"epoch {epoch}:") for epoch in (1, 2)] == [1, 1]


async def test_what_the_engine_does_not_steer_stays_in_the_form() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        await press(app, pilot, "5")
        app.screen.query_one("#field-epochs", Input).value = "2"
        app.engine.refusal = "2 is too few, 4 are done"
        await press(app, pilot, "f5")
        assert isinstance(app.screen, SetupScreen)
        assert "2 is too few, 4 are done" in told(app)
        assert app.screen.query_one("#field-epochs", Input).value == "2"


async def test_keys_go_to_screens_whenever_the_form_comes_to_the_front() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot())
        await press(app, pilot, "5", "down")
        assert isinstance(app.focused, Input)
        app.go("train")
        await press(app, pilot, "5")
        assert app.focused is None


async def test_help_begins_with_the_keys_of_the_screen_in_front() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot())
        for key, title in (("1", "Train screen"), ("3", "Confusion screen"), ("5", "Setup screen")):
            await press(app, pilot, key, "question_mark")
            rows = [line for line in screen_text(app).splitlines() if "screen" in line]
            assert title in rows[0]
            await press(app, pilot, "escape")


async def test_what_a_preset_changes_is_told() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot())
        await press(app, pilot, "5")
        form = app.screen
        assert isinstance(form, SetupScreen)
        form._fill_preset({"epochs": 3, "lr": 0.01})
        await pilot.pause()
        assert told(app) == ["Filled in: epochs 3, lr 0.01, otherwise the defaults."]
