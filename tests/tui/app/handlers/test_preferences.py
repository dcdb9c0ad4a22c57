"""What the user prefers is on the screen from the first frame, and what is changed there is remembered."""

import asyncio
from pathlib import Path

from fake_engine import FakeApp, FakeClient, snapshot, tell
from limits import LIMIT

from tests.tui.app.screen_text import TRAINING, screen_text
from tests.tui.coach.fake_rule import press
from tests.tui.state.gallery.gallery_answers import open_gallery, shown
from tui.app.main import MnistApp
from tui.preferences.file import read_preferences
from tui.preferences.values import Preferences
from tui.screens.digits import DigitsScreen
from tui.screens.help import HelpScreen
from tui.screens.train import TrainScreen
from tui.widgets.digit import DigitView


class PreferringApp(FakeApp):
    """With preferences, and a file of them."""

    def __init__(self, file: Path | None = None, **preferences: object) -> None:
        MnistApp.__init__(self, Path("checkpoints"), preferences=Preferences(**preferences), preferences_file=file)
        self.engine = FakeClient()
        self.connections = 0


async def remembered(app: FakeApp, pilot, file: Path, expected: dict[str, object]) -> None:
    """Wait until all is written, and look."""
    await tell(app, pilot)
    writing = [worker.wait() for worker in app.workers if worker.group == "preferences"]
    async with asyncio.timeout(LIMIT):
        await asyncio.gather(*writing)
    assert read_preferences(file) == expected


async def test_the_screen_is_as_preferred_from_the_start() -> None:
    app = PreferringApp(theme="nord", log_axis=True, smoothing=0.95, drawing="braille", refresh=1.5)
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        assert app.theme == "nord"
        assert app.frame_time == 1.5
        assert "log" in screen_text(app)
        await press(app, pilot, "2")
        assert isinstance(app.screen, DigitsScreen)
        assert app.screen.query_one("#large", DigitView).art == "braille"


async def test_what_is_changed_on_the_screen_is_remembered_and_comments_stay(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("# mine\ncoach = true # always\n")
    app = PreferringApp(file)
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        app.theme = "dracula"
        await press(app, pilot, "y")
        await remembered(app, pilot, file, {"coach": True, "theme": "dracula", "log_axis": True})
        await press(app, pilot, "T")
        await remembered(app, pilot, file, {"coach": True, "theme": "textual-light", "log_axis": True})
        await press(app, pilot, "T")
        await remembered(app, pilot, file, {"coach": True, "theme": "dracula", "log_axis": True})
    assert file.read_text().startswith("# mine\ncoach = true # always\n")


async def test_the_order_of_the_digits_is_remembered(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    app = PreferringApp(file)
    async with app.run_test(size=(120, 36)) as pilot:
        await open_gallery(app, pilot)
        await press(app, pilot, "s", "j", "enter")
        await remembered(app, pilot, file, {"digits_sort": "-loss"})
    again = PreferringApp(file, **read_preferences(file))
    async with again.run_test(size=(120, 36)) as pilot:
        await open_gallery(again, pilot)
        assert shown(again)[:3] == [0, 5, 10]
        assert "by loss ▼" in screen_text(again)
        await press(again, pilot, "s", "j", "enter")
        await remembered(again, pilot, file, {"digits_sort": "confidence"})


async def test_what_cannot_be_remembered_is_told_once(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("theme =")
    app = PreferringApp(file)
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        for _ in range(2):
            await press(app, pilot, "T")
            await asyncio.gather(*(each.wait() for each in app.workers if each.group == "preferences"))
        await tell(app, pilot)
        assert [each.title for each in app._notifications] == ["Not remembered"]
    assert file.read_text() == "theme ="


async def test_keys_of_the_users_own_work_in_place_of_those_of_the_table() -> None:
    keys = {"train": {"log_axis": ("Y",)}, "app": {"pause": ("f9",), "help": ("question_mark", "f1")}}
    app = PreferringApp(keys=keys)
    async with app.run_test(size=(120, 60)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        assert isinstance(app.screen, TrainScreen)
        await press(app, pilot, "y")
        assert not app.preferences.log_axis
        await press(app, pilot, "Y")
        assert app.preferences.log_axis
        bound = {key: active.binding.action for key, active in app.screen.active_bindings.items()}
        assert bound["f9"] == "pause"
        assert "continue" in [each.action for each in app._bindings.key_to_bindings["space"]]
        await press(app, pilot, "f1")
        assert isinstance(app.screen, HelpScreen)
        assert "f9" in screen_text(app)
