"""Test digits are stepped through, filtered, and asked for once."""

from fake_engine import RUN, FakeApp, digit, epoch_done, snapshot, started, steps, tell

from engine.vocabulary.messages import CommandFailed, Predict, Predicted, RunOpened
from tests.tui.app.screen_text import OLD, TRAINING, screen_text
from tests.tui.coach.fake_rule import press
from tui.screens.digits import DigitsScreen
from tui.widgets.confusion import ConfusionMatrix


def past(*events) -> RunOpened:
    return RunOpened(summary=OLD, history=list(events))


def steps_asked(app: FakeApp) -> list[tuple[int, int]]:
    """Start and step of every question: the digits are asked for in between too, while their run trains."""
    return [(asked.start, asked.step) for asked in app.engine.sent_of(Predict)]


async def test_digits_are_stepped_through_with_the_weights_of_the_run() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        await pilot.press("2")
        await tell(app, pilot, Predicted(run=RUN, step=50, start=0, digits=[digit(5, actual=4, predicted=9)]))
        text = screen_text(app)
        assert "predicted  9" in text
        assert "actual  4" in text
        assert "wrong" in text
        await pilot.press("n")
        assert (6, 1) in steps_asked(app)
        await tell(app, pilot, Predicted(run=RUN, step=50, start=6, digits=[digit(6)]))
        await pilot.press("p")
        assert (5, -1) in steps_asked(app)
        await pilot.press("w")
        assert app.engine.sent_of(Predict)[-1].only_wrong
        await pilot.press("r")
        assert 0 <= app.engine.sent_of(Predict)[-1].start < 1000


async def test_an_answer_to_an_older_question_does_not_move_back_who_stepped_on() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        await pilot.press("2")
        await tell(app, pilot, Predicted(run=RUN, step=50, start=0, digits=[digit(0)]))
        await pilot.press("n")
        await tell(app, pilot, Predicted(run=RUN, step=60, start=0, digits=[digit(0)]))
        await tell(app, pilot, epoch_done(2))
        assert app.engine.sent_of(Predict)[-1].start == 1
        await tell(app, pilot, Predicted(run=RUN, step=120, start=1, digits=[digit(1)]))
        assert "test image 1 of 1,000" in screen_text(app)
        await pilot.press("n", "n", "n")
        assert app.engine.sent_of(Predict)[-1].start == 4


async def test_without_a_network_the_digits_screen_says_what_to_do() -> None:
    app = FakeApp()
    async with app.run_test() as pilot:
        await tell(app, pilot, snapshot())
        await pilot.press("2")
        await tell(app, pilot)
        assert "No weights yet" in screen_text(app)


async def test_a_cell_of_the_confusion_matrix_opens_its_digits() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        await pilot.press("3")
        await tell(app, pilot)
        app.screen.query_one(ConfusionMatrix).cursor = (4, 9)
        app.screen.query_one(ConfusionMatrix).focus()
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, DigitsScreen)
        wanted = app.engine.sent_of(Predict)[-1]
        assert (wanted.actual, wanted.predicted) == (4, 9)


async def test_weights_that_cannot_be_used_are_asked_for_once_an_epoch() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING), past(started(OLD.run), epoch_done(1, OLD.run)))
        await press(app, pilot, "2")
        for i in range(5):
            await tell(app, pilot, CommandFailed(reason="its checkpoint is gone"), steps(51 + i, [0.5]))
        asked = [each.count for each in app.engine.sent_of(Predict) if each.run == OLD.run]
        assert len(asked) == len(set(asked)) == 2  # the train screen once, and this one once
