"""The keys: each of the table has its action, and help shows them."""

import pytest
from fake_engine import FakeApp, press_together, snapshot, tell
from textual.widgets import Input
from textual.widgets._footer import FooterKey

from engine.vocabulary.messages import RunsListed, StartRun, Stop
from tests.tui.app.screen_text import OLD, TRAINING, screen_text
from tests.tui.coach.fake_rule import press
from tui.screens.confusion.screen import ConfusionScreen
from tui.screens.digits import DigitsScreen
from tui.screens.draw import DrawScreen
from tui.screens.guide import GuideScreen
from tui.screens.inside.screen import InsideScreen
from tui.screens.network import NetworkScreen
from tui.screens.runs import RunsScreen
from tui.screens.setup import SetupScreen
from tui.screens.train import TrainScreen
from tui.screens.tune import TuneScreen
from tui.widgets.charts.keyed import KeyedPane
from tui.widgets.list_keys import ListKeys
from tui.widgets.queue_list import QueueList


async def test_every_action_of_the_table_exists() -> None:
    from tui.state.actions.table import ACTIONS

    owners = {
        "app": FakeApp,
        "train": TrainScreen,
        "digits": DigitsScreen,
        "confusion": ConfusionScreen,
        "runs": RunsScreen,
        "queue": QueueList,
        "setup": SetupScreen,
        "tune": TuneScreen,
        "draw": DrawScreen,
        "inside": InsideScreen,
        "network": NetworkScreen,
        "guide": GuideScreen,
        "list": ListKeys,
        "chart": KeyedPane,
    }
    for action in ACTIONS:
        assert hasattr(owners[action.scope], "action_" + action.name.partition("(")[0]), action


async def test_help_lists_every_key() -> None:
    from rich.console import Console

    from tui.screens.help import help_table
    from tui.state.actions.table import ACTIONS

    console = Console(width=400)
    with console.capture() as captured:
        console.print(help_table())
    text = captured.get()
    for action in ACTIONS:
        assert action.help in text


async def test_help_begins_with_the_keys_of_the_screen_in_front() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot())
        for key, title in (("1", "Train screen"), ("3", "Confusion screen"), ("5", "Setup screen")):
            await press(app, pilot, key, "question_mark")
            rows = [line for line in screen_text(app).splitlines() if "screen" in line]
            assert title in rows[0]
            await press(app, pilot, "escape")


async def test_keys_go_to_screens_whenever_the_form_comes_to_the_front() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot())
        await press(app, pilot, "5", "down")
        assert isinstance(app.focused, Input)
        app.go("train")
        await press(app, pilot, "5")
        assert app.focused is None


@pytest.mark.parametrize(("keys", "leaves"), [("ql", True), ("qc", False), ("qzl", True), ("qcSkqs", True)])
async def test_an_answer_that_was_typed_ahead_is_taken(keys: str, leaves: bool) -> None:
    app = FakeApp()
    async with app.run_test() as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        await press_together(app, pilot, *keys)
        assert app._exit is leaves
        assert len(app.engine.sent_of(Stop)) == ("s" in keys)


async def test_letters_typed_in_a_field_are_text() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot())
        await pilot.press("5")
        app.screen.query_one("#field-data", Input).focus()
        await pilot.press("q", "t", "2")
        assert app.screen.query_one("#field-data", Input).value == "qt2"
        assert not app._exit
        assert not app.engine.sent_of(StartRun)


async def test_the_way_back_from_a_filter_is_in_the_line_of_keys() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        await press(app, pilot, "2")
        assert "all digits" not in screen_text(app).splitlines()[-1]
        await press(app, pilot, "w")
        assert "all digits" in screen_text(app).splitlines()[-1]


async def test_in_help_a_key_stands_close_to_what_it_does() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot())
        await pilot.press("question_mark")
        await pilot.pause()
        await pilot.press("slash", *"rate")
        await pilot.pause()
        line = next(line for line in screen_text(app).splitlines() if "Try increasing" in line)
    assert line.index("Try increasing") - line.index("f7") < 12


@pytest.mark.parametrize("screen", ["4", "question_mark"])
async def test_what_is_typed_right_after_the_key_of_a_filter_is_looked_for(screen: str) -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(), RunsListed(runs=[OLD]))
        await press(app, pilot, screen)
        await press_together(app, pilot, "slash", "1", "2")
        assert app.screen.query_one(Input).value == "12"


async def test_the_line_of_keys_is_not_built_anew_as_one_goes_from_screen_to_screen() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        await press(app, pilot, "2", "1", "2", "1")
        before = list(app.screen.query(FooterKey))
        await press(app, pilot, "2", "1")
        assert list(app.screen.query(FooterKey)) == before
