"""The command palette: short names in groups, and commands of other screens."""

from fake_engine import FakeApp, snapshot, tell
from textual.widgets import Input

from tests.tui.app.screen_text import TRAINING, screen_text
from tests.tui.coach.fake_rule import press
from tui.screens.train import TrainScreen


def names(app: FakeApp) -> list[str]:
    return [command.title for command in app.get_system_commands(app.screen)]


async def choose(app: FakeApp, pilot, name: str) -> None:
    next(each for each in app.get_system_commands(app.screen) if each.title == name).callback()
    for _ in range(3):
        await tell(app, pilot)


async def test_all_commands_are_in_the_palette_by_short_names_in_groups() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        listed = names(app)
    for name in ("Go to: Runs", "Everywhere: pause", "Train: log axis", "Runs: open", "Setup: presets", "Tune: ranges"):
        assert name in listed
    assert max(map(len, listed)) <= 40


async def test_a_command_of_another_screen_goes_there_first() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        await press(app, pilot, "4")
        await choose(app, pilot, "Train: log axis")
        assert isinstance(app.screen, TrainScreen)
        assert app.preferences.log_axis


async def test_a_command_that_cannot_work_now_says_so() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot())
        await choose(app, pilot, "Everywhere: stop")
        assert [each.message for each in app._notifications] == ["Everywhere: stop: not possible now."]


async def test_help_shows_only_what_is_typed_after_a_slash() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 60)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        await press(app, pilot, "question_mark", "slash", *"logarithm")
        text = screen_text(app)
        assert "between logarithmic and linear" in text
        assert "Start a run" not in text
        await press(app, pilot, *"xyz")
        assert "No key does “logarithmxyz”" in screen_text(app)
        await press(app, pilot, "escape")
        assert "Start a run" in screen_text(app)
        assert not app.screen.query_one(Input).display
        await press(app, pilot, "escape")
        assert isinstance(app.screen, TrainScreen)
