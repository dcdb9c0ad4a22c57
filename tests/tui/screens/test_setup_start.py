"""How a run begins from the form, and what becomes of it when it cannot."""

import pytest
from fake_engine import FakeApp, snapshot, tell
from textual.widgets import Input

from engine.vocabulary.config import FIELDS
from engine.vocabulary.messages import StartRun
from tests.tui.app.screen_text import screen_text
from tui.screens.setup import SetupScreen
from tui.screens.train import TrainScreen


async def test_enter_in_the_form_goes_to_the_next_field_and_never_trains() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot())
        await pilot.press("5", "enter")
        for field in [*FIELDS, next(iter(FIELDS))]:
            assert isinstance(app.focused, Input)
            assert app.focused.id == f"field-{field}"
            await pilot.press(*["enter"] * (2 if FIELDS[field].choices else 1))  # a list opens, and is left by Enter
        await tell(app, pilot)
        assert not app.engine.sent_of(StartRun)
        assert isinstance(app.screen, SetupScreen)


@pytest.mark.parametrize("keys", [["f5"], ["down", "f5"], ["shift+tab", "enter"]])
async def test_f5_and_the_button_train(keys: list[str]) -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot())
        await pilot.press("5")
        if "enter" in keys:
            app.screen.query_one("#submit").focus()
            keys = keys[1:]
        await pilot.press(*keys)
        await tell(app, pilot)
        assert len(app.engine.sent_of(StartRun)) == 1
        assert isinstance(app.screen, TrainScreen)


async def test_a_start_that_is_refused_leaves_one_in_the_form_with_the_reason() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot())
        app.engine.refusal = "net.py:Net: returns float32 [2, 9]"
        await pilot.press("5", "down", "f5")
        await tell(app, pilot)
        assert isinstance(app.screen, SetupScreen)
        assert isinstance(app.focused, Input)
        [note] = [note.message for note in app._notifications if note.title == "Nothing was started"]
        assert "returns float32 [2, 9]" in note
        app.clear_notifications()
        await tell(app, pilot)
        assert "returns float32 [2, 9]" in screen_text(app)  # until the form is edited
        app.screen.query_one("#field-lr", Input).value = "0.5"
        await pilot.pause()
        assert "returns float32" not in screen_text(app)


@pytest.mark.slow
async def test_what_the_keys_help_and_quit_are_is_told_however_narrow_the_screen_is() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot())
        for mode in ("1", "2", "3", "4", "5", "6"):
            for width in (80, 60, 120):
                await pilot.press(mode)
                await pilot.resize_terminal(width, 24)
                await tell(app, pilot)
                keys = {key.action: key.region for key in app.screen.query("FooterKey")}
                for action in ("help", "quit"):
                    assert 0 < keys[action].right <= width, (mode, width, action)
