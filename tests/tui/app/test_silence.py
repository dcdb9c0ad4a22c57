"""The screen shows that its engine does not answer, or that its run makes no step, and when that is over."""

import asyncio

import msgspec
import pytest
from fake_engine import RUN, FakeApp, snapshot, started, steps, tell
from limits import LIMIT

from engine.vocabulary.messages import EngineFailed, Paused, RunEnded, Stop
from tui.screens.dialogs import Question
from tui.state.state import State
from tui.state.store import apply
from tui.widgets.run_bar import segments


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.link.watchdog.TICK", 0.01)
    monkeypatch.setattr("tui.link.watchdog.TELL_AFTER", 0.02)
    monkeypatch.setattr("tui.app.engine.SILENT", 0.03)


def words(state: State) -> str:
    return " ".join(text for text, _, _ in segments(state))


async def shown(app: FakeApp, pilot, words_wanted: str, *, there: bool = True) -> str:
    async with asyncio.timeout(LIMIT):
        while (words_wanted in words(app.state)) is not there:
            await pilot.pause(0.01)
    return words(app.state)


async def test_an_engine_that_does_not_answer_is_told_and_its_figures_are_no_news_any_more() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(started(epochs=9), steps(40, [1.0])))
        assert "images/s" in words(app.state)
        app.engine.answers.clear()
        told = await shown(app, pilot, "engine does not answer for")
        assert "(pid 1, " in told
        assert "images/s" not in told
        assert " left" not in told
        app.engine.answers.set()
        told = await shown(app, pilot, "engine does not answer for", there=False)
        assert "images/s" in told
        app.engine.answers.clear()
        await shown(app, pilot, "engine does not answer for")
        await tell(app, pilot, steps(80, [0.5]))  # heard again without an answer
        app.engine.answers.set()
        await shown(app, pilot, "engine does not answer for", there=False)


async def test_an_engine_that_has_nothing_to_say_but_answers_is_well() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(started(), Paused(run=RUN, step=0)))
        for _ in range(20):
            await pilot.pause(0.01)
        assert (app.state.silence, app.state.stalled) == ("", 0.0)


async def test_a_run_that_makes_no_step_is_told_until_it_makes_one() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(started(epochs=9), steps(40, [1.0])))
        app.engine.status = msgspec.structs.replace(app.engine.status, stalled=12.3)
        told = await shown(app, pilot, "no step for 12 s")
        assert "training" not in told
        assert "images/s" not in told
        app.engine.status = msgspec.structs.replace(app.engine.status, stalled=0.0)
        await tell(app, pilot, steps(80, [0.5]))
        assert "images/s" in await shown(app, pilot, "no step", there=False)


async def test_a_run_that_makes_no_step_can_be_ended_by_force_and_a_silent_engine_cannot_be_told() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(started(), steps(40, [1.0])))
        app.engine.status = msgspec.structs.replace(app.engine.status, stalled=12.3)
        await shown(app, pilot, "no step for 12 s")
        await pilot.press("S")
        await pilot.pause()
        assert isinstance(app.screen, Question)
        assert f"{RUN} has made no step for 12 s" in app.screen._text
        await pilot.press("w")
        await pilot.pause()
        assert app.engine.sent_of(Stop) == [Stop(force=True)]
        app.engine.answers.clear()
        await shown(app, pilot, "engine does not answer for")
        await pilot.press("S")
        await pilot.pause()
        assert not isinstance(app.screen, Question)
        assert app.engine.sent_of(Stop) == [Stop(force=True)]


async def test_the_reason_of_an_engine_that_failed_is_told_when_it_is_gone() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(started()), EngineFailed(reason="a process of the group is lost"))
        app.engine.incoming.put_nowait(None)
        async with asyncio.timeout(LIMIT):
            while app.state.link != "lost":
                await pilot.pause(0.01)
        assert "The engine ended: a process of the group is lost." in app.state.link_reason


def test_a_run_that_its_engine_gave_up_is_shown_with_the_reason() -> None:
    state = apply(State(link="live"), snapshot(started()))
    state = apply(state, RunEnded(run=RUN, step=3, time=1.0, state="interrupted", reason="no step for 60 s"))
    assert "interrupted" in words(state)
    assert state.run is not None
    assert (state.run.live, state.run.reason) == (False, "no step for 60 s")
    assert "no step for 60 s" in state.log[-1]
