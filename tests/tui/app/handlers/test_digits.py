"""Digits are shown as a gallery and one in full, filtered, sorted, and asked for once."""

import pytest
from fake_engine import FakeApp, epoch_done, snapshot, started, steps, tell

from engine.vocabulary.messages import (
    AskBelief,
    AskGallery,
    AskGalleryNow,
    AskPixels,
    CommandFailed,
    FindNeighbours,
    Predict,
    RunOpened,
)
from tests.tui.app.screen_text import OLD, TRAINING, screen_text
from tests.tui.coach.fake_rule import press
from tests.tui.state.gallery.gallery_answers import ENDED, TOTAL, answered, asked, grid, open_gallery, pixels, shown
from tui.screens.digits import DigitsScreen
from tui.state.gallery.answers import IDS
from tui.state.gallery.views import View
from tui.widgets.confusion import ConfusionMatrix

SIZE = (120, 36)


@pytest.fixture(autouse=True)
def _no_time_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cursor rests when a test says so, and live weights are looked at when it says so."""
    monkeypatch.setattr("tui.screens.digits.RESTING", 1e6)
    monkeypatch.setattr("tui.screens.digits.LIVE_EVERY", 1e6)


def past(*events) -> RunOpened:
    return RunOpened(summary=OLD, history=list(events))


async def test_the_gallery_shows_all_digits_and_the_one_at_the_cursor_beside_it() -> None:
    app = FakeApp()
    async with app.run_test(size=SIZE) as pilot:
        await open_gallery(app, pilot)
        text = screen_text(app)
    assert "100 of 100   by index" in text
    assert "✗ 0→1 50 %" in text
    assert "1 50 %" in text
    assert "test image 0 of 100" in text
    assert "predicted 1   actual 0   wrong" in text
    assert "loss 3, rank 1 of 100" in text
    assert "82.0 %  10.0 %" in text  # calibrated, and plain
    assert "after epoch 1" in text


async def test_a_key_moves_the_cursor_at_once_and_what_is_open_is_not_asked_again() -> None:
    app = FakeApp()
    async with app.run_test(size=SIZE) as pilot:
        await open_gallery(app, pilot)
        app.engine.asked.clear()
        await press(app, pilot, "l", "l", "j")
        assert grid(app).cursor == 2 + grid(app).across
        assert f"test image {grid(app).cursor} of 100" in screen_text(app)
        app.screen._has_rested()
        app.screen._has_rested()
        await tell(app, pilot)
        assert [each.start for each in asked(app, Predict)] == [grid(app).cursor]
        assert [each.index for each in asked(app, AskBelief)] == [grid(app).cursor]
        await press(app, pilot, "l")
        app.screen._has_rested()
        await tell(app, pilot)
        assert len(asked(app, Predict)) == 1


async def test_pixels_are_asked_for_before_somebody_turns_to_them() -> None:
    app = FakeApp()
    async with app.run_test(size=SIZE) as pilot:
        await open_gallery(app, pilot)
        indices = {index for each in asked(app, AskPixels) for index in each.indices}
        page = grid(app).page
        assert set(range(3 * page)) <= indices
        assert TOTAL - 1 in indices
        app.engine.asked.clear()
        await press(app, pilot, "pagedown", "G")
        assert app.screen._pixels_of(grid(app).rows[grid(app).cursor].index) == pixels(TOTAL - 1)


async def test_digits_are_filtered_in_the_language_of_the_list_of_runs() -> None:
    app = FakeApp()
    async with app.run_test(size=SIZE) as pilot:
        await open_gallery(app, pilot)
        await press(app, pilot, "slash", *"true:5", "space", *"conf>0.81", "enter")
        assert shown(app) == [85, 95]
        assert "2 of 100" in screen_text(app).replace("  2 of", "2 of")
        await press(app, pilot, "escape", "w")
        assert len(shown(app)) == 20
        await press(app, pilot, "w")
        assert len(shown(app)) == 100
        await press(app, pilot, "slash", *"loss>9", "enter")
        assert "No digit matches loss>9" in screen_text(app)
        await press(app, pilot, "escape", "slash", *"lss>9", "enter")
        assert "did you mean loss?" in screen_text(app)


async def test_the_keys_of_a_digit_are_on_the_last_line_as_soon_as_there_is_one() -> None:
    app = FakeApp()
    async with app.run_test(size=(160, 36)) as pilot:
        await open_gallery(app, pilot)
        app.screen._show_view(View("forgotten"))
        await tell(app, pilot)
        assert not grid(app).rows
        assert " y why " not in screen_text(app)
        await answered(app, pilot)
        assert grid(app).rows
        assert " y why " in screen_text(app)
        assert grid(app).has_focus
        await press(app, pilot, "enter")
        assert " y why? " in screen_text(app)
        assert " o in full " not in screen_text(app)


async def test_digits_are_sorted_with_the_hardest_first() -> None:
    app = FakeApp()
    async with app.run_test(size=SIZE) as pilot:
        await open_gallery(app, pilot)
        await press(app, pilot, "s", "j", "enter")
        assert shown(app)[:3] == [0, 5, 10]
        assert "by loss ▼" in screen_text(app)
        await press(app, pilot, "s", "s")
        assert shown(app)[0] == 1


async def test_a_digit_in_full_has_its_curves_and_its_nearest_training_digits() -> None:
    app = FakeApp()
    async with app.run_test(size=(200, 50)) as pilot:
        await tell(app, pilot, snapshot(*ENDED))
        await press(app, pilot, "2")
        await answered(app, pilot, epochs=3)
        await press(app, pilot, "enter")
        await answered(app, pilot, epochs=3)
        text = screen_text(app)
        assert not grid(app).region.size
        assert "belief over the epochs" in text
        assert "nearest training digits, distance 1 - cosine before fc2" in text
        assert "4  0.010" in text
        await press(app, pilot, "n", "n", "p")
        assert "test image 1 of 100" in screen_text(app)
        await press(app, pilot, "escape")
        assert grid(app).has_focus


async def test_r_shows_a_digit_by_chance_large() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_gallery(app, pilot)
        await press(app, pilot, "r")
        await answered(app, pilot)
        assert app.screen.in_full
        assert "@@" in screen_text(app)


async def test_while_training_nearest_digits_are_looked_for_on_a_key_only() -> None:
    app = FakeApp()
    async with app.run_test(size=(200, 50)) as pilot:
        await open_gallery(app, pilot, *TRAINING)
        assert not asked(app, FindNeighbours)
        assert "N looks for them" in screen_text(app)
        await press(app, pilot, "N")
        assert len(asked(app, FindNeighbours)) == 1


async def test_a_new_epoch_is_asked_for_and_the_cursor_stays_on_its_digit() -> None:
    app = FakeApp()
    async with app.run_test(size=SIZE) as pilot:
        await open_gallery(app, pilot, *TRAINING)
        await press(app, pilot, "w", "l", "l")
        assert grid(app).rows[grid(app).cursor].index == 10
        app.engine.asked.clear()
        await tell(app, pilot, epoch_done(2))
        assert len(asked(app, AskGallery)) == 1
        await answered(app, pilot, epochs=2)
        assert grid(app).rows[grid(app).cursor].index == 10
        assert "after epoch 2" in screen_text(app)


async def test_before_the_first_epoch_digits_are_there_and_no_test_of_all_holds_up_the_steps() -> None:
    app = FakeApp()
    async with app.run_test(size=SIZE) as pilot:
        await open_gallery(app, pilot, started(), steps(10, [2.0] * 10))
        assert not asked(app, AskGallery)
        assert not asked(app, AskGalleryNow)
        assert "1,000 of 1,000" in screen_text(app)
        assert "predicted 1   actual 0   wrong" in screen_text(app)
        await press(app, pilot, "u")
        assert len(asked(app, AskGalleryNow)) == 1


async def test_an_answer_about_another_digit_is_not_shown() -> None:
    app = FakeApp()
    async with app.run_test(size=SIZE) as pilot:
        await open_gallery(app, pilot)
        await press(app, pilot, "l")
        app.screen._has_rested()
        await tell(app, pilot)
        await press(app, pilot, "l")
        await answered(app, pilot)
        assert "test image 2 of 100" in screen_text(app)
        assert app.state.gallery.answers["answer"].event.start == 2


async def test_without_a_network_the_digits_screen_says_what_to_do() -> None:
    app = FakeApp()
    async with app.run_test() as pilot:
        await tell(app, pilot, snapshot())
        await pilot.press("2")
        await tell(app, pilot)
        assert "No weights yet" in screen_text(app)


async def test_a_cell_of_the_confusion_matrix_opens_its_digits() -> None:
    app = FakeApp()
    async with app.run_test(size=SIZE) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        await pilot.press("3")
        await tell(app, pilot)
        app.screen.query_one(ConfusionMatrix).cursor = (5, 6)
        app.screen.query_one(ConfusionMatrix).focus()
        await pilot.press("enter")
        await pilot.pause()
        await answered(app, pilot)
        assert isinstance(app.screen, DigitsScreen)
        assert "true:5 pred:6" in screen_text(app)
        assert shown(app) == list(range(5, 100, 10))


async def test_weights_that_cannot_be_used_are_asked_for_once_an_epoch() -> None:
    app = FakeApp()
    async with app.run_test(size=SIZE) as pilot:
        await tell(app, pilot, snapshot(*TRAINING), past(started(OLD.run), epoch_done(1, OLD.run)))
        await press(app, pilot, "2")
        for i in range(5):
            for kind in ("gallery", "answer", "belief", "pixels"):
                await tell(app, pilot, CommandFailed(reason="its checkpoint is gone", reply_to=IDS[kind]))
            await tell(app, pilot, steps(51 + i, [0.5]))
            app.screen._has_rested()
        for kind in (AskGallery, Predict, AskBelief, AskPixels):
            assert len([each for each in asked(app, kind) if each.run == OLD.run]) == 1, kind
        assert "ts checkpoint is gone" in screen_text(app)
