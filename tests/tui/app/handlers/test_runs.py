"""Runs are opened, closed and resumed, and each has its own log."""

import msgspec
from fake_engine import RUN, FakeApp, epoch_done, snapshot, started, tell
from textual.widgets import Static

from engine.vocabulary.messages import (
    CommandFailed,
    ListRuns,
    OpenRun,
    ResumeRun,
    RunEnded,
    RunOpened,
    RunsListed,
    RunSummary,
)
from tests.tui.app.screen_text import OLD, TRAINING, screen_text
from tests.tui.coach.fake_rule import press
from tui.widgets.log import LogPane

STOPPED = RunEnded(run=RUN, step=50, time=1.0, state="stopped")


def past(*events) -> RunOpened:
    return RunOpened(summary=OLD, history=list(events))


def told(app: FakeApp) -> list[str]:
    return [note.message for note in app._notifications]


async def test_a_past_run_is_opened_and_escape_returns_to_the_live_one() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING), RunsListed(runs=[OLD]))
        await pilot.press("4")
        await tell(app, pilot)
        assert "95.00 %" in screen_text(app)
        await pilot.press("enter")
        await pilot.pause()
        assert [command.run for command in app.engine.sent_of(OpenRun)] == [OLD.run]
        history = [started(OLD.run), epoch_done(1, OLD.run), epoch_done(2, OLD.run, 0.95)]
        await tell(app, pilot, RunOpened(summary=OLD, history=history))
        assert f"{OLD.run} (past)" in screen_text(app)
        assert "stopped" in screen_text(app)
        await pilot.press("escape")
        await tell(app, pilot)
        assert "(past)" not in screen_text(app)


async def test_a_stopped_run_is_resumed_with_one_key_and_a_finished_one_asks_for_epochs() -> None:
    finished = RunSummary(
        run="0002-seed-cnn", state="finished", started=1.0, model="seed-cnn", epoch=10, epochs=10, sample=True,
        resumable=True,
    )  # fmt: skip
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(), RunsListed(runs=[finished, OLD]))
        await pilot.press("4")
        await tell(app, pilot)
        await pilot.press("down", "R")
        await pilot.pause()
        assert app.engine.sent_of(ResumeRun)[-1] == ResumeRun(run=OLD.run)
        await pilot.press("4")
        await pilot.press("up", "R")
        await pilot.pause()
        await pilot.press("1", "5", "enter")
        await pilot.pause()
        assert app.engine.sent_of(ResumeRun)[-1] == ResumeRun(run=finished.run, changes={"epochs": 15})


async def test_a_run_that_stopped_early_is_told_as_finished_and_not_as_failed() -> None:
    why = "validation accuracy not better than 89.00 % of epoch 3 for 2 epochs"
    early = RunSummary(
        run="0001-mlp", state="finished", started=1.0, model="mlp", epoch=5, epochs=12, sample=True, resumable=True,
        problem=why,
    )  # fmt: skip
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(), RunsListed(runs=[early, msgspec.structs.replace(early, run=RUN, state="x")]))
        assert "resume 0001-mlp, finished after epoch 5 of 12" in screen_text(app)
        await pilot.press("4")
        await tell(app, pilot)
        problem, about = (app.screen.query_one(f"#{name}", Static) for name in ("problem", "about"))
        assert str(problem.render()) == ""
        assert why in str(about.render())
        await pilot.press("down")
        await tell(app, pilot)
        assert (str(problem.render()), str(about.render())) == (why, "")


async def test_a_run_whose_loss_is_no_number_is_resumed_with_a_lower_rate_by_one_key() -> None:
    failed = RunSummary(
        run="0003-seed-cnn", state="failed", started=1.0, model="seed-cnn", epoch=2, epochs=10, sample=True, lr=0.5,
        resumable=True, problem="the loss became nan at step 81 with learning rate 0.5",
    )  # fmt: skip
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(), RunsListed(runs=[failed]))
        await pilot.press("4")
        await tell(app, pilot)
        assert "at step 81 with learning rate 0.5" in screen_text(app)
        await pilot.press("L")
        await pilot.pause()
        assert app.engine.sent_of(ResumeRun)[-1] == ResumeRun(run=failed.run, changes={"lr": 0.05})


async def test_nothing_is_resumed_while_something_trains() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING), RunsListed(runs=[OLD]))
        await press(app, pilot, "4", "R")
        assert not app.engine.sent_of(ResumeRun)
        await tell(app, pilot, STOPPED)
        await press(app, pilot, "R")
        assert app.engine.sent_of(ResumeRun) == [ResumeRun(run=OLD.run)]


async def test_a_resumed_run_has_the_log_to_itself_and_old_failures_are_no_news() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING), STOPPED, CommandFailed(reason="no"))
        notes = len(told(app))
        resumed = snapshot(started("0002-lenet5"), epoch_done(1, "0002-lenet5"), epoch_done(2, "0002-lenet5"))
        await tell(app, pilot, resumed)
        pane = app.screen.query_one(LogPane)
        lines = "\n".join(line.text for line in pane.lines)
        assert RUN not in lines
        assert [lines.count(f"epoch {epoch}:") for epoch in (1, 2)] == [1, 1]
        assert len(told(app)) == notes


async def test_a_past_run_has_its_own_log_under_its_charts() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING), past(started(OLD.run), epoch_done(1, OLD.run, 0.75)))
        pane = app.screen.query_one(LogPane)
        lines = "\n".join(line.text for line in pane.lines)
        assert "accuracy 75.00" in lines
        assert RUN not in lines
        assert pane.border_title == f"log of {OLD.run}"
        await tell(app, pilot, epoch_done(2))
        assert "\n".join(line.text for line in pane.lines) == lines
        await press(app, pilot, "escape")
        lines = "\n".join(line.text for line in pane.lines)
        assert OLD.run not in lines
        assert [lines.count(f"epoch {epoch}:") for epoch in (1, 2)] == [1, 1]


async def test_a_past_run_whose_log_is_damaged_says_what_is_lost() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(), RunOpened(summary=OLD, history=[epoch_done(1, OLD.run)], skipped=1))
        assert told(app) == [f"{OLD.run} cannot be shown, as the beginning of its log is lost."]
        await tell(app, pilot, RunOpened(summary=OLD, history=[started(OLD.run), epoch_done(1, OLD.run)], skipped=2))
        assert told(app)[1:] == [f"{OLD.run}: 2 lines of its log cannot be read, and are left out."]


async def test_the_end_of_a_run_is_told_and_the_list_read_again() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        before = len(app.engine.sent_of(ListRuns))
        await tell(app, pilot, RunEnded(run=RUN, step=400, time=2.0, state="finished"))
        assert "finished" in screen_text(app)
        assert len(app.engine.sent_of(ListRuns)) == before + 1
