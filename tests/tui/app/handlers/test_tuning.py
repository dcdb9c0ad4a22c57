"""A trial becomes a run, and studies are listed."""

import pytest
from fake_engine import RUN, FakeApp, tell

from engine.vocabulary.messages import RunEnded, StartRun, Steer, Stop, StudyEnded
from tests.tui.app.screen_text import TRAINING, screen_text
from tests.tui.coach.fake_rule import press
from tests.tui.screens.studies import STUDY, TRIALS, at_the_screen, began
from tui.screens.dialogs import Question
from tui.screens.tune import TuneScreen

STOPPED = RunEnded(run=RUN, step=50, time=1.0, state="stopped")


@pytest.mark.slow
async def test_a_trial_is_not_put_into_the_form_that_steers_another_run() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await at_the_screen(pilot, app, began(), *TRIALS[:5], StudyEnded(study=STUDY, state="finished"))
        await tell(app, pilot, *TRAINING)
        await press(app, pilot, "o")
        assert isinstance(app.screen, Question)
        await press(app, pilot, "k")
        assert isinstance(app.screen, TuneScreen)
        assert not app.engine.sent_of(Stop)
        await press(app, pilot, "o", "s")
        assert len(app.engine.sent_of(Stop)) == 1
        await tell(app, pilot, STOPPED)
        await press(app, pilot, "f5")
        assert not app.engine.sent_of(Steer)
        [start] = app.engine.sent_of(StartRun)
        assert start.config.lr == 0.004


@pytest.mark.slow
async def test_the_names_of_studies_are_read_again_when_one_begins_or_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    names: list[str] = []
    monkeypatch.setattr("engine.tuning.files.study_names", lambda checkpoints: list(names))
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await at_the_screen(pilot, app)
        names.append(STUDY)
        await tell(app, pilot, began(), *TRIALS[:5], StudyEnded(study=STUDY, state="finished"))
        while f"Studies in this folder: {STUDY}" not in screen_text(app):
            await pilot.pause()
