"""The keys of lists, grids and matrices, and what the mouse does there."""

import pytest
from fake_engine import FakeApp, snapshot, tell
from textual.widgets import DataTable, OptionList

from engine.storage.presets import list_presets
from engine.vocabulary.messages import RunsListed
from tests.tui.app.screen_text import OLD, TRAINING
from tests.tui.coach.fake_rule import press
from tests.tui.state.gallery.gallery_answers import answered
from tui.app.main import MnistApp
from tui.screens.presets import PresetChoice
from tui.widgets.confusion import ConfusionMatrix
from tui.widgets.gallery.grid import DigitGrid
from tui.widgets.list_keys import ListKeys
from tui.widgets.log import LogPane

SIZE = (120, 36)


async def test_the_matrix_has_the_keys_of_a_list() -> None:
    app = FakeApp()
    async with app.run_test(size=SIZE) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        await press(app, pilot, "3", "tab")
        matrix = app.screen.query_one(ConfusionMatrix)
        matrix.focus()
        places = []
        for key in ("j", "l", "l", "k", "h", "down", "right", "G", "g", "end", "home", "pagedown", "pageup"):
            await press(app, pilot, key)
            places.append(matrix.cursor)
        assert places == [
            (1, 0), (1, 1), (1, 2), (0, 2), (0, 1), (1, 1), (1, 2), (9, 9), (0, 0), (9, 9), (0, 0), (9, 0), (0, 0),
        ]  # fmt: skip


async def test_a_click_chooses_a_cell_and_a_double_click_opens_its_digits() -> None:
    app = FakeApp()
    async with app.run_test(size=SIZE) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        await press(app, pilot, "3")
        matrix = app.screen.query_one(ConfusionMatrix)
        width, height, left, top = matrix._layout()
        there = (left + 4 + 9 * width + 1, top + 2 + 4 * height)
        await pilot.click(matrix, offset=there)
        assert matrix.cursor == (4, 9)
        assert app.current_mode == "confusion"
        await pilot.click(matrix, offset=there, times=2)
        await pilot.pause()
        assert app.current_mode == "digits"


async def test_the_list_of_presets_has_the_keys_of_a_list_and_a_click_only_chooses(tmp_path) -> None:
    app = FakeApp()
    async with app.run_test(size=SIZE) as pilot:
        await tell(app, pilot, snapshot())
        presets = list_presets(tmp_path)
        app.push_screen(PresetChoice(presets))
        await pilot.pause()
        options = app.screen.query_one(OptionList)
        options.focus()
        places = []
        for key in ("j", "j", "k", "G", "g", "end", "home"):
            await press(app, pilot, key)
            places.append(options.highlighted)
        last = len(presets) - 1
        assert places == [1, 2, 1, last, 0, last, 0]
        await pilot.click(options, offset=(5, 2))
        await pilot.pause()
        assert isinstance(app.screen, PresetChoice)
        assert options.highlighted == 2
        await pilot.click(options, offset=(5, 2), times=2)
        await pilot.pause()
        assert not isinstance(app.screen, PresetChoice)


async def test_digits_have_the_keys_of_a_list_and_a_double_click_opens_one() -> None:
    app = FakeApp()
    async with app.run_test(size=SIZE) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        await press(app, pilot, "2")
        await answered(app, pilot)
        grid = app.screen.query_one(DigitGrid)
        across, page, last = grid.across, grid.page, len(grid.rows) - 1
        places = []
        for key in ("l", "right", "h", "j", "k", "pagedown", "pageup", "G", "g", "end", "home"):
            await press(app, pilot, key)
            places.append(grid.cursor)
        assert places == [1, 2, 1, 1 + across, 1, 1 + page, 1, last, 0, last, 0]
        left, top, _, _ = grid._corner(across + 1)
        await pilot.click(grid, offset=(left + 2, top + 2))
        assert grid.cursor == across + 1
        assert not app.screen.in_full
        await pilot.click(grid, offset=(left + 2, top + 2), times=2)
        await pilot.pause()
        assert app.screen.in_full


async def test_the_log_scrolls_with_the_keys_of_a_list() -> None:
    app = FakeApp()
    async with app.run_test(size=SIZE) as pilot:
        await tell(app, pilot, snapshot(*TRAINING), RunsListed(runs=[OLD]))
        log = app.screen.query_one(LogPane)
        log.focus()
        for number in range(40):
            log.write(f"line {number}")
        await pilot.pause()
        await press(app, pilot, "g")
        assert log.scroll_y == 0
        await press(app, pilot, "j", "j", "k")
        await pilot.wait_for_scheduled_animations()
        assert log.scroll_target_y == 1
        await press(app, pilot, "G")
        await pilot.wait_for_scheduled_animations()
        assert log.is_vertical_scroll_end


@pytest.mark.parametrize("mode", list(MnistApp.MODES))
async def test_every_list_of_every_screen_has_these_keys(mode: str) -> None:
    app = FakeApp()
    async with app.run_test(size=SIZE) as pilot:
        await tell(app, pilot, snapshot(*TRAINING), RunsListed(runs=[OLD]))
        app.go(mode)
        await pilot.pause()
        lists = [
            each
            for each in app.screen.query("*")
            if isinstance(each, DataTable | OptionList | ConfusionMatrix | DigitGrid)
        ]
        assert [each for each in lists if not isinstance(each, ListKeys)] == []
