"""Questions with more answers than have room beside each other."""

import pytest
from fake_engine import FakeApp
from textual.widgets import Button

from tui.screens.dialogs import Answer, Question


@pytest.mark.parametrize("size", [(60, 20), (120, 36)])
@pytest.mark.parametrize("answers", [2, 4, 8])
async def test_every_answer_is_seen(size: tuple[int, int], answers: int) -> None:
    app = FakeApp()
    async with app.run_test(size=size) as pilot:
        all_of_them = [Answer(str(i), f"epoch {i}: 98.40 %", str(i)) for i in range(answers)]
        app.push_screen(Question("Which?", all_of_them))
        await pilot.pause()
        dialog = app.screen.query_one(".dialog").content_region
        buttons = list(app.screen.query(Button))
        assert len(buttons) == answers
        assert all(dialog.contains_region(button.region) for button in buttons)
