"""What is typed right after the key that opens a field is text, and no command."""

import pytest
from fake_engine import FakeApp, press_together, snapshot, tell
from textual.events import Key, Paste
from textual.widgets import Input

from engine.vocabulary.messages import RunsListed
from tests.tui.app.screen_text import OLD
from tests.tui.coach.fake_rule import press
from tui.screens.help import HelpScreen
from tui.screens.runs import RunsScreen
from tui.widgets.run_filter_line import RunFilterLine


async def test_a_filter_may_be_typed_at_once() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot(), RunsListed(runs=[OLD]))
        await press(app, pilot, "4")
        await press_together(app, pilot, "slash", *"Dc", "enter")
        assert isinstance(app.screen, RunsScreen)
        assert app.screen.query_one(RunFilterLine).text == "Dc"


async def test_what_is_sought_in_the_help_may_be_typed_at_once() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot())
        await press(app, pilot, "question_mark")
        await press_together(app, pilot, "slash", *"qt")
        assert isinstance(app.screen, HelpScreen)


@pytest.mark.parametrize("key", ["slash", "ctrl+p"])
async def test_what_is_pasted_right_after_the_key_of_a_filter_or_the_menu_is_in_its_field(key: str) -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot(), RunsListed(runs=[OLD]))
        await press(app, pilot, "4")
        for event in (Key(key, None), Paste("Dc")):
            event.set_sender(app)
            app._driver.send_message(event)
        for _ in range(8):
            await pilot.pause()
        field = app.focused
        assert isinstance(field, Input)
        assert field.value == "Dc"


async def test_a_field_is_edited_in_the_order_of_the_keys() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot(), RunsListed(runs=[OLD]))
        await press(app, pilot, "4")
        await press(app, pilot, "slash")
        await press_together(app, pilot, *"ax", "backspace", *"c", "left", *"b", "end", *"d", "home", "delete", *"A")
        assert app.screen.query_one(RunFilterLine).text == "Abcd"
