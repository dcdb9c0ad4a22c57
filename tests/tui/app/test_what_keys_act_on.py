"""Keys act on a run that is shown or named, and questions follow what happens while they are read."""

import msgspec
import pytest
from fake_engine import RUN, FakeApp, epoch_done, snapshot, started, steps, tell

from engine.vocabulary.messages import (
    DataFailed,
    OpenRun,
    Pause,
    Paused,
    RunEnded,
    RunOpened,
    RunsChanged,
    RunsListed,
    RunSummary,
    Stop,
)
from tests.tui.app.screen_text import OLD, TRAINING, screen_text
from tui.screens.dialogs import Question

LIVE = "0014-seed-cnn"
HISTORY = [started(OLD.run), epoch_done(1, OLD.run), epoch_done(2, OLD.run, 0.95)]
NOW = (started(LIVE), steps(200, [0.5] * 10, LIVE))
ENDED = RunEnded(run=RUN, step=400, time=2.0, state="finished")


async def with_a_past_run_open(app: FakeApp, pilot) -> None:
    await tell(app, pilot, snapshot(*NOW), RunsListed(runs=[OLD]))
    await tell(app, pilot, RunOpened(summary=OLD, history=HISTORY))


@pytest.mark.parametrize("size", [(80, 24), pytest.param((120, 36), marks=pytest.mark.slow)])
async def test_while_a_past_run_is_shown_header_and_footer_name_the_live_one(size: tuple[int, int]) -> None:
    app = FakeApp()
    async with app.run_test(size=size) as pilot:
        await with_a_past_run_open(app, pilot)
        for screen in ("1", "2", "3", "4"):
            await pilot.press(screen)
            await tell(app, pilot)
            lines = screen_text(app).splitlines()
            assert "▶ 0014 training 50 %" in lines[0], screen
            assert ("pause 0014" in lines[-1]) is (screen != "4"), screen  # there, space marks a run
            assert "stop 0014" in lines[-1], screen
        await pilot.press("1", "space")
        assert len(app.engine.sent_of(Pause)) == 1
        await tell(app, pilot, Paused(run=LIVE, step=200))
        lines = screen_text(app).splitlines()
        assert "▶ 0014 paused" in lines[0]
        assert "continue 0014" in lines[-1]


async def test_the_run_that_is_shown_needs_no_name_in_the_footer() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        lines = screen_text(app).splitlines()
        assert "pause 0001" not in lines[-1]
        assert "▶" not in lines[0]


@pytest.mark.parametrize(
    "ends", [ENDED, RunEnded(run=RUN, step=51, time=2.0, state="failed", reason="the loss is nan")]
)
async def test_the_question_what_becomes_of_a_run_that_has_ended_says_so(ends: RunEnded) -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        await pilot.press("q")
        await pilot.pause()
        await tell(app, pilot, Paused(run=RUN, step=50))
        assert f"{RUN} is paused" in screen_text(app)
        await tell(app, pilot, ends)
        assert isinstance(app.screen, Question)
        text = screen_text(app)
        assert f"ended in the meantime: {ends.state}" in " ".join(text.replace("│", " ").split())
        assert "Stop and save" not in text
        await pilot.press("s")
        await pilot.pause()
        assert not app._exit
        await pilot.press("l")
        await pilot.pause()
        assert app._exit
        assert not app.engine.sent_of(Stop)


async def test_the_question_whether_to_stop_a_run_goes_when_it_has_ended() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        await pilot.press("S")
        await pilot.pause()
        assert isinstance(app.screen, Question)
        await tell(app, pilot, ENDED)
        assert not isinstance(app.screen, Question)
        assert not app.engine.sent_of(Stop)


async def test_a_run_that_is_deleted_elsewhere_is_not_opened_again_until_it_is_restored() -> None:
    listed = RunsListed(runs=[msgspec.structs.replace(OLD, run=RUN)])
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING, ENDED), listed)
        await pilot.press("2")
        await tell(app, pilot, RunsChanged(deleted=RUN))
        assert "No weights yet" in screen_text(app)
        await tell(app, pilot, RunsListed(runs=[]))
        assert not app.engine.sent_of(OpenRun)
        await tell(app, pilot, listed)
        assert app.engine.sent_of(OpenRun) == [OpenRun(run=RUN)]


@pytest.mark.parametrize("key", ["2", "3"])
async def test_without_a_run_the_newest_one_that_has_weights_is_opened(key: str) -> None:
    without = RunSummary(
        run="0005-seed-cnn", state="failed", started=2.0, model="seed-cnn", epoch=0, epochs=10, sample=True
    )
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(), RunsListed(runs=[without, OLD]))
        assert not app.engine.sent_of(OpenRun)
        await pilot.press(key)
        await tell(app, pilot)
        await tell(app, pilot)
        assert [command.run for command in app.engine.sent_of(OpenRun)] == [OLD.run]
        await tell(app, pilot, RunOpened(summary=OLD, history=HISTORY))
        text = screen_text(app)
        assert f"{OLD.run} (past)" in text
        assert "No weights yet" not in text


@pytest.mark.parametrize("size", [(80, 24), pytest.param((120, 36), marks=pytest.mark.slow)])
async def test_a_data_folder_that_is_not_there_is_told_once(size: tuple[int, int]) -> None:
    app = FakeApp()
    async with app.run_test(size=size) as pilot:
        reason = "/nowhere: is not there"
        await tell(app, pilot, snapshot(DataFailed(reason=reason)), DataFailed(reason=reason))
        await tell(app, pilot)
        assert screen_text(app).count("/nowhere") == 1
        assert not app._notifications
