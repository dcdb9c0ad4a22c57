"""The screen Inside: what it asks, one question at a time, and what it shows of the answers."""

import pytest
from fake_engine import RUN, FakeApp, epoch_done, snapshot, tell

from engine.vocabulary.messages import (
    FindChange,
    MapDigits,
    MeasureLayers,
    ShowFilters,
    ShowLayers,
)
from tests.tui.app.screen_text import SIZES, TRAINING, screen_text
from tests.tui.coach.fake_rule import press
from tests.tui.inside.answered import Answered, opened, settle
from tests.tui.inside.answers import LAYERS, inside_answer, predicted_of, sample
from tui.screens.inside.views_line import ViewsLine
from tui.state.gallery.views import View
from tui.widgets.inside.class_list import ClassList
from tui.widgets.inside.digit_map import DigitMap
from tui.widgets.inside.layer_figures import FiguresTable
from tui.widgets.inside.layer_grid import LayerGrid
from tui.widgets.inside.layer_strips import LayerStrips
from tui.widgets.inside.reasons import Reasons


@pytest.mark.parametrize("size", SIZES)
async def test_filters_and_the_maps_of_each_layer_are_there_for_a_digit(size: tuple[int, int]) -> None:
    app = Answered()
    async with app.run_test(size=size) as pilot:
        screen = await opened(app, pilot)
        text = screen_text(app)
        assert "filters of conv1" in text
        assert "10 of 5x5" in text
        assert f"test #0: predicted {predicted_of(0)}" in text
        assert len(screen.query_one(LayerStrips).strips) == 1 + len(LAYERS)
        await press(app, pilot, "G")
        await settle(app, pilot)
        assert "10 values" in screen_text(app)


async def test_enter_shows_all_maps_of_a_layer_in_parts_and_escape_leads_back() -> None:
    app = Answered()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await opened(app, pilot)
        await press(app, pilot, "down", "down", "down", "down", "enter")
        grid = screen.query_one(LayerGrid)
        assert grid.has_focus
        assert "80 of 4x4" in screen_text(app)
        assert not any(ask.first for ask in app.engine.sent_of(ShowLayers))
        await press(app, pilot, "G")
        await settle(app, pilot)
        assert grid.cursor == 79
        assert [ask.first for ask in app.engine.sent_of(ShowLayers)][-1] == 64
        assert grid.map_at(79) is not None
        await press(app, pilot, "escape")
        assert screen.query_one(LayerStrips).has_focus


async def test_a_second_question_waits_for_the_first_and_is_about_what_is_looked_at_by_then() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        await press(app, pilot, "8")
        await press(app, pilot, "n", "n", "n")
        filters = next(each for each in app.engine.sent if isinstance(each, ShowFilters))
        assert app.engine.sent_of(ShowLayers) == []
        await tell(app, pilot, inside_answer(filters))
        [layers] = app.engine.sent_of(ShowLayers)
        assert layers.picture.index == 3
        assert layers.run == RUN


async def test_weights_name_dead_units_in_words() -> None:
    app = Answered()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await opened(app, pilot, "w")
        await press(app, pilot, "j", "j", "j", "j", "j")
        assert screen.query_one(FiguresTable).cursor == 5
        text = screen_text(app)
        assert "6 of 110 units dead" not in text
        assert "3 of 50" in text
        assert "Dead units, zero for all of 256 test digits: 3, 17, 41." in text
        assert "weights of" not in text  # a ReLU has none
        await press(app, pilot, "k")
        assert "weights of fc1" in screen_text(app)


async def test_why_shows_the_heat_of_the_class_under_the_cursor_and_what_would_change_the_answer() -> None:
    app = Answered()
    async with app.run_test(size=(200, 50)) as pilot:
        screen = await opened(app, pilot, "n", "n", "n", "n", "y")
        actual, predicted = int(sample()[1][4]), predicted_of(4)
        assert f"test #4: predicted {predicted}, actual {actual}, wrong" in screen_text(app)
        assert f"{predicted} by integrated gradients" in screen_text(app)
        assert f"{predicted} by occlusion" in screen_text(app)
        screen.query_one(ClassList).chosen = actual
        await settle(app, pilot)
        assert f"{actual} by integrated gradients" in screen_text(app)
        assert app.engine.sent_of(FindChange) == []  # it takes a second
        await press(app, pilot, "c")
        await settle(app, pilot)
        assert [ask.label for ask in app.engine.sent_of(FindChange)] == [actual]
        assert f"changed: a {actual}" in screen_text(app)
        assert "A change of 1.31 makes it" in screen_text(app)
        await press(app, pilot, "escape")
        assert "changed: a" not in screen_text(app)
        await press(app, pilot, "o")
        await settle(app, pilot)
        assert screen.query_one(Reasons).pictures[1].title == f"{actual} by gradient x input"


async def test_a_key_of_the_digits_shows_why_the_one_at_the_cursor_is_taken_for_what_it_is() -> None:
    app = Answered()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        for before, keys in (("2", ("l", "l", "l", "l", "y")), ("2", ("l", "l", "enter", "y"))):
            await press(app, pilot, before)
            await settle(app, pilot)
            await press(app, pilot, *keys)
            await settle(app, pilot)
            assert app.current_mode == "inside"
            index = app.digits_screen.current.index
            assert f"test #{index}: predicted {predicted_of(index)}" in screen_text(app)
            assert f"{predicted_of(index)} by integrated gradients" in screen_text(app)
            assert app.screen.query_one(ViewsLine).here == "why"
        assert index == 6
        await press(app, pilot, "slash", "tab", "2", "y")  # the number that was to be typed is forgotten
        await settle(app, pilot)
        assert not app.screen.has_class("typing")
        assert isinstance(app.focused, ClassList)


async def test_why_has_as_many_pictures_as_there_is_room_for_once_the_layout_has_changed_too() -> None:
    app = Answered()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await opened(app, pilot, "y")
        reasons = screen.query_one(Reasons)
        assert len(reasons.pictures) == 6
        reasons.styles.width = 30  # as while the column beside it is still as wide as on a wide screen
        await settle(app, pilot)
        assert len(reasons.pictures) == 2
        reasons.styles.width = "1fr"
        await settle(app, pilot)
        assert len(reasons.pictures) == 6


async def test_digits_that_are_no_test_digits_are_not_explained() -> None:
    app = Answered()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        await press(app, pilot, "2")
        await settle(app, pilot)
        assert app.screen.check_action("why", ())
        app.screen._show_view(View("train"))
        await settle(app, pilot)
        assert not app.screen.check_action("why", ())
        await press(app, pilot, "y")
        assert app.current_mode == "digits"


async def test_why_not_of_the_predicted_class_looks_for_any_other() -> None:
    app = Answered()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot, "y")
        await press(app, pilot, "enter")
        await settle(app, pilot)
        assert [ask.label for ask in app.engine.sent_of(FindChange)] == [-1]
        assert "the difference" in screen_text(app)


async def test_the_map_is_asked_for_after_each_epoch_while_it_is_in_front_and_nothing_is_asked_behind_it() -> None:
    app = Answered()
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot, "m")
        assert len(app.engine.sent_of(MapDigits)) == 1
        await tell(app, pilot, epoch_done(2))
        await settle(app, pilot)
        assert len(app.engine.sent_of(MapDigits)) == 2
        assert app.engine.sent_of(MeasureLayers) == []
        await press(app, pilot, "1")
        before = len(app.engine.sent_of(MapDigits))
        await tell(app, pilot, epoch_done(3))
        await settle(app, pilot)
        assert len(app.engine.sent_of(MapDigits)) == before


async def test_the_digit_nearest_to_the_cursor_is_shown_and_enter_explains_it() -> None:
    app = Answered()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await opened(app, pilot, "m", "l", "l", "j")
        digits = screen.query_one(DigitMap)
        index = digits.digits.indices[digits.picked]
        assert f"test #{index}, " in screen_text(app)
        await press(app, pilot, "enter")
        await settle(app, pilot)
        assert screen.view == "why"
        assert f"test #{index}: predicted" in screen_text(app)


async def test_a_click_moves_the_cursor_of_the_map_and_a_double_click_explains_the_digit() -> None:
    app = Answered()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await opened(app, pilot, "m")
        digits = screen.query_one(DigitMap)
        await pilot.click(digits, offset=(21, 9))
        assert digits.at == (20, 9)
        await pilot.click(digits, offset=(21, 9), times=2)
        await settle(app, pilot)
        assert screen.view == "why"


async def test_a_click_on_the_name_of_a_view_shows_it() -> None:
    app = Answered()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(app, pilot)
        await pilot.click(ViewsLine, offset=(1 + len("f filters and maps   w wei"), 0))
        await settle(app, pilot)
        assert screen.view == "weights"
        assert screen.query_one(FiguresTable).has_focus


async def test_a_digit_is_chosen_by_its_number_and_what_is_none_is_told() -> None:
    app = Answered()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(app, pilot, "slash", "4", "2", "enter")
        assert "test #42: predicted" in screen_text(app)
        await press(app, pilot, "slash", "9", "9", "9", "9", "enter")
        assert "'9999' is no test digit; give a number from 0 to 999." in screen_text(app)
        await press(app, pilot, "escape")
        assert screen.query_one(LayerStrips).has_focus
        assert "no test digit" not in screen_text(app)
        await press(app, pilot, "p")
        await settle(app, pilot)
        assert "test #41: predicted" in screen_text(app)
