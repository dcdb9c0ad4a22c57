"""The tour on the real app with an engine that answers: each step is done by the keys that it names."""

from pathlib import Path

import pytest
from fake_engine import RUN, epoch_done, snapshot, started, tell

from engine.vocabulary.messages.export_messages import Exported, ExportRequest
from tests.tui.app.screen_text import screen_text
from tests.tui.coach.fake_rule import press
from tests.tui.tour.walk import HERE, WALK, FakeTour, done, settle
from tui.screens.base import StateScreen
from tui.tour.last_page import LastPage
from tui.tour.progress import Progress, read_progress, write_progress
from tui.tour.steps import STEPS
from tui.tour.strip import SKIP, TourStrip


@pytest.fixture(autouse=True)
def _a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    HERE.mkdir()


def assert_strip_hides_no_key(app: FakeTour) -> None:
    screen = app.screen_stack[0]
    assert isinstance(screen, StateScreen)
    assert screen.query_one(TourStrip).region.y == 2
    if app.screen is screen:  # no page lies over it
        last = screen_text(app).splitlines()[-1]
        assert "quit" in last
        assert "help" in last


async def written(request: ExportRequest) -> Exported:
    return Exported(files=[f"{run}.csv" for run in request.runs])


@pytest.mark.parametrize("size", [(80, 24), pytest.param((120, 36), marks=pytest.mark.slow)])
async def test_all_steps_are_done_by_the_keys_that_they_name(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.link.export_process.export", written)
    app = FakeTour()
    async with app.run_test(size=size) as pilot:
        for number, (name, do) in enumerate(WALK.items()):
            await settle(app, pilot)
            assert f" {number + 1}/10 " in screen_text(app)
            await do(app, pilot)
            assert_strip_hides_no_key(app)
            assert done(app) == tuple(WALK)[: number + 1], name
        await pilot.pause()
        assert isinstance(app.screen, LastPage)
        assert f"{RUN}.csv" in screen_text(app)  # it lies over the message that named the file
        await press(app, pilot, "escape")
        assert "That was all of it" in screen_text(app)


async def test_a_step_is_skipped_and_the_last_page_says_so() -> None:
    app = FakeTour()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot())
        await press(app, pilot, SKIP)
        assert " 2/10 " in screen_text(app)
        assert read_progress(HERE) == Progress(skipped=("train",))
        for _ in STEPS[1:]:
            await press(app, pilot, SKIP)
        assert isinstance(app.screen, LastPage)
        assert "Skipped: Train a network, Watch" in screen_text(app)


async def test_the_tour_goes_on_where_it_was_left() -> None:
    write_progress(HERE, Progress(done=("train", "watch", "pause")))
    app = FakeTour()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot())
        assert " 4/10 " in screen_text(app)
        assert "No run is in progress. Press t" in screen_text(app)


async def test_whoever_has_wandered_into_a_field_is_told_how_to_leave_it() -> None:
    write_progress(HERE, Progress(done=("train",)))
    app = FakeTour()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot(started(epochs=1000), epoch_done(1), epoch_done(2)))
        await press(app, pilot, "5", "tab", "tab", "tab", "tab", "2")
        app.follow()
        await pilot.pause()
        assert "Press escape first" in screen_text(app)
        await press(app, pilot, "escape")
        app.follow()
        await pilot.pause()
        assert "Then press 2" in screen_text(app)


async def test_the_question_of_who_leaves_names_the_way_back() -> None:
    app = FakeTour()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot(started(epochs=1000), epoch_done(1)))
        await press(app, pilot, "q")
        assert "`mnist-tui tour`" in screen_text(app)
        await press(app, pilot, "c")


async def test_the_strip_is_on_the_screens_that_no_step_leads_to() -> None:
    app = FakeTour()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot(started(epochs=1000), epoch_done(1)))
        for key in "36":
            await press(app, pilot, key)
            assert_strip_hides_no_key(app)


async def test_on_a_narrow_screen_what_to_do_is_said_in_full() -> None:
    app = FakeTour()
    async with app.run_test(size=(40, 10)) as pilot:
        await tell(app, pilot, snapshot())
        lines = [line.strip() for line in screen_text(app).splitlines()]
        assert lines[2].startswith("1/10")
        assert lines[3:5] == ["Press t: a small network begins to", "learn digits, from 4,000 examples."]
        assert "help" in lines[-1]


async def test_a_click_on_a_key_of_the_strip_is_that_key() -> None:
    app = FakeTour()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot())
        line = screen_text(app).splitlines()[2]
        await pilot.click(offset=(line.index(SKIP), 2))
        await pilot.pause()
        assert " 2/10 " in screen_text(app)


async def test_a_disk_that_is_full_is_told_and_the_tour_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(folder: Path, progress: Progress) -> None:
        raise OSError(28, "No space left on device", str(folder))

    monkeypatch.setattr("tui.tour.app.write_progress", full)
    app = FakeTour()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot())
        await press(app, pilot, SKIP)
        assert any("No space left on device" in each.message for each in app._notifications)  # wrapped on the screen
        assert " 2/10 " in screen_text(app)
