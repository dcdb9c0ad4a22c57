"""Calibration and robustness, a key away from the screen of confusion."""

import msgspec
from fake_engine import RUN, FakeApp, epoch_done, snapshot, started, steps, tell

from engine.vocabulary.messages import (
    CommandFailed,
    MeasureCalibration,
    MeasureRobustness,
    StopMeasuring,
)
from tests.tui.app.screen_text import screen_text
from tests.tui.coach.fake_rule import press
from tests.tui.widgets.confusion.answered_app import LIVE, AnsweredApp, asked, words
from tests.tui.widgets.confusion.told import answer_of_certainty, robustness
from tui.state.marks import Mark
from tui.widgets.certainty.corruption_grid import CorruptionGrid
from tui.widgets.certainty.rejections import RejectTable


async def test_c_measures_calibration_escape_goes_back_and_it_is_not_measured_again() -> None:
    app = AnsweredApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, LIVE)
        await press(app, pilot, "3", "c")
        text = screen_text(app)
        for words in ("ECE", "NLL", "Brier", "Temperature 0.6304", "answers from", "97.70 %"):
            assert words in text
        await press(app, pilot, "escape")
        assert "predicted" in screen_text(app)
        await press(app, pilot, "c")
        assert len(asked(app, MeasureCalibration)) == 1
        await press(app, pilot, "u")
        assert [each.run for each in asked(app, MeasureCalibration)] == [RUN, RUN]


async def test_a_threshold_under_the_cursor_is_told_in_words() -> None:
    app = AnsweredApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, LIVE)
        await press(app, pilot, "3", "c")
        table = app.screen.query_one(RejectTable)
        assert table.has_focus
        assert table.current == table.measured.chosen
        assert "Chosen on the held-out images" in words(app)
        await press(app, pilot, "g")
        assert "From a confidence of 0.5 on" in words(app)
        await press(app, pilot, "j", "k", "G")
        assert "From a confidence of 0.999 on" in words(app)


async def test_later_epochs_than_the_measured_one_are_told_and_the_reason_of_a_refusal_stays() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, LIVE)
        await press(app, pilot, "3", "c")
        assert "Measuring ..." in screen_text(app)
        question = asked(app, MeasureCalibration)[0]
        await tell(app, pilot, CommandFailed(reason="run [/nope] \x1b[2J is gone", reply_to=question.id))
        assert "Not measured: run [/nope] \ufffd[2J is gone" in words(app)
        assert not app._notifications
        await press(app, pilot, "u")
        await tell(app, pilot, answer_of_certainty(asked(app, MeasureCalibration)[1]), epoch_done(6))
        assert "The run is at epoch 6: u measures again." in words(app)


async def test_b_tests_the_shown_run_tells_how_far_it_is_and_x_stops() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, LIVE)
        await press(app, pilot, "3", "b")
        (question,) = asked(app, MeasureRobustness)
        assert (question.runs, question.images) == ([RUN], 1000)
        await tell(app, pilot, robustness([RUN], tests=12))
        text = words(app)
        assert "12 of 60 tests" in text
        assert "not tested yet" in text
        await press(app, pilot, "x")
        assert len(asked(app, StopMeasuring)) == 1
        await tell(app, pilot, CommandFailed(reason="measuring was stopped", reply_to=question.id))
        assert "measuring was stopped" in words(app)
        await press(app, pilot, "u")
        assert len(asked(app, MeasureRobustness)) == 2
        await tell(app, pilot, answer_of_certainty(asked(app, MeasureRobustness)[1]))
        assert "untouched" in screen_text(app)


async def test_in_a_small_terminal_what_is_not_tested_yet_does_not_run_into_the_next_name() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, LIVE)
        await press(app, pilot, "3", "b")
        await tell(app, pilot, robustness([RUN], tests=12))
        text = screen_text(app)
    assert "contrast - " in text
    assert "yetcontrast" not in text


async def test_marked_runs_are_tested_beside_each_other() -> None:
    app = AnsweredApp()
    async with app.run_test(size=(200, 50)) as pilot:
        await tell(app, pilot, LIVE)
        await press(app, pilot, "3")
        app.set_state(msgspec.structs.replace(app.state, marks=(Mark("0002-mlp", "a"), Mark("0001-seed-cnn", "b"))))
        await press(app, pilot, "b")
        assert asked(app, MeasureRobustness)[0].runs == ["0002-mlp", "0001-seed-cnn"]
        text = words(app)
        assert "2 runs on the same 1,000 test images" in text
        assert app.screen.query_one(CorruptionGrid).letters[1][0] == "b"
        for key, name in (("l", "shift"), ("j", "speckle-noise"), ("G", "occlusion"), ("g", "rotation")):
            await press(app, pilot, key)
            assert app.screen.query_one(CorruptionGrid).name_at_cursor == name


async def test_of_a_large_test_set_a_thousand_images_are_tested_first_and_all_on_a_key() -> None:
    app = AnsweredApp()
    many = msgspec.structs.replace(started(), test_images=10_000)
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(many, epoch_done(1), steps(50, [0.5] * 5)))
        await press(app, pilot, "3", "b")
        assert "a tests on all 10,000" in words(app)
        await press(app, pilot, "a")
        assert [each.images for each in asked(app, MeasureRobustness)] == [1000, 10_000]
