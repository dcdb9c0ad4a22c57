"""What trains is started, paused and stopped, and left."""

import pytest
from fake_engine import RUN, FakeApp, snapshot, steps, tell

from engine.vocabulary.messages import Continue, Pause, Paused, SavingFailed, StartRun, Stop
from tests.tui.app.screen_text import TRAINING, screen_text
from tui.screens.dialogs import Question


async def test_one_key_trains_with_the_seed_configuration() -> None:
    app = FakeApp()
    async with app.run_test() as pilot:
        await tell(app, pilot, snapshot())
        await pilot.press("t")
        (command,) = app.engine.sent_of(StartRun)
    assert command.config.differences() == {}


async def test_space_pauses_and_space_again_continues() -> None:
    app = FakeApp()
    async with app.run_test() as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        await pilot.press("space")
        assert len(app.engine.sent_of(Pause)) == 1
        await tell(app, pilot, Paused(run=RUN, step=50))
        assert "paused" in screen_text(app)
        await pilot.press("space")
        assert len(app.engine.sent_of(Continue)) == 1


async def test_keys_of_a_run_do_nothing_without_a_run() -> None:
    app = FakeApp()
    async with app.run_test() as pilot:
        await tell(app, pilot, snapshot())
        before = list(app.engine.sent)
        await pilot.press("space", "S")
        assert app.engine.sent == before


async def test_stopping_asks_first() -> None:
    app = FakeApp()
    async with app.run_test() as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        await pilot.press("S")
        await pilot.pause()
        assert isinstance(app.screen, Question)
        assert not app.engine.sent_of(Stop)
        await pilot.press("s")
        await pilot.pause()
        assert len(app.engine.sent_of(Stop)) == 1


async def test_a_run_that_cannot_be_saved_says_so_and_is_ended_without_saving_only_on_purpose() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        full = SavingFailed(run=RUN, step=50, reason="checkpoints/0001: No space left on device")
        await tell(app, pilot, snapshot(*TRAINING), full)
        text = screen_text(app)
        assert "waiting for the disk" in text
        assert "No space left on device" in text
        for key, sent in (("k", 0), ("w", 1)):
            await pilot.press("S")
            await pilot.pause()
            assert "No space left" in screen_text(app)
            await pilot.press(key)
            await pilot.pause()
            assert app.engine.sent_of(Stop) == [Stop(force=True)] * sent
        await pilot.press("q")
        await pilot.pause()
        await pilot.press("c")
        await tell(app, pilot, steps(60, [0.5] * 10))
        assert "waiting" not in screen_text(app).splitlines()[0]


async def test_quitting_without_a_run_leaves_at_once() -> None:
    app = FakeApp()
    async with app.run_test() as pilot:
        await tell(app, pilot, snapshot())
        await pilot.press("q")
        await pilot.pause()
        assert app._exit


@pytest.mark.parametrize(("key", "leaves", "stops"), [("l", True, 0), ("s", True, 1), ("c", False, 0)])
async def test_quitting_during_a_run_asks_what_becomes_of_it(key: str, leaves: bool, stops: int) -> None:
    app = FakeApp()
    async with app.run_test() as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        await pilot.press("q")
        await pilot.pause()
        assert isinstance(app.screen, Question)
        await pilot.press(key)
        await pilot.pause()
        assert app._exit is leaves
        assert len(app.engine.sent_of(Stop)) == stops


async def test_a_run_that_cannot_be_saved_keeps_the_screen_and_says_so() -> None:
    app = FakeApp()
    async with app.run_test() as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        app.engine.refusal = "run 0001-seed-cnn cannot be saved: no space left on the device"
        await pilot.press("q")
        await pilot.pause()
        await pilot.press("s")
        await pilot.pause()
        assert not app._exit
        [note] = [note.message for note in app._notifications if note.title == "Not stopped"]
        assert "no space left" in note
