"""The reader of the guide, by keys and mouse, in the real app."""

import pytest
from fake_engine import FakeApp, snapshot, tell
from textual.pilot import Pilot
from textual.widgets import Input

from tests.tui.app.screen_text import screen_text
from tests.tui.coach.fake_rule import press
from tui.documents.pages import SCREEN_PAGES, find_page
from tui.screens.guide import GuideScreen
from tui.state.actions.lookup import NAVIGATION
from tui.widgets.guide.contents import Topics
from tui.widgets.guide.page_view import PageView
from tui.widgets.list_keys import Pane

SIZES = [(80, 24), (200, 50)]


async def opened(app: FakeApp, pilot: Pilot[None], screen: str = "1") -> GuideScreen:
    """Open the guide from a screen."""
    await tell(app, pilot, snapshot())
    await press(app, pilot, screen, "question_mark", "enter")
    assert isinstance(app.screen, GuideScreen)
    return app.screen


async def test_help_leads_from_a_screen_to_its_page_and_escape_back() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        for key, mode, _ in NAVIGATION[1:3]:
            await opened(app, pilot, key)
            assert f"guide: {find_page(SCREEN_PAGES[mode]).title}"[:60] in screen_text(app).splitlines()[0]
            await press(app, pilot, "escape")
            assert app.current_mode == mode
            assert not app.screen.is_modal


@pytest.mark.parametrize("size", SIZES)
async def test_a_link_is_chosen_and_followed_by_keys_and_the_way_leads_back(size: tuple[int, int]) -> None:
    app = FakeApp()
    async with app.run_test(size=size) as pilot:
        screen = await opened(app, pilot, "5")
        view = screen.query_one(PageView)
        await press(app, pilot, "tab")
        assert view.chosen == "training.md"
        await press(app, pilot, "tab", "shift+tab", "enter")
        assert "guide: Training" in screen_text(app)
        await press(app, pilot, "backspace")
        assert "guide: Setup" in screen_text(app)
        await press(app, pilot, "tab", "tab", "enter")  # a link in a table, to a section
        assert "The learning-rate finder" in "\n".join(screen_text(app).splitlines()[:4])


async def test_a_link_is_followed_with_the_mouse() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot, "5")
        x, y = place_of(app, "training", 36)
        await pilot.click(offset=(x + 1, y))
        await pilot.pause()
        assert "guide: Training" in screen_text(app)


async def test_a_click_on_the_contents_opens_a_page_and_a_section() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot, "4")
        await pilot.click(offset=place_of(app, "· Deleted runs"))
        await pilot.pause()
        assert "Deleted runs" in "\n".join(row[36:] for row in screen_text(app).splitlines()[:4])
        await pilot.click(offset=place_of(app, "Steering"))
        await pilot.pause()
        assert "guide: Steering" in screen_text(app)


def place_of(app: FakeApp, words: str, left: int = 0) -> tuple[int, int]:
    """Return the cell where words begin, from a column on."""
    found = ((row.find(words, left), y) for y, row in enumerate(screen_text(app).splitlines()))
    return next((x, y) for x, y in found if x >= 0)


@pytest.mark.parametrize("size", SIZES)
async def test_a_search_goes_to_the_best_section_and_escape_leaves_it(size: tuple[int, int]) -> None:
    app = FakeApp()
    async with app.run_test(size=size) as pilot:
        screen = await opened(app, pilot)
        await press(app, pilot, "slash", *"reject")
        assert "Certainty" in screen_text(app).splitlines()[2]
        await press(app, pilot, "enter")
        assert "Calibration" in "\n".join(screen_text(app).splitlines()[:4])
        await press(app, pilot, "slash", *"xyz")
        assert "No page has any of “xyz”" in screen_text(app)
        await press(app, pilot, "escape")
        assert screen.query_one(Pane).has_focus
        assert screen.query_one(Input).value == ""
        await press(app, pilot, "escape")
        assert not app.screen.is_modal


async def test_up_and_down_choose_among_what_was_found_while_the_field_has_the_focus() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await opened(app, pilot)
        await press(app, pilot, "slash", *"queue", "down", "down", "up")
        assert screen.query_one("#found", Topics).highlighted == 1
        assert screen.query_one(Input).value == "queue"


async def test_where_there_is_little_room_the_contents_take_the_place_of_the_page() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(app, pilot, "4")
        assert not screen.query_one("#contents").display
        await press(app, pilot, "c")
        assert screen.query_one("#contents", Topics).has_focus
        assert not screen.query_one(Pane).display
        await press(app, pilot, "j", "enter")
        assert screen.query_one(Pane).has_focus
        await press(app, pilot, "c", "escape")
        assert screen.query_one(Pane).display
        await press(app, pilot, "n")
        assert isinstance(app.screen, GuideScreen)


@pytest.mark.parametrize("size", SIZES)
async def test_no_command_is_cut_off(size: tuple[int, int]) -> None:
    app = FakeApp()
    async with app.run_test(size=size) as pilot:
        screen = await opened(app, pilot)
        await screen.go("commands#train")
        await pilot.pause()
        await pilot.pause()
        text = " ".join(" ".join(row.strip("│ ") for row in screen_text(app).splitlines()).split())
        assert "mnist-tui train --fork 12@10 --lr 0.0003" in text
        assert "epoch, best or last" in text


async def test_an_address_goes_to_the_clipboard_and_no_browser_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    copied = []
    app = FakeApp()
    monkeypatch.setattr(app, "copy_to_clipboard", copied.append)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await opened(app, pilot)
        await screen.go_to_link("https://arxiv.org/abs/1706.04599")
        assert copied == ["https://arxiv.org/abs/1706.04599"]


async def test_the_command_palette_has_the_guide() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot())
        names = [each.title for each in app.get_system_commands(app.screen)]
        assert "Everywhere: guide" in names
        app.read_guide("index")
        await pilot.pause()
        await pilot.pause()
        assert "The guide of mnist-tui" in screen_text(app)


@pytest.mark.slow
async def test_every_page_can_be_shown_in_a_narrow_terminal() -> None:
    from tui.documents.pages import load_pages

    app = FakeApp()
    async with app.run_test(size=(60, 20)) as pilot:
        screen = await opened(app, pilot)
        for name in load_pages():
            await screen.go(name)
            assert screen.query_one(PageView).heading(0) is not None
