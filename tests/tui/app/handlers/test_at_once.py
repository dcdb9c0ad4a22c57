"""Runs that train at once, in the app: shown in the list, stopped together, and how many waiting ones there may be."""

from fake_engine import FakeApp, epoch_done, snapshot, started, tell

from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    QueueChanged,
    QueuedRun,
    RunsListed,
    RunSummary,
    RunTold,
    SetJobs,
    Stop,
)
from tests.tui.app.screen_text import screen_text
from tests.tui.coach.fake_rule import press
from tui.widgets.queue_list import QueueList

RUNS = ("0001-seed-cnn", "0002-mlp")


def summary(run: str) -> RunSummary:
    return RunSummary(
        run=run, state="running", started=1.0, model="seed-cnn", epoch=0, epochs=3, sample=True, resumable=False
    )


BEGUN = [RunTold(told=started(run=run)) for run in RUNS]
LISTED = RunsListed(runs=[summary(run) for run in RUNS])


async def test_the_list_shows_each_with_its_progress_and_draws_those_that_are_marked() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*BEGUN), LISTED)
        await press(app, pilot, "4", "space")
        assert "2 runs training 0 %" in screen_text(app)
        await tell(app, pilot, RunTold(told=epoch_done(1, RUNS[0], 0.75)), RunTold(told=epoch_done(1, RUNS[1], 0.5)))
        text = screen_text(app)
        assert "75.00 %" in text
        assert "50.00 %" in text
        assert len(app.state.courses) == 1
        assert app.state.courses[0][1].epoch == 1


async def test_s_stops_all_of_them() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*BEGUN), LISTED)
        await press(app, pilot, "S")
        assert "Stop 2 runs (0001, 0002)" in screen_text(app)
        await press(app, pilot, "s")
        assert app.engine.sent_of(Stop) == [Stop()]


async def test_plus_and_minus_say_how_many_waiting_runs_train_at_once() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        queue = QueueChanged(runs=[QueuedRun(id=3, config=RunConfig(seed=3))], jobs=2)
        await tell(app, pilot, snapshot(), queue, LISTED)
        await press(app, pilot, "4")
        assert "1 waiting, 2 train at once" in screen_text(app)
        app.screen.query_one(QueueList).query_one("OptionList").focus()
        await press(app, pilot, "plus", "minus")
        assert [command.jobs for command in app.engine.sent_of(SetJobs)] == [3, 1]
