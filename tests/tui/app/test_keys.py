"""The app, driven by keys, with a fake engine."""

import asyncio
import itertools

import msgspec
import pytest
from fake_engine import RUN, FakeApp, digit, epoch_done, press_together, snapshot, started, steps, tell
from limits import LIMIT
from rich.text import Text
from textual.app import App
from textual.widgets import Input, Static

from engine.vocabulary.messages import (
    CommandFailed,
    Continue,
    DataFailed,
    DownloadData,
    ListRuns,
    OpenRun,
    Pause,
    Paused,
    Predict,
    Predicted,
    Printed,
    ProtocolError,
    ResumeRun,
    RunEnded,
    RunOpened,
    RunsListed,
    RunSummary,
    SavingFailed,
    Shutdown,
    StartRun,
    Steer,
    Steered,
    Stop,
)
from tests.tui.app.screen_text import OLD, SIZES, TRAINING, filtered_strips, filtered_text, screen_text
from tui.screens.confusion import ConfusionScreen
from tui.screens.dialogs import Question
from tui.screens.digits import DigitsScreen
from tui.screens.network import NetworkScreen
from tui.screens.runs import RunsScreen
from tui.screens.setup import SetupScreen
from tui.screens.train import TrainScreen
from tui.screens.tune import TuneScreen
from tui.widgets.config_form import FieldRow
from tui.widgets.confusion import ConfusionMatrix


async def test_the_first_screen_says_what_was_found_and_which_key_trains() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot())
        text = screen_text(app)
    assert "4,000 training and 1,000 test images" in text
    assert "the sample that ships with mnist-tui" in text
    assert "cpu, Test CPU" in text
    assert "t  train the seed network" in text


async def test_a_machine_that_is_always_late_does_not_freeze_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = itertools.count(0, 0.01)  # between any two looks at it, 10 ms have passed
    monkeypatch.setattr("textual._time.get_time", lambda: next(clock))
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.engine.incoming.put_nowait(snapshot(*TRAINING))
        async with asyncio.timeout(LIMIT):
            while "epoch 2/10" not in screen_text(app):
                await pilot.pause(0.01)
            await pilot.resize_terminal(120, 30)
            while app.screen.size != (120, 30):
                await pilot.pause(0.01)


@pytest.mark.parametrize("lost", [True, False])
async def test_a_frame_that_falls_into_a_batch_is_drawn_after_it(monkeypatch: pytest.MonkeyPatch, lost: bool) -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        drawn = asyncio.Event()
        monkeypatch.setattr(App, "_display", lambda self, screen, frame: drawn.set() if frame else None)
        with app.batch_update():
            if lost:
                app._display(app.screen, Text("a frame"))
                drawn.clear()
            else:
                app.screen.refresh()
                app.screen._on_timer_update()  # the screen's turn to draw
        async with asyncio.timeout(LIMIT):
            await drawn.wait()


async def test_one_key_trains_with_the_seed_configuration() -> None:
    app = FakeApp()
    async with app.run_test() as pilot:
        await tell(app, pilot, snapshot())
        await pilot.press("t")
        (command,) = app.engine.sent_of(StartRun)
    assert command.config.differences() == {}


@pytest.mark.parametrize("size", SIZES)
async def test_a_run_in_progress_is_drawn_at_every_size(size: tuple[int, int]) -> None:
    app = FakeApp()
    async with app.run_test(size=size) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        text = screen_text(app)
    assert RUN in text
    assert "training" in text
    assert "epoch 2/10" in text
    assert "loss" in text
    assert "accuracy" in text
    assert "test 90.00 %" in text


ALL_SIZES = [
    SIZES[0],
    *(pytest.param(size, marks=pytest.mark.slow) for size in (*SIZES[1:], (40, 10), (20, 3), (1, 1))),
]


@pytest.mark.parametrize("size", ALL_SIZES)
async def test_every_screen_opens_at_every_size(size: tuple[int, int]) -> None:
    app = FakeApp()
    async with app.run_test(size=size) as pilot:
        await tell(app, pilot, snapshot(*TRAINING), RunsListed(runs=[OLD]))
        for key, kind in {
            "2": DigitsScreen,
            "3": ConfusionScreen,
            "4": RunsScreen,
            "6": TuneScreen,
            "5": SetupScreen,
        }.items():
            await pilot.press(key)
            await tell(app, pilot, Predicted(run=RUN, step=50, digits=[digit()]))
            assert isinstance(app.screen, kind)
        await pilot.press("escape")
        assert isinstance(app.screen, TrainScreen)


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


async def test_what_the_engine_garbles_ends_the_conversation_and_not_the_screen() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        app.engine.incoming.put_nowait(ProtocolError("invalid \x1b]0;character"))
        while app.client is not None:
            await pilot.pause()
        assert app.engine.closed
        await pilot.pause()
        assert app.state.link == "lost"
        assert "invalid �]0;character" in app.state.link_reason
        await pilot.press("e")
        await tell(app, pilot, snapshot(*TRAINING))
        assert app.state.link == "live"


async def test_an_engine_of_another_version_is_watched_and_told_nothing() -> None:
    app = FakeApp(foreign=True)
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        assert isinstance(app.screen, Question)
        assert "version 9.9" in screen_text(app)
        await pilot.press("w")
        await tell(app, pilot, epoch_done(2))
        text = screen_text(app)
        assert "only watching" in text
        assert "epoch 3/10" in text
        for key in ("space", "S", "t", "R", "d", "2", "4", "1"):
            await pilot.press(key)
        assert not app.engine.sent
        await pilot.press("q")
        await pilot.pause()
        assert not app.is_running


async def test_an_engine_of_another_version_is_stopped_and_followed_by_one_of_ours() -> None:
    app = FakeApp(foreign=True)
    async with app.run_test() as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        await pilot.press("w")
        await pilot.press("e")
        await pilot.pause()
        await pilot.press("s")
        await pilot.pause()
        assert app.engine.sent_of(Shutdown) == [Shutdown()]
        app.engine.incoming.put_nowait(None)
        while app.connections < 2:
            await pilot.pause()
        await tell(app, pilot, snapshot())
        assert app.state.link == "live"
        await pilot.press("t")
        assert len(app.engine.sent_of(StartRun)) == 1


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


@pytest.mark.parametrize(("keys", "leaves"), [("ql", True), ("qc", False), ("qzl", True), ("qcSkqs", True)])
async def test_an_answer_that_was_typed_ahead_is_taken(keys: str, leaves: bool) -> None:
    app = FakeApp()
    async with app.run_test() as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        await press_together(app, pilot, *keys)
        assert app._exit is leaves
        assert len(app.engine.sent_of(Stop)) == ("s" in keys)


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


async def test_a_bad_value_is_shown_at_its_field_and_nothing_starts() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot())
        await pilot.press("5")
        app.screen.query_one("#field-lr", Input).value = "11"
        await pilot.pause()
        row = app.screen.query_one("#row-lr", FieldRow)
        assert "give more than 0 and at most 10" in row.render_line(0).text
        assert "Learning rate (lr): 11 is out of range" in screen_text(app)
        await pilot.press("f5")
        await pilot.pause()
        assert not app.engine.sent_of(StartRun)
        assert app.focused is row.input


async def test_the_form_shows_the_command_line_and_starts_what_it_shows() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot())
        await pilot.press("5")
        app.screen.query_one("#field-epochs", Input).value = "3"
        app.screen.query_one("#field-lr", Input).value = "0.01"
        await pilot.pause()
        assert "$ mnist-tui train --epochs 3 --lr 0.01" in screen_text(app)
        await pilot.press("f5")
        await pilot.pause()
        (command,) = app.engine.sent_of(StartRun)
    assert command.config.differences() == {"epochs": 3, "lr": 0.01}


async def test_letters_typed_in_a_field_are_text() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot())
        await pilot.press("5")
        app.screen.query_one("#field-data", Input).focus()
        await pilot.press("q", "t", "2")
        assert app.screen.query_one("#field-data", Input).value == "qt2"
        assert not app._exit
        assert not app.engine.sent_of(StartRun)


async def test_during_a_run_the_form_steers_what_can_be_steered() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        await pilot.press("5")
        await pilot.pause()
        assert app.screen.query_one("#field-batch_size", Input).disabled
        assert "needs a new run" in screen_text(app)
        app.screen.query_one("#field-lr", Input).value = "0.0005"
        await pilot.press("f5")
        await pilot.pause()
        assert [command.changes for command in app.engine.sent_of(Steer)] == [{"lr": 0.0005}]
        assert not app.engine.sent_of(StartRun)


async def test_what_was_steered_is_marked_on_the_chart_and_logged() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        steered = Steered(run=RUN, step=50, changes={"lr": 0.0005}, config=TRAINING[0].config.replace({"lr": 0.0005}))
        await tell(app, pilot, snapshot(*TRAINING, steered))
        text = screen_text(app)
    assert "lr 0.0005" in text
    assert "step 50: Learning rate is now 0.0005" in text


async def test_the_smallest_screen_shows_the_present_learning_rate_of_a_run_in_progress() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot(started(epochs=2, schedule="step", decay=0.5, decay_every=1)))
        assert "lr 0.001 " in screen_text(app).splitlines()[0]
        await tell(app, pilot, steps(40, [1.0]), epoch_done(1), steps(50, [0.5] * 10))
        assert "lr 0.0005 " in screen_text(app).splitlines()[0]
        await tell(app, pilot, RunEnded(run=RUN, step=80, time=9.0, state="finished"))
        assert "lr " not in screen_text(app).splitlines()[0]


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
        assert (app.engine.sent_of(Predict)[-1].start, app.engine.sent_of(Predict)[-1].step) == (6, 1)
        await tell(app, pilot, Predicted(run=RUN, step=50, start=6, digits=[digit(6)]))
        await pilot.press("p")
        assert (app.engine.sent_of(Predict)[-1].start, app.engine.sent_of(Predict)[-1].step) == (5, -1)
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


async def test_the_cursor_stays_with_its_run_when_a_newer_one_comes_into_the_list() -> None:
    runs = [
        RunSummary(
            run=f"{number:04}-seed-cnn", state="stopped", started=1.0, model="seed-cnn", epoch=1, epochs=10,
            sample=True, resumable=True,
        ) for number in range(9, 0, -1)
    ]  # fmt: skip
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(), RunsListed(runs=runs[1:]))
        await pilot.press("4")
        await tell(app, pilot)
        await pilot.press("down", "down", "down")
        await tell(app, pilot, RunsListed(runs=runs[:2], last=False))
        await tell(app, pilot, RunsListed(runs=runs[2:], first=False))
        await pilot.press("R")
        await pilot.pause()
        assert app.engine.sent_of(ResumeRun)[-1] == ResumeRun(run="0005-seed-cnn")


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


async def test_a_refused_command_is_told_with_its_reason() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(), CommandFailed(reason="a run is already training"))
        assert any("already training" in str(note.message) for note in app._notifications)


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


async def test_a_lost_engine_is_told_and_one_key_attaches_again() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        app.engine.incoming.put_nowait(None)
        await pilot.pause()
        await tell(app, pilot)
        assert "engine lost" in screen_text(app)
        assert "The engine ended" in app.state.log[-1]
        await pilot.press("e")
        await pilot.pause()
        await tell(app, pilot, snapshot())
        assert app.connections == 2
        assert "ready" in screen_text(app)


async def test_the_end_of_a_run_is_told_and_the_list_read_again() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        before = len(app.engine.sent_of(ListRuns))
        await tell(app, pilot, RunEnded(run=RUN, step=400, time=2.0, state="finished"))
        assert "finished" in screen_text(app)
        assert len(app.engine.sent_of(ListRuns)) == before + 1


async def test_text_from_outside_is_shown_inert() -> None:
    app = FakeApp()
    hostile = "\x1b]0;owned\x07[/nope][@click=app.quit]x\x9b31m\u202e"
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING), Printed(lines=[hostile]), CommandFailed(reason=hostile))
        await tell(
            app, pilot, DataFailed(reason=hostile), RunEnded(run=RUN, step=1, time=1, state="failed", reason=hostile)
        )
        text = screen_text(app)
    assert "[/nope]" in text
    assert not set(text) & set("\x1b\x07\x9b\u202e")


@pytest.mark.slow
async def test_ascii_mode_writes_nothing_but_ascii_on_any_screen() -> None:
    app = FakeApp(ascii=True)
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING), RunsListed(runs=[OLD]))
        for key in ("1", "2", "3", "4", "5", "escape", "question_mark"):
            await pilot.press(key)
            await tell(app, pilot, Predicted(run=RUN, step=50, digits=[digit()] * 7))
            assert filtered_text(app).isascii(), filtered_text(app)


async def test_under_no_color_nothing_is_coloured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        styles = [segment.style for strip in filtered_strips(app) for segment in strip if segment.style]
    assert styles
    assert all(style.color is None and style.bgcolor is None for style in styles)


async def test_every_action_of_the_table_exists() -> None:
    from tui.state.actions import ACTIONS

    owners = {
        "app": FakeApp,
        "train": TrainScreen,
        "digits": DigitsScreen,
        "runs": RunsScreen,
        "setup": SetupScreen,
        "tune": TuneScreen,
        "network": NetworkScreen,
    }
    for action in ACTIONS:
        assert hasattr(owners[action.scope], "action_" + action.name.partition("(")[0]), action


async def test_help_lists_every_key() -> None:
    from rich.console import Console

    from tui.screens.help import help_table
    from tui.state.actions import ACTIONS

    console = Console(width=400)
    with console.capture() as captured:
        console.print(help_table())
    text = captured.get()
    for action in ACTIONS:
        assert action.help in text


@pytest.mark.parametrize("key", ["T", "A"])
async def test_a_screen_that_comes_back_wears_what_was_chosen_elsewhere(key: str) -> None:
    app, other = FakeApp(), FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING))
        for each in ("2", key, "1"):
            await pilot.press(each)
        await pilot.pause()
        shown = app.screen._compositor.render_strips()
    async with other.run_test(size=(120, 36)) as pilot:
        await tell(other, pilot, snapshot(*TRAINING))
        await pilot.press(key)
        await pilot.pause()
        assert [list(strip) for strip in other.screen._compositor.render_strips()] == [list(strip) for strip in shown]


@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
async def test_columns_of_runs_that_do_not_fit_are_reached_by_keys_and_the_name_stays(size: tuple[int, int]) -> None:
    app = FakeApp()
    many = {"lr": 0.003, "weight_decay": 0.01, "dropout": 0.2, "label_smoothing": 0.1}
    async with app.run_test(size=size) as pilot:
        old = msgspec.structs.replace(OLD, changes=many, started=1.7e9)
        await tell(app, pilot, snapshot(), RunsListed(runs=[old]))
        await pilot.press("4")
        await tell(app, pilot)
        assert "started" not in screen_text(app)
        for key, back in (("right", "left"), ("l", "h")):
            await pilot.press(*[key] * 10)
            await tell(app, pilot)
            text = screen_text(app)
            assert "started" in text
            assert OLD.run in text
            assert "2023-11-1" in text
            await pilot.press(*[back] * 10)
            await tell(app, pilot)
            assert "state" in screen_text(app)


@pytest.mark.parametrize("key", ["5", "4"])
async def test_the_first_frame_of_a_screen_is_whole(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    app = FakeApp()
    frames: list[str] = []
    display = App._display

    def look(self: App, screen, renderable) -> None:
        if renderable is not None and not isinstance(app.screen, TrainScreen) and app._batch_count == 0:
            frames.append(screen_text(app))
        display(self, screen, renderable)

    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING), RunsListed(runs=[OLD]))
        monkeypatch.setattr(App, "_display", look)
        await pilot.press(key)
        await tell(app, pilot)
    for frame in frames[:1]:
        assert RUN in frame.splitlines()[0]
        if key == "5":
            assert "Learning rate" in frame
            assert "Batch size" in frame
