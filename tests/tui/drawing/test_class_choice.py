"""The class of a drawing, where classes have names."""

import pytest
from textual.app import App
from textual.widgets import Input

from engine.vocabulary.messages.known_data import CLOTHES
from tui.screens.class_choice import ClassChoice, matching


@pytest.mark.parametrize(
    ("typed", "keys", "label"),
    [("", ["enter"], 7), ("sn", ["enter"], 7), ("boot", ["enter"], 9), ("s", ["down", "enter"], 6)],
)
async def test_a_name_is_typed_and_completed(typed: str, keys: list[str], label: int) -> None:
    app: App[None] = App()
    answers: list[int | None] = []
    async with app.run_test() as pilot:
        app.push_screen(ClassChoice(CLOTHES, likely=7), answers.append)
        await pilot.pause()
        app.screen.query_one(Input).value = typed
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()
    assert answers == [label]


async def test_what_no_class_is_called_is_not_taken() -> None:
    app: App[None] = App()
    answers: list[int | None] = []
    async with app.run_test() as pilot:
        app.push_screen(ClassChoice(CLOTHES), answers.append)
        await pilot.pause()
        app.screen.query_one(Input).value = "hat"
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert answers == []
        await pilot.press("escape")
        await pilot.pause()
    assert answers == [None]


def test_a_name_in_full_goes_before_those_that_begin_so() -> None:
    assert matching("a", ("ab", "A", "a", "ba")) == [2, 0, 1, 3]
