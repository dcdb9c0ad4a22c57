"""Runs that wait: put into the queue from the app, moved, edited and removed by keys."""

import pytest
from fake_engine import RUN, FakeApp, snapshot, tell

from engine.storage.runs.lineage import Checkpoint
from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    EditQueued,
    Enqueue,
    Enqueued,
    MoveQueued,
    QueueChanged,
    QueuedRun,
    RemoveQueued,
    RunEnded,
    RunsListed,
    StartRun,
    Stop,
)
from tests.tui.app.screen_text import OLD, TRAINING, screen_text
from tests.tui.coach.fake_rule import press
from tui.screens.dialogs import Question
from tui.widgets.queue_list import QueueList

WAITING = QueueChanged(
    runs=[QueuedRun(id=3, config=RunConfig(seed=3)), QueuedRun(id=4, config=RunConfig(lr=0.5), problem="no data")]
)


async def test_t_during_a_run_asks_whether_the_run_of_the_form_is_to_wait() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        await pilot.press("t")
        await pilot.pause()
        assert isinstance(app.screen, Question)
        assert not app.engine.sent_of(Enqueue)
        await pilot.press("q")
        await pilot.pause()
        assert len(app.engine.sent_of(Enqueue)) == 1
        assert not app.engine.sent_of(StartRun)


async def test_waiting_runs_are_counted_in_the_header_and_moved_and_removed_on_runs() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING), WAITING)
        assert "1 waiting" in screen_text(app)
        await pilot.press("4")
        await tell(app, pilot)
        text = screen_text(app)
        assert "seed 3" in text
        assert "could not start: no data" in text
        app.screen.query_one(QueueList).query_one("OptionList").focus()
        await pilot.press("J", "D")
        await pilot.pause()
        assert app.engine.sent_of(MoveQueued) == [MoveQueued(queued=3, place=1)]
        assert app.engine.sent_of(RemoveQueued) == [RemoveQueued(queued=3)]


async def test_while_the_queue_is_in_focus_no_key_acts_on_a_run_of_the_list() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING), WAITING, RunsListed(runs=[OLD]))
        await press(app, pilot, "4")
        app.screen.query_one(QueueList).query_one("OptionList").focus()
        await press(app, pilot, "space", "n")
        assert app.state.marks == ()
        assert app.screen.query_one(QueueList).has_focus_within


async def test_stopping_a_run_asks_whether_the_queue_goes_on() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING), WAITING)
        await pilot.press("S")
        await pilot.pause()
        await pilot.press("p")
        await pilot.pause()
        assert [command.pause_queue for command in app.engine.sent_of(Stop)] == [True]


async def test_the_form_says_that_it_has_a_waiting_run_and_a_clone_is_a_new_one() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING), WAITING, RunsListed(runs=[OLD]))
        app.on_queue_list_edit_wanted(QueueList.EditWanted(app.state.queue[0]))
        await tell(app, pilot)
        assert "A waiting run; F5 puts it back" in screen_text(app)
        await press(app, pilot, "F", "Q")
        assert "A waiting run" not in screen_text(app)
        assert len(app.engine.sent_of(Enqueue)) == 1
        assert not app.engine.sent_of(EditQueued)


async def test_the_form_says_that_it_has_a_fork_until_it_is_a_new_run_again() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot())
        app.fork = "0012-seed-cnn@10"
        await press(app, pilot, "5")
        text = screen_text(app)
        assert "A fork of 0012, epoch 10, on the sample; F5 trains" in text
        assert "--fork 0012-seed-cnn@10" in text
        await press(app, pilot, "F")
        text = screen_text(app)
        assert "A new run on the sample" in text
        assert "--fork" not in text
        await press(app, pilot, "t")
        assert [command.fork for command in app.engine.sent_of(StartRun)] == [""]


async def test_q_puts_the_run_of_the_form_into_the_queue_and_says_where(monkeypatch: pytest.MonkeyPatch) -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        app.fill_form(RunConfig(seed=8))

        async def answer(command: Enqueue, kind: type) -> Enqueued:
            app.engine.sent.append(command)
            return Enqueued(queued=1, place=2)

        monkeypatch.setattr(app.engine, "request", answer)
        await press(app, pilot, "Q")
        [sent] = app.engine.sent_of(Enqueue)
        assert (sent.config.seed, sent.fork) == (8, "")
        assert any("after 2 others" in each.message for each in app._notifications)
        assert not app.engine.sent_of(StartRun)


async def test_a_waiting_run_that_is_edited_goes_back_to_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING), WAITING)
        await press(app, pilot, "4")
        app.screen.query_one(QueueList).query_one("OptionList").focus()
        await press(app, pilot, "j", "enter")
        assert app.current_mode == "setup"
        assert app.config.lr == 0.5
        await press(app, pilot, "Q")
        assert app.engine.sent_of(EditQueued) == [EditQueued(queued=4, config=RunConfig(lr=0.5))]
        assert not app.engine.sent_of(Enqueue)


async def test_f_asks_for_a_checkpoint_fills_in_the_form_and_the_next_run_is_a_fork(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = FakeApp()
    config = RunConfig(seed=3, epochs=20)
    kept = [
        Checkpoint(name=name, file="x.pt", epoch=epoch, step=1, config=config, test_accuracy=0.98)
        for name, epoch in (("last", 12), ("10", 10))
    ]
    monkeypatch.setattr("engine.storage.runs.lineage.kept_checkpoints", lambda _: kept)
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING, RunEnded(run=RUN, step=80, time=1.0, state="finished")))
        await press(app, pilot, "F")
        assert "epoch 10: 98.00 %" in screen_text(app)
        await press(app, pilot, "2")
        assert app.current_mode == "setup"
        assert app.config == config
        assert app.fork == f"{RUN}@10"
        await press(app, pilot, "f5")
        assert [(command.config.seed, command.fork) for command in app.engine.sent_of(StartRun)] == [(3, f"{RUN}@10")]
        assert app.fork == ""


async def test_a_run_without_a_checkpoint_is_not_forked_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    app = FakeApp()
    monkeypatch.setattr("engine.storage.runs.lineage.kept_checkpoints", lambda _: [])
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        await press(app, pilot, "F")
        assert any("has no checkpoint yet" in each.message for each in app._notifications)
        assert app.current_mode == "train"
