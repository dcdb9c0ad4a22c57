"""Data: what is wrong with it is told, and the full set can be downloaded."""

from fake_engine import RUN, FakeApp, snapshot, tell

from engine.vocabulary.messages import CommandFailed, DataFailed, DownloadData, RunEnded
from tests.tui.app.screen_text import TRAINING, screen_text
from tui.screens.dialogs import Question


async def test_bad_data_is_told_on_the_first_screen() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(), DataFailed(reason="Dataset/train/3: holds no image"))
        assert "Dataset/train/3: holds no image" in screen_text(app)


async def test_data_that_cannot_be_read_is_told_once_beside_a_run_though_others_had_tried_it_before() -> None:
    gone = DataFailed(reason="/nowhere: is not there")
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        ended = RunEnded(run=RUN, step=50, time=1.0, state="finished", reason="")
        await tell(app, pilot, snapshot(*TRAINING, ended, gone))
        assert not app._notifications
        await tell(app, pilot, gone, CommandFailed(reason=gone.reason), gone)
        assert [note.message for note in app._notifications] == [gone.reason]
        await pilot.press("5")
        await tell(app, pilot)
        assert "A new run; F5 trains" in screen_text(app)


async def test_the_full_set_can_be_downloaded_while_only_the_sample_is_there() -> None:
    app = FakeApp()
    async with app.run_test() as pilot:
        await tell(app, pilot, snapshot())
        await pilot.press("d")
        await pilot.pause()
        assert isinstance(app.screen, Question)
        assert "11 MB" in screen_text(app)
        assert "MNIST/raw" in screen_text(app)
        await pilot.press("escape")
        assert not app.engine.sent_of(DownloadData)
        await pilot.press("d")
        await pilot.pause()
        await pilot.press("d")
        await pilot.pause()
        assert len(app.engine.sent_of(DownloadData)) == 1
