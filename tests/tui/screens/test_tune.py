"""The tune screen, driven by keys, with a fake engine."""

import asyncio
from pathlib import Path

import pytest
from fake_engine import FakeApp, tell
from limits import LIMIT
from textual.widgets import Input

from engine.storage.presets import load_preset
from engine.vocabulary.messages import (
    CommandFailed,
    Continue,
    ImportancesTold,
    Pause,
    StartRun,
    StartStudy,
    Stop,
    StudyContinued,
    StudyEnded,
    StudyPaused,
)
from tests.tui.app.screen_text import screen_text
from tests.tui.screens.studies import STUDY, TRIALS, at_the_screen, began, trial
from tui.screens.setup import SetupScreen
from tui.screens.tune import TuneScreen
from tui.widgets.leaderboard import Leaderboard

pytestmark = pytest.mark.slow  # the whole form is mounted for each


SIZES = [(80, 24), (120, 36), (200, 50)]


MATTERS = ImportancesTold(study=STUDY, importances={"lr": 0.75, "batch_size": 0.25})


@pytest.mark.parametrize("size", SIZES)
async def test_before_the_first_study_the_screen_says_what_it_is_for(size: tuple[int, int]) -> None:
    app = FakeApp()
    async with app.run_test(size=size) as pilot:
        text = await at_the_screen(pilot, app)
        assert isinstance(app.screen, TuneScreen)
    assert "lr=log:1e-4..1e-1 batch_size=50,100,200" in text
    assert "F5 starts" in " ".join(text.split())


async def test_one_key_starts_the_search_from_the_form_of_setup() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await at_the_screen(pilot, app)
        app.config = app.config.replace({"dropout2d": 0.25, "epochs": 7})
        await pilot.press("f5")
        (command,) = app.engine.sent_of(StartStudy)
    assert command.base.differences() == {"dropout2d": 0.25, "epochs": 1}
    assert command.search == ["lr=log:1e-4..1e-1", "batch_size=50,100,200", "dropout=0..0.5"]
    assert (command.trials, command.sampler, command.pruner, command.name) == (20, "tpe", "median", "")


async def test_the_form_is_filled_in_and_f5_starts_while_enter_goes_to_the_next_field() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await at_the_screen(pilot, app)
        await pilot.press("f")
        assert app.focused is app.screen.query_one("#search", Input)
        for name, value in {
            "search": "weight_decay=log:1e-6..1e-2",
            "trials": "7",
            "epochs": "3",
            "name": "decay",
        }.items():
            app.screen.query_one(f"#{name}", Input).value = value
        await pilot.press("enter")
        await pilot.pause()
        assert not app.engine.sent_of(StartStudy)
        assert app.focused is app.screen.query_one("#trials", Input)
        await pilot.press("f5")
        await pilot.pause()
        (command,) = app.engine.sent_of(StartStudy)
    assert (command.search, command.trials, command.name) == (["weight_decay=log:1e-6..1e-2"], 7, "decay")
    assert command.base.epochs == 3


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [("search", "lr=2..1", "second bound"), ("search", "", "nothing to search"), ("trials", "0", "give 1 to"),
     ("trials", "many", "'many'"), ("epochs", "0", "out of range"), ("search", "epochs=1,2", "the same epochs")],
)  # fmt: skip
async def test_what_cannot_be_searched_is_said_and_nothing_starts(field: str, value: str, said: str) -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await at_the_screen(pilot, app)
        app.screen.query_one(f"#{field}", Input).value = value
        await pilot.press("f5")
        await pilot.pause()
        assert not app.engine.sent_of(StartStudy)
        assert said in " ".join(screen_text(app).split())
        assert not app._notifications
        await pilot.press("1", "6")
        await tell(app, pilot)
        assert said in " ".join(screen_text(app).split())  # until something is done about it
        app.screen.query_one(f"#{field}", Input).value = "7"
        await pilot.pause()
        assert said not in " ".join(screen_text(app).split())


@pytest.mark.parametrize("ascii", [False, True])
@pytest.mark.parametrize("size", SIZES)
async def test_a_study_is_drawn_at_every_size(size: tuple[int, int], ascii: bool) -> None:
    app = FakeApp(ascii=ascii)
    async with app.run_test(size=size) as pilot:
        text = await at_the_screen(pilot, app, began(), *TRIALS, MATTERS)
        table = app.screen.query_one(Leaderboard)
        shown = [str(cell) for cell in table.get_row_at(0)]
    assert "study-0001 tuning, 5/20 trials of 1 epoch, best 97.00 % (#3), base 91.00 %" in text
    assert "trial 6/20" in text.splitlines()[0]
    assert shown[:4] == ["3", "97.00 %", "0.004", "50"]
    assert "accuracy" in text
    assert "75 %" in text
    if ascii:
        assert text.isascii()


@pytest.mark.parametrize("size", [(40, 10), (20, 3), (1, 1)])
async def test_a_study_does_no_harm_to_a_small_screen(size: tuple[int, int]) -> None:
    app = FakeApp()
    async with app.run_test(size=size) as pilot:
        await at_the_screen(pilot, app, began(), *TRIALS, MATTERS)
        assert isinstance(app.screen, TuneScreen)


async def test_a_known_name_continues_that_study_with_its_own_ranges() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await at_the_screen(pilot, app)
        assert isinstance(app.screen, TuneScreen)
        app.screen.offer_names(["night", "study-0001"])
        await pilot.pause()
        assert "Studies in this folder: night, study-0001" in screen_text(app)
        app.screen.query_one("#name", Input).value = "night"
        app.screen.query_one("#trials", Input).value = "50"
        await pilot.press("f5")
        (command,) = app.engine.sent_of(StartStudy)
    assert (command.name, command.search, command.trials) == ("night", [], 50)


async def test_trials_arrive_live_and_the_best_comes_first() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await at_the_screen(pilot, app, began())
        for i in range(6):
            await tell(app, pilot, trial(i, state="running"), trial(i, 0.9 + i / 100))
            assert str(app.screen.query_one(Leaderboard).get_row_at(0)[0]) == (str(i) if i else "base")
        await tell(app, pilot, StudyEnded(study=STUDY, state="finished"))
        text = screen_text(app)
    assert "finished, 6/20 trials" in text
    assert "Ranges" in text  # another one can be begun


async def test_space_pauses_the_study_and_capital_s_stops_it_after_asking() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await at_the_screen(pilot, app, began(), *TRIALS)
        await pilot.press("t")
        await pilot.pause()
        assert not app.engine.sent_of(StartRun)
        await pilot.press("escape")  # the run may wait
        await pilot.pause()
        await pilot.press("space")
        assert len(app.engine.sent_of(Pause)) == 1
        await tell(app, pilot, StudyPaused(study=STUDY))
        assert "paused" in screen_text(app).splitlines()[0]
        await pilot.press("space")
        assert len(app.engine.sent_of(Continue)) == 1
        await tell(app, pilot, StudyContinued(study=STUDY))
        await pilot.press("S")
        await pilot.pause()
        assert f"Stop study {STUDY}?" in screen_text(app)
        await pilot.press("s")
        await pilot.pause()
        assert len(app.engine.sent_of(Stop)) == 1


@pytest.mark.parametrize(("key", "stops"), [("l", 0), ("s", 1)])
async def test_leaving_asks_what_becomes_of_the_study(key: str, stops: int) -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await at_the_screen(pilot, app, began(), *TRIALS)
        await pilot.press("q")
        await pilot.pause()
        assert f"Study {STUDY} is tuning" in screen_text(app)
        await pilot.press(key)
        await pilot.pause()
        assert app._exit
        assert len(app.engine.sent_of(Stop)) == stops


async def test_the_chosen_trial_fills_the_form_of_setup_and_trains_in_full() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        ended = StudyEnded(study=STUDY, state="finished")
        await at_the_screen(pilot, app, began(dropout=0.25), *TRIALS[:5], ended)
        app.config = app.config.replace({"data": "/my/data", "epochs": 7})
        await pilot.press("down", "enter")
        await pilot.pause()
        assert isinstance(app.screen, SetupScreen)
        await pilot.press("f5")
        await pilot.pause()
        (command,) = app.engine.sent_of(StartRun)
    expected = {"epochs": 7, "dropout": 0.25, "lr": 0.002, "data": "/my/data"}  # a trial has few epochs
    assert command.config.differences() == expected


async def test_the_chosen_trial_is_pinned_as_a_preset(tmp_path: Path) -> None:
    app = FakeApp()
    app.checkpoints = tmp_path
    async with app.run_test(size=(80, 24)) as pilot:
        await at_the_screen(pilot, app, began(dropout=0.25), *TRIALS)
        await pilot.press("P")
        await pilot.pause()
        await pilot.press(*"mine", "enter")
        async with asyncio.timeout(LIMIT):
            while not any("--preset mine" in note.message for note in app._notifications):
                await pilot.pause(0.01)
    changes = load_preset(tmp_path, "mine").changes
    assert changes == {"dropout": 0.25, "lr": 0.004, "batch_size": 50}


async def test_a_storage_that_takes_nothing_is_told_on_every_screen() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        trouble = StudyPaused(study=STUDY, reason="studies/x.journal: No space left on device")
        text = await at_the_screen(pilot, app, began(), *TRIALS, trouble)
        assert "waiting for its storage" in text.splitlines()[0]
        assert "No space left" in text


async def test_without_optuna_the_screen_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.widgets.study_hint.can_tune", lambda: False)
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        text = await at_the_screen(pilot, app)
        await tell(app, pilot, CommandFailed(reason="tuning needs Optuna"))
    assert "mnist-tui[tune]" in text
