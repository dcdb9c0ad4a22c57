"""The panes of the tune screen: at every size all of them, some a key away, and what stands for charts at first."""

from fake_engine import FakeApp
from textual.widgets import Input, OptionList

from engine.vocabulary.messages import StartStudy
from tests.tui.app.screen_text import screen_text
from tests.tui.screens.studies import TRIALS, at_the_screen, began, trial
from tui.screens.choice import ChoiceScreen
from tui.screens.tune import TuneScreen
from tui.widgets.leaderboard import Leaderboard
from tui.widgets.study_base import StudyBase, base_rows
from tui.widgets.study_chart import CourseChart, FieldChart, StudyChart
from tui.widgets.trial_detail import TrialDetail


def seen(app: FakeApp, kind: type) -> bool:
    return any(each in app.screen._compositor.visible_widgets for each in app.screen.query(kind))


async def test_sampler_and_pruner_are_lists_and_the_name_has_room_at_60_columns() -> None:
    app = FakeApp()
    async with app.run_test(size=(60, 20)) as pilot:
        await at_the_screen(pilot, app)
        for name in ("trials", "epochs", "sampler", "pruner", "name"):
            field = app.screen.query_one(f"#{name}", Input)
            assert app.screen.region.contains_region(field.region)
        await pilot.click("#pruner")
        await pilot.pause()
        assert isinstance(app.screen, ChoiceScreen)
        assert "Every trial trains to its end." in screen_text(app)
        await pilot.click(OptionList, offset=(5, 1))
        await pilot.pause()
        assert isinstance(app.screen, TuneScreen)
        await pilot.press("f5")
        await pilot.pause()
        (command,) = app.engine.sent_of(StartStudy)
    assert command.pruner == "none"


async def test_in_a_small_terminal_details_and_all_charts_are_a_key_away() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await at_the_screen(pilot, app, began(), *TRIALS)
        assert [seen(app, kind) for kind in (TrialDetail, CourseChart, FieldChart)] == [False] * 3
        await pilot.press("j", "i")
        await pilot.pause()
        assert [seen(app, kind) for kind in (TrialDetail, CourseChart, FieldChart)] == [True, True, False]
        assert "trial 1, finished" in screen_text(app)
        await pilot.press("j")
        await pilot.pause()
        assert "trial 2, finished" in screen_text(app)  # the keys of the list go on
        await pilot.press("x")
        await pilot.pause()
        assert seen(app, FieldChart)
        assert "by lr" in screen_text(app)
        await pilot.press("x", "i")
        await pilot.pause()
        assert not seen(app, FieldChart)
        assert not seen(app, TrialDetail)
        assert seen(app, StudyChart)


async def test_at_60_columns_the_trials_have_the_whole_width_and_no_chart_says_that_it_lacks_room() -> None:
    app = FakeApp()
    async with app.run_test(size=(60, 20)) as pilot:
        text = await at_the_screen(pilot, app, began(), *TRIALS)
        assert "too little room" not in text
        assert app.screen.query_one(Leaderboard).max_scroll_x == 0
        await pilot.press("x")
        await pilot.pause()
        assert "by lr" in screen_text(app)


async def test_before_the_first_trial_ends_the_study_itself_is_shown_and_then_the_charts() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        text = await at_the_screen(pilot, app, began(), trial(0, state="running"))
        assert seen(app, StudyBase)
        assert not seen(app, StudyChart)
        assert "nothing to draw" not in text
        assert "0.0001..0.1 log" in text
        assert "The first trial is the base." in " ".join(text.split())
    rows = base_rows(app.state.study)
    assert [row[0] for row in rows[:2]] == ["lr", "batch_size"]
    assert next(row for row in rows if row[0] == "seed")[3].startswith("The best seed is luck")
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await at_the_screen(pilot, app, began(), *TRIALS)
        assert not seen(app, StudyBase)
        assert seen(app, StudyChart)


async def test_the_colours_of_the_trials_are_named() -> None:
    app = FakeApp()
    async with app.run_test(size=(60, 20)) as pilot:
        text = await at_the_screen(pilot, app, began(), *TRIALS)
    assert "best quarter → worst (b: base, ^: selected)" in text
