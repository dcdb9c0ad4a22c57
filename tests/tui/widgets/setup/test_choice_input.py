"""Choices of the form: a list that Enter or a click opens, that arrows go through, and that typing jumps in."""

import asyncio

import pytest
from fake_engine import FakeApp, snapshot, tell
from limits import LIMIT
from textual.widgets import Input, OptionList

from engine.vocabulary.config import FIELDS
from engine.vocabulary.messages import StartRun
from tests.tui.app.screen_text import screen_text
from tui.screens.choice import ChoiceScreen
from tui.screens.setup import SetupScreen
from tui.state.words.choices import meaning
from tui.widgets.config_form import ConfigForm
from tui.widgets.field_row import FieldRow
from tui.widgets.plan import PlanView


async def open_field(app: FakeApp, pilot, name: str) -> Input:
    await tell(app, pilot, snapshot())
    await pilot.press("5")
    field = app.screen.query_one(f"#field-{name}", Input)
    field.focus()
    form = app.screen.query_one(ConfigForm)
    async with asyncio.timeout(LIMIT):
        while not form.region.contains_region(field.region):  # the form scrolls to it after the next layout
            await pilot.pause()
    assert form.scroll_y == form.scroll_target_y  # at once: while it glides, a click lands beside the field
    return field


def test_every_choice_says_what_it_means() -> None:
    for field in FIELDS.values():
        for choice in field.choices:
            assert meaning(field, choice), (field.name, choice)


async def test_arrows_go_through_the_list_and_round_its_ends_and_typing_jumps() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        field = await open_field(app, pilot, "schedule")
        await pilot.press("right", "right")
        assert field.value == "cosine"
        await pilot.press("left", "left", "left")
        assert field.value == "plateau"
        await pilot.press("o", "n", "down")
        assert field.value == "one-cycle"  # completed as it is left
        assert app.config.schedule == "one-cycle"


@pytest.mark.parametrize("keys", [["down", "enter"], ["j", "enter"], ["G", "k", "k", "enter"], ["s", "t", "right"]])
async def test_enter_opens_the_list_and_there_takes_a_choice_and_goes_on(keys: list[str]) -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        field = await open_field(app, pilot, "schedule")
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, ChoiceScreen)
        assert "Times Decay" in screen_text(app)
        await pilot.press(*keys)
        await pilot.pause()
        assert isinstance(app.screen, SetupScreen)
        assert field.value == ("cosine" if "G" in keys else "step")
        assert app.focused is not None
        assert app.focused.id == "field-warmup"
        assert not app.engine.sent_of(StartRun)


async def test_escape_leaves_the_list_and_the_field_as_it_was() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        field = await open_field(app, pilot, "optimizer")
        await pilot.press("enter", "down", "escape")
        await pilot.pause()
        assert isinstance(app.screen, SetupScreen)
        assert (field.value, app.focused) == ("adam", field)


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (160, 45)])
async def test_a_click_opens_the_list_where_all_of_it_is_on_the_screen_and_a_click_takes_a_choice(
    size: tuple[int, int],
) -> None:
    app = FakeApp()
    async with app.run_test(size=size) as pilot:
        field = await open_field(app, pilot, "model")
        await pilot.click("#field-model")
        await pilot.pause()
        assert isinstance(app.screen, ChoiceScreen)
        choices = app.screen.query_one(OptionList)
        assert app.screen.region.contains_region(choices.region)
        assert choices.region.height == len(FIELDS["model"].choices) + 2
        await pilot.click(OptionList, offset=(5, 3))
        await pilot.pause()
        assert field.value == FIELDS["model"].choices[2]


async def test_a_path_of_ones_own_network_gets_the_room_of_its_row_and_arrows_move_in_it() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        field = await open_field(app, pilot, "model")
        field.value = "/home/me/experiments/nets/mine.py:Net"
        await pilot.pause()
        await pilot.pause()
        assert field.size.width > len(field.value)
        field.cursor_position = 5
        await pilot.press("left")
        assert field.cursor_position == 4
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, SetupScreen)
        assert app.focused is not field


async def test_what_the_choices_do_not_use_is_dim_and_says_so_and_comes_back() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await open_field(app, pilot, "optimizer")
        row = app.screen.query_one("#row-momentum", FieldRow)
        assert "not used by adam, only by sgd, nesterov and muon" in row.render_line(0).text
        assert row.has_class("-unused")
        app.screen.query_one("#field-optimizer", Input).value = "sgd"
        await pilot.pause()
        assert "Share of the previous step" in row.render_line(0).text
        assert not row.has_class("-unused")
        assert "only by adam" in app.screen.query_one("#row-beta1", FieldRow).hint()


@pytest.mark.parametrize(("width", "beside"), [(120, False), (160, True), (200, True)])
async def test_the_groups_are_in_two_columns_from_160_columns_on(width: int, beside: bool) -> None:
    app = FakeApp()
    async with app.run_test(size=(width, 50)) as pilot:
        await open_field(app, pilot, "epochs")
        form = app.screen.query_one(ConfigForm)
        first, second = form.row("epochs").region, form.row("rotation").region
        assert (first.y == second.y) is beside
        if beside:
            assert form.max_scroll_y == 0  # all of it is in sight


async def test_in_the_list_every_letter_but_those_that_move_jumps() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        field = await open_field(app, pilot, "model")
        await pilot.press("enter", "l", "enter")
        await pilot.pause()
        assert field.value == "lenet5"


async def test_a_list_that_is_open_follows_the_size_of_the_terminal() -> None:
    app = FakeApp()
    async with app.run_test(size=(60, 20)) as pilot:
        await open_field(app, pilot, "optimizer")
        await pilot.press("enter")
        await pilot.pause()
        assert "a good default." not in screen_text(app)
        await pilot.resize_terminal(120, 36)
        await pilot.pause()
        assert "A step size of its own for each weight; a good default." in screen_text(app)


async def test_a_click_on_the_arrow_opens_the_list_and_one_on_a_label_goes_to_its_field() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        field = await open_field(app, pilot, "optimizer")
        await pilot.click("#row-lr", offset=(2, 0))
        await pilot.pause()
        assert app.focused is app.screen.query_one("#field-lr")
        await pilot.click("#row-optimizer", offset=(34, 0))
        await pilot.pause()
        assert isinstance(app.screen, ChoiceScreen)
        await pilot.press("escape")
        await pilot.pause()
        assert app.focused is field


async def test_what_is_wrong_with_the_form_is_red_at_the_bottom_until_it_is_right() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        field = await open_field(app, pilot, "epochs")
        field.value = "0"
        await pilot.pause()
        assert app.screen.query_one("#command").has_class("bad")
        field.value = "3"
        await pilot.pause()
        assert not app.screen.query_one("#command").has_class("bad")


async def test_a_preview_that_is_opened_while_the_form_is_wrong_shows_what_was_right_before() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 30)) as pilot:
        field = await open_field(app, pilot, "epochs")
        field.value = "0"
        await pilot.pause()
        await pilot.press("f4")
        await pilot.pause()
        assert app.screen.query_one(PlanView).plan is not None
        assert "nothing to draw yet" not in screen_text(app)
