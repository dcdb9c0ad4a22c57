"""The screen of confusion: epochs, mistakes with their digits, calibration and robustness a key away."""

import msgspec
import pytest
from fake_engine import RUN, FakeApp, epoch_done, snapshot, started, steps, tell
from textual.widgets._footer import FooterKey

from engine.vocabulary.messages import (
    AskConfusion,
    AskGallery,
    AskPixels,
    CommandFailed,
    MeasureCalibration,
    MeasureRobustness,
    RunOpened,
)
from tests.tui.app.screen_text import OLD, TRAINING, screen_text
from tests.tui.coach.fake_rule import press
from tests.tui.widgets.confusion.answered_app import LIVE, AnsweredApp, asked, words
from tui.screens.confusion import ConfusionScreen
from tui.screens.digit_messages import ConfusionMessages
from tui.state.confusion.answers import IDS, Answers
from tui.widgets.confusion import ConfusionMatrix
from tui.widgets.confusion.mistakes import MistakeGrid
from tui.widgets.gallery.filter_line import DigitFilterLine


async def test_the_digits_of_mistakes_are_asked_for_once_and_drawn() -> None:
    app = AnsweredApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, LIVE)
        assert not asked(app, AskGallery)  # nobody looks
        await press(app, pilot, "3")
        await tell(app, pilot, steps(215, [0.5] * 5))
        text = screen_text(app)
        grid = app.screen.query_one(MistakeGrid)
    assert [(each.run, each.epoch) for each in asked(app, AskGallery)] == [(RUN, 5)]
    assert len(asked(app, AskPixels)) == 1
    assert "4→9 7 times" in text
    assert set(grid.pictures) == {each.pair for each in grid.mistakes}


async def test_what_is_drawn_twice_before_the_app_hears_of_it_is_asked_for_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, LIVE)
        await press(app, pilot, "3")
        posted: list[object] = []
        for asked_in_all in (1, 2):
            state = msgspec.structs.replace(app.state, certainty=Answers())
            with monkeypatch.context() as patched:
                patched.setattr(app.screen, "post_message", lambda message: posted.append(message) is None)
                app.screen.show_body(state)
                app.screen.show_body(state)
            questions = [each.question for each in posted if isinstance(each, ConfusionMessages.Asked)]
            assert questions == [AskConfusion(run=RUN), AskGallery(run=RUN, epoch=5)] * asked_in_all


async def test_what_a_run_thought_is_asked_for_once_it_is_written() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(started(), steps(40, [1.0] * 40), epoch_done(1)))
        await press(app, pilot, "3")
        assert not asked(app, AskGallery) + asked(app, AskConfusion)
        await tell(app, pilot, steps(45, [0.5] * 5))
        assert len(asked(app, AskGallery)) == len(asked(app, AskConfusion)) == 1
        await tell(app, pilot, steps(50, [0.5] * 5))
        assert len(asked(app, AskGallery)) == len(asked(app, AskConfusion)) == 1  # the answers are on their way


async def test_on_a_screen_without_room_for_digits_none_are_asked_for_until_they_are_looked_at() -> None:
    app = AnsweredApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, LIVE)
        await press(app, pilot, "3")
        assert not asked(app, AskGallery)
        assert "4→9 7 times" in screen_text(app)
        await press(app, pilot, "i")
        await tell(app, pilot)
        assert len(asked(app, AskPixels)) == 1
        assert "surest of" in screen_text(app)
        await press(app, pilot, "i")
        assert "taken for it" in screen_text(app)
        await press(app, pilot, "escape")
        assert "recall" in screen_text(app)


async def test_brackets_step_through_the_epochs_that_were_kept() -> None:
    app = AnsweredApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, LIVE)
        await press(app, pilot, "3")
        assert "after epoch 5" in screen_text(app)
        matrix = app.screen.query_one(ConfusionMatrix)
        before = matrix.counts
        await press(app, pilot, "left_square_bracket")
        assert "after epoch 4" in screen_text(app)
        assert asked(app, AskConfusion)[-1].epoch == 4
        assert matrix.counts != before
        await press(app, pilot, "left_square_bracket", "left_square_bracket", "left_square_bracket")
        assert "after epoch 1" in screen_text(app)
        await press(app, pilot, "left_square_bracket")
        assert "after epoch 1" in screen_text(app)  # there is none before
        asked_so_far = len(asked(app, AskConfusion))
        await press(app, pilot, "right_square_bracket")
        assert "after epoch 2" in screen_text(app)
        assert len(asked(app, AskConfusion)) == asked_so_far  # it is known
        await press(app, pilot, "escape")
        assert matrix.counts == before


async def test_a_past_epoch_stays_while_the_run_goes_on_and_the_last_one_follows_it() -> None:
    app = AnsweredApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, LIVE)
        await press(app, pilot, "3", "left_square_bracket")
        await tell(app, pilot, epoch_done(6), steps(250, [0.5] * 5))
        assert "after epoch 4" in screen_text(app)
        await press(app, pilot, "right_square_bracket", "right_square_bracket")
        assert "after epoch 6" in screen_text(app)
        await tell(app, pilot, epoch_done(7), steps(290, [0.5] * 5))
        assert "after epoch 7" in screen_text(app)


async def test_a_run_that_kept_nothing_says_so_on_the_screen_and_in_no_toast() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, LIVE)
        await press(app, pilot, "3")
        why = "run 0001 was trained by an earlier version, which kept nothing"
        refused = [CommandFailed(reason=why, reply_to=IDS[kind]) for kind in (AskConfusion, AskGallery)]
        await tell(app, pilot, *refused, steps(215, [0.5] * 5))
        text = words(app)
        assert text.count("which kept nothing") == 2  # instead of other epochs, and of digits
        assert "100.0 %" in text
        assert not app._notifications
        assert len(asked(app, AskConfusion)) == len(asked(app, AskGallery)) == 1


async def test_percent_switches_to_shares_of_each_row() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, LIVE)
        await press(app, pilot, "3", "percent_sign")
        assert "% of each row" in screen_text(app)
        await press(app, pilot, "percent_sign")
        assert "% of each row" not in screen_text(app)


async def test_enter_on_a_mistake_opens_its_digits_and_moving_there_moves_the_cursor_of_the_matrix() -> None:
    app = AnsweredApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, LIVE)
        await press(app, pilot, "3", "left_square_bracket", "tab", "right")
        mistake = app.screen.query_one(MistakeGrid).mistakes[1]
        assert app.screen.query_one(ConfusionMatrix).cursor == mistake.pair
        await press(app, pilot, "enter")
        assert app.current_mode == "digits"
        await tell(app, pilot)
        actual, predicted = mistake.pair
        assert app.screen.query_one(DigitFilterLine).text == f"true:{actual} pred:{predicted}"
        assert asked(app, AskGallery)[-1].epoch == 4  # the one whose matrix was looked at


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 36), (200, 50)])
async def test_calibration_and_robustness_are_in_the_line_of_keys_and_work_by_a_click(size: tuple[int, int]) -> None:
    app = AnsweredApp()
    ended = RunOpened(summary=OLD, history=[started(OLD.run), epoch_done(1, OLD.run)])
    async with app.run_test(size=size) as pilot:
        await tell(app, pilot, snapshot(), ended)
        await press(app, pilot, "3")
        for label in ("calibration", "back", "robust", "back"):
            key = next((each for each in app.screen.query(FooterKey) if each.description == label), None)
            assert key is not None, label
            await pilot.click(key)
            await tell(app, pilot)
        assert app.screen.view == "matrix"


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
async def test_while_a_run_trains_both_are_named_too(size: tuple[int, int]) -> None:
    app = AnsweredApp()
    async with app.run_test(size=size) as pilot:
        await tell(app, pilot, LIVE)
        await press(app, pilot, "3")
        named = [each.description for each in app.screen.query(FooterKey)]
    assert {"calibration", "robust"} <= set(named)


async def test_without_a_run_the_screen_shows_what_there_is_and_says_what_to_do() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot())
        await press(app, pilot, "3")
        assert isinstance(app.screen, ConfusionScreen)
        assert "Press t to train" in screen_text(app)
        await press(app, pilot, "c", "b", "left_square_bracket", "percent_sign", "i", "u", "x", "a", "escape")
        assert app.screen.view == "matrix"
        assert not asked(app, MeasureCalibration) + asked(app, MeasureRobustness)


async def test_names_of_classes_are_shown_inert() -> None:
    app = FakeApp()
    names = ("[red]a", "b\x1b[2J", *"cdefghij")
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(msgspec.structs.replace(started(), classes=names), *TRAINING[1:]))
        await press(app, pilot, "3")
        text = screen_text(app)
    assert "[red]a is right" in text
    assert "\x1b" not in text


async def test_a_lost_engine_leaves_no_question_open() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, LIVE)
        await press(app, pilot, "3", "c")
        assert app.state.certainty.is_open(MeasureCalibration)
        app.engine.incoming.put_nowait(None)
        await pilot.pause()
        app.action_reconnect()
        await pilot.pause()
        await tell(app, pilot, LIVE)
        assert len(asked(app, MeasureCalibration)) == 1  # of the new one


async def test_the_matrix_has_the_keys_as_soon_as_it_is_there() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(started()))
        await press(app, pilot, "3")
        await tell(app, pilot, epoch_done(1), steps(50, [0.5] * 10))
        await press(app, pilot, "j", "l")
        assert app.screen.query_one(ConfusionMatrix).cursor == (1, 1)
