"""The mouse does what keys do: every command is in the menu, every dialog has buttons or is closed by a click."""

import pytest
from fake_engine import FakeApp, snapshot, tell
from textual.widgets import Button, Input
from textual.widgets._footer import FooterKey

from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import EditRun, Pause, QueueChanged, QueuedRun, RemoveQueued, RunsListed, Stop
from tests.tui.app.screen_text import OLD, TRAINING, screen_text
from tests.tui.coach.fake_rule import press
from tui.screens.dialogs import Answer, Dialog, Question
from tui.screens.help import HelpScreen
from tui.screens.runs import RunsScreen
from tui.state.actions.table import ACTIONS
from tui.widgets.charts.pane import ChartsPane
from tui.widgets.list_keys import Pane


async def click_key(app: FakeApp, pilot, label: str) -> None:
    key = next(key for key in app.screen.query(FooterKey) if key.description == label)
    await pilot.click(key)
    await tell(app, pilot)


@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
@pytest.mark.parametrize("mode", ["train", "digits", "confusion", "runs", "setup", "tune", "inside"])
async def test_the_line_of_keys_has_the_menu_help_and_quit_on_every_screen(size: tuple[int, int], mode: str) -> None:
    app = FakeApp()
    async with app.run_test(size=size) as pilot:
        await tell(app, pilot, snapshot(*TRAINING), RunsListed(runs=[OLD]))
        app.go(mode)
        await tell(app, pilot)
        line = screen_text(app).splitlines()[-1]
        for words in ("^p menu", "? help", "q quit"):
            assert words in line


async def test_pausing_and_stopping_the_run_are_the_first_keys_of_a_narrow_screen() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        await click_key(app, pilot, "pause")
        assert len(app.engine.sent_of(Pause)) == 1
        await click_key(app, pilot, "stop")
        await pilot.click(app.screen.query(Button).first())
        await tell(app, pilot)
        assert len(app.engine.sent_of(Stop)) == 1


async def test_the_menu_lists_every_command_that_of_the_screen_in_front_first() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING), RunsListed(runs=[OLD]))
        await press(app, pilot, "4")
        names = [command.title for command in app.get_system_commands(app.screen)]
        assert names[0] == "Runs: mark"
        assert "Queue: remove" in names
        listed = {action.scope for action in ACTIONS} - {"list", "network", "chart", "guide"}
        assert len(names) >= sum(action.scope in listed for action in ACTIONS)


async def test_a_command_of_the_queue_works_from_any_screen() -> None:
    app = FakeApp()
    waiting = QueueChanged(runs=[QueuedRun(id=3, config=RunConfig())])
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING), waiting)
        next(each for each in app.get_system_commands(app.screen) if each.title == "Queue: remove").callback()
        while not app.engine.sent_of(RemoveQueued):
            await pilot.pause()
        assert isinstance(app.screen, RunsScreen)


async def test_a_click_beside_a_dialog_closes_it_as_escape_does() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING), RunsListed(runs=[OLD]))
        for key in ("S", "4", "s", "D"):
            await press(app, pilot, key)
            if key == "4":
                continue
            assert isinstance(app.screen, Dialog)
            await pilot.click(offset=(1, 1))
            await tell(app, pilot)
            assert not isinstance(app.screen, Dialog), key


async def test_help_over_the_whole_screen_is_closed_by_its_words() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot())
        await press(app, pilot, "question_mark")
        last = screen_text(app).splitlines()[-1]
        await pilot.click(offset=(last.index("searches"), 23))
        await tell(app, pilot)
        assert app.screen.has_class("searching")
        for _ in range(2):  # the search, then the page
            await pilot.click(offset=(last.index("escape"), 23))
            await tell(app, pilot)
        assert not isinstance(app.screen, HelpScreen)


async def test_the_networks_are_gone_through_and_left_by_the_words_below_them() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot())
        await press(app, pilot, "5", "f8")
        line = next(i for i, row in enumerate(screen_text(app).splitlines()) if "p others" in row)
        row = screen_text(app).splitlines()[line]
        before = app.screen.query_one(Pane).border_title
        for word in ("p others", "n/"):
            await pilot.click(offset=(row.index(word), line))
            await tell(app, pilot)
            assert (app.screen.query_one(Pane).border_title == before) == (word == "n/")
        await pilot.click(offset=(row.index("escape"), line))
        await tell(app, pilot)
        assert app.current_mode == "setup"
        assert not app.screen.query(Pane)


async def test_the_way_back_from_a_range_leaves_the_line_of_keys_with_it() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        app.screen.query_one(ChartsPane).window = (0.1, 0.5)
        await tell(app, pilot)
        assert "esc back" in screen_text(app).splitlines()[-1]
        await press(app, pilot, "escape")
        assert "esc back" not in screen_text(app).splitlines()[-1]


async def test_a_name_is_given_and_left_by_buttons() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot(), RunsListed(runs=[OLD]))
        await press(app, pilot, "4", "e", *"mine")
        await pilot.click(offset=(1, 1))
        assert app.screen.query_one(Input).value == "mine"  # what is typed is not lost by a click beside it
        await pilot.click("#take")
        await tell(app, pilot)
        assert app.engine.sent_of(EditRun) == [EditRun(run=OLD.run, title="mine")]
        await press(app, pilot, "n")
        await pilot.click("#cancel")
        await tell(app, pilot)
        assert isinstance(app.screen, RunsScreen)


async def test_a_question_clears_what_would_lie_over_its_buttons() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        app.notify("one", timeout=60)
        await press(app, pilot, "S")
        assert isinstance(app.screen, Question)
        assert not app._notifications


async def test_many_answers_stand_below_each_other() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot())
        app.push_screen(Question("Which?", [Answer(str(i), f"epoch {i} 94.60 %", str(i)) for i in range(1, 9)]))
        await tell(app, pilot)
        text = screen_text(app)
        assert all(f"epoch {i} 94.60 % ({i})" in text for i in range(1, 9))
