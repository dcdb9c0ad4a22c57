"""The table of runs: its cursor, and columns that do not fit."""

import msgspec
import pytest
from fake_engine import FakeApp, epoch_done, snapshot, started, tell

from engine.vocabulary.messages import (
    DeleteRun,
    EditRun,
    HistoryRead,
    OpenRun,
    ReadHistory,
    RestoreRun,
    ResumeRun,
    RunsListed,
    RunSummary,
)
from tests.tui.app.screen_text import OLD, TRAINING, screen_text
from tests.tui.coach.fake_rule import press
from tui.screens.runs import RunsScreen
from tui.widgets.run_list import RunList


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


async def test_on_the_first_line_the_cursor_stays_with_its_run_unless_the_list_is_sorted() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(), RunsListed(runs=FINISHED[:2]))
        await press(app, pilot, "4")
        assert isinstance(app.screen, RunsScreen)
        first = app.screen.query_one(RunList).current
        await tell(app, pilot, RunsListed(runs=FINISHED[::-1]))
        assert app.screen.query_one(RunList).current == first
        await press(app, pilot, "home")
        app.screen.sort_by("accuracy")
        app.screen.sort_by("accuracy")
        assert app.screen.query_one(RunList).cursor == 0


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


FINISHED = [
    RunSummary(
        run=f"{number:04}-seed-cnn", state="finished", started=1.0, model="seed-cnn", epoch=2, epochs=2, sample=True,
        test_accuracy=0.9 + number / 100, test_loss=1 / number, changes={"seed": number}, resumable=True,
    ) for number in (3, 2, 1)
]  # fmt: skip
SLOW_ONE = msgspec.structs.replace(
    FINISHED[0], run="0004-mlp", model="mlp", state="failed", test_accuracy=0.5, note="x"
)


async def with_runs(app: FakeApp, pilot) -> None:
    await tell(app, pilot, snapshot(), RunsListed(runs=[SLOW_ONE, *FINISHED]))
    await pilot.press("4")
    await tell(app, pilot)


def listed(app: FakeApp) -> list[str]:
    return [run.run[:4] for run in app.screen.query_one(RunList).runs]


async def test_the_list_is_filtered_with_each_letter_and_says_how_many_it_shows() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await with_runs(app, pilot)
        await press(app, pilot, "slash", *"acc>91")
        await tell(app, pilot)
        assert listed(app) == ["0003", "0002"]
        assert "2 of 4" in screen_text(app)
        await press(app, pilot, *" nonsense:1")
        await tell(app, pilot)
        assert "nonsense" in screen_text(app).splitlines()[3]
        await press(app, pilot, "escape")
        await tell(app, pilot)
        assert listed(app) == ["0004", "0003", "0002", "0001"]
        assert isinstance(app.focused, RunList)


async def test_the_list_is_sorted_by_a_key_and_the_same_again_reverses() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await with_runs(app, pilot)
        await press(app, pilot, "s", "down", "enter")
        await tell(app, pilot)
        assert listed(app) == ["0003", "0002", "0001", "0004"]
        await press(app, pilot, "s", "s")
        await tell(app, pilot)
        assert listed(app) == ["0004", "0001", "0002", "0003"]


async def test_marked_runs_keep_their_letters_and_their_histories_are_read_one_at_a_time() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await with_runs(app, pilot)
        await press(app, pilot, "down", "space", "space", "space")
        assert [mark.letter + mark.run[:4] for mark in app.state.marks] == ["a0003", "b0002", "c0001"]
        answered = 0
        while answered < len(asked := app.engine.sent_of(ReadHistory)):
            assert len(asked) == answered + 1
            name, answered = asked[-1].run, answered + 1
            lost = name == "0001-seed-cnn"
            history = [] if lost else [started(name), epoch_done(1, name)]
            await tell(app, pilot, HistoryRead(run=name, history=history, problem="it is gone" if lost else ""))
        assert {"0003-seed-cnn", "0002-seed-cnn", "0001-seed-cnn"} <= {command.run for command in asked}
        assert [letter for letter, _ in app.state.courses] == ["a", "b"]
        while "3 seeds of one configuration, mean accuracy 92.00 %" not in screen_text(app):
            await tell(app, pilot)
        assert "differs" in screen_text(app)
        await press(app, pilot, "up", "space")
        assert [mark.letter for mark in app.state.marks] == ["a", "c"]
        await press(app, pilot, "escape")
        assert app.state.marks == ()


async def test_a_run_gets_a_star_a_name_and_a_note() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await with_runs(app, pilot)
        await press(app, pilot, "asterisk")
        await tell(app, pilot)
        await press(app, pilot, "e", *"best", "enter")
        await tell(app, pilot)
        await press(app, pilot, "n", *"yz", "enter")
        await tell(app, pilot)
        assert app.engine.sent_of(EditRun) == [
            EditRun(run="0004-mlp", star=True),
            EditRun(run="0004-mlp", title="best"),
            EditRun(run="0004-mlp", note="xyz"),
        ]


async def test_a_run_is_deleted_after_a_question_and_brought_back_by_a_key() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await with_runs(app, pilot)
        await press(app, pilot, "D", "c")
        await tell(app, pilot)
        assert not app.engine.sent_of(DeleteRun)
        await press(app, pilot, "D", "d")
        await tell(app, pilot)
        assert app.engine.sent_of(DeleteRun) == [DeleteRun(run="0004-mlp")]
        await press(app, pilot, "U")
        await tell(app, pilot)
        assert app.engine.sent_of(RestoreRun) == [RestoreRun(run="0004-mlp")]


async def test_a_run_is_cloned_into_the_form() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await with_runs(app, pilot)
        await press(app, pilot, "G", "c")
        await tell(app, pilot)
        assert app.config.differences() == {"seed": 1, "epochs": 2}
        assert app.current_mode == "setup"


async def test_the_live_run_has_its_present_figures_in_the_list() -> None:
    live = msgspec.structs.replace(OLD, run="0001-seed-cnn", state="running", epoch=0, test_accuracy=None)
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING), RunsListed(runs=[live]))
        await press(app, pilot, "4")
        await tell(app, pilot)
        row = next(line for line in screen_text(app).splitlines()[2:] if "0001-seed-cnn  training" in line)
        assert "90.00 %" in row
        assert "1/10" in row


async def test_the_mouse_marks_stars_sorts_and_opens() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await with_runs(app, pilot)
        await pilot.click(RunList, offset=(0, 2))
        await pilot.click(RunList, offset=(2, 2))
        await tell(app, pilot)
        assert [mark.run for mark in app.state.marks] == ["0003-seed-cnn"]
        assert app.engine.sent_of(EditRun) == [EditRun(run="0003-seed-cnn", star=True)]
        head = screen_text(app).splitlines()[3]
        await pilot.click(RunList, offset=(head.index("accuracy"), 0))
        await tell(app, pilot)
        assert listed(app)[0] == "0003"
        await pilot.click(RunList, offset=(8, 2), times=2)
        await tell(app, pilot)
        assert app.engine.sent_of(OpenRun) == [OpenRun(run="0002-seed-cnn")]


@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
async def test_where_there_is_no_room_a_key_shows_the_details_and_another_the_list(size: tuple[int, int]) -> None:
    app = FakeApp()
    async with app.run_test(size=size) as pilot:
        await with_runs(app, pilot)
        assert "parameters" not in screen_text(app)
        await press(app, pilot, "i")
        await tell(app, pilot)
        assert "parameters" in screen_text(app)
        await press(app, pilot, "escape")
        await tell(app, pilot)
        assert "parameters" not in screen_text(app)
