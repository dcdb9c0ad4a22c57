"""The studies of a folder on the tune screen: listed, opened, continued; and what is wrong with one."""

import pytest
from fake_engine import FakeApp, snapshot, tell
from textual.widgets import Input

from engine.vocabulary.messages import (
    CommandFailed,
    ListStudies,
    OpenStudy,
    StartStudy,
    StudiesListed,
    StudyEnded,
    StudyOpened,
    StudySummary,
    TrialSummary,
)
from tests.tui.app.screen_text import screen_text
from tests.tui.screens.studies import STUDY, TRIALS, at_the_screen, began
from tui.widgets.studies import FieldTable, StudyTable

pytestmark = pytest.mark.slow  # the whole form is mounted for each


BEST = TrialSummary(number=3, state="finished", accuracy=0.97)
NIGHT = StudySummary(
    study="night", changed=1.0, trials=5, target=20, epochs=3, best=BEST, search=["lr=log:0.0001..0.1"]
)
DONE = StudySummary(study=STUDY, changed=1.0, trials=5, target=5, epochs=1, best=BEST)
BROKEN = StudySummary(study="broken", changed=1.0, problem="is not an Optuna journal; restore it")
LISTED = StudiesListed(studies=[NIGHT, DONE, BROKEN])
HISTORY = [began(5), *TRIALS[:5], StudyEnded(study=STUDY, state="finished")]
OPENED = StudyOpened(summary=DONE, history=HISTORY)


@pytest.fixture(autouse=True)
def _one_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.tuning.files.study_names", lambda _: ["night", STUDY, "broken"])


async def with_studies(pilot, app: FakeApp) -> str:
    await at_the_screen(pilot, app)
    assert app.engine.sent_of(ListStudies)
    await tell(app, pilot, LISTED)
    return screen_text(app)


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
async def test_old_studies_are_a_list_with_their_best(size: tuple[int, int]) -> None:
    app = FakeApp()
    async with app.run_test(size=size) as pilot:
        text = await with_studies(pilot, app)
        assert isinstance(app.focused, StudyTable)
    assert "night" in text
    assert "97.00 % (#3)" in text
    assert "5/20" in text


async def test_a_study_is_opened_and_left_by_keys() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await with_studies(pilot, app)
        await pilot.press("j", "enter")
        assert [command.study for command in app.engine.sent_of(OpenStudy)] == [STUDY]
        await tell(app, pilot, OPENED)
        text = screen_text(app)
        assert f"{STUDY} finished, 5/5 trials of 1 epoch, best 97.00 % (#3)" in text
        assert "Ranges" in text
        await pilot.press("escape")
        await tell(app, pilot)
        assert isinstance(app.focused, StudyTable)
        assert "night" in screen_text(app)


@pytest.mark.parametrize(("keys", "name", "trials", "epochs"), [("c", "night", "20", "3"), ("j c", STUDY, "25", "1")])
async def test_a_study_goes_on_from_the_list(keys: str, name: str, trials: str, epochs: str) -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await with_studies(pilot, app)
        await pilot.press(*keys.split())
        assert app.screen.query_one("#name", Input).value == name
        await pilot.press("f5")
        (command,) = app.engine.sent_of(StartStudy)
    assert (command.name, command.search, str(command.trials), str(command.base.epochs)) == (name, [], trials, epochs)


async def test_what_is_wrong_with_a_study_stays_on_the_screen() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await with_studies(pilot, app)
        await pilot.press("G", "enter")
        await pilot.pause()
        assert not app.engine.sent_of(OpenStudy)
        for keys in ("1", "6"):
            await pilot.press(keys)
            await tell(app, pilot)
        assert "broken cannot be opened: is not an Optuna journal; restore it" in screen_text(app)


async def test_a_study_that_the_engine_cannot_open_says_why_until_another_key_helps() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await with_studies(pilot, app)
        await pilot.press("enter")
        await tell(app, pilot, CommandFailed(reason="there is no study 'night'"))
        assert "night cannot be opened: there is no study 'night'" in screen_text(app)


async def test_a_past_study_does_not_hide_the_one_that_begins() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await with_studies(pilot, app)
        await pilot.press("j", "enter")
        await tell(app, pilot, OPENED, began(9).__class__(**{**as_dict(began(9)), "study": "new"}))
        assert "new tuning, 0/9 trials" in screen_text(app)


def as_dict(event: object) -> dict[str, object]:
    return {name: getattr(event, name) for name in event.__struct_fields__}  # type: ignore[attr-defined]


async def test_enter_on_a_field_adds_it_to_the_ranges_and_takes_it_out() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot())
        await at_the_screen(pilot, app)
        app.screen.query_one(FieldTable).focus()
        search = app.screen.query_one("#search", Input)
        before = search.value
        await pilot.press("j", "enter")
        await pilot.pause()
        assert search.value == f"{before} optimizer=adam,adamw,sgd,nesterov"
        await pilot.press("enter")
        await pilot.pause()
        assert search.value == before
