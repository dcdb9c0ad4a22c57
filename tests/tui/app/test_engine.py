"""The app and its engine: commands that are refused, connections that end, engines of another version."""

import pytest
from fake_engine import FakeApp, epoch_done, snapshot, tell

from engine.vocabulary.messages import CommandFailed, ProtocolError, Shutdown, StartRun
from tests.tui.app.screen_text import TRAINING, screen_text
from tests.tui.screens.studies import STUDY, TRIALS, at_the_screen, began
from tui.screens.dialogs import Question


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


async def test_a_refused_command_is_told_with_its_reason() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(), CommandFailed(reason="a run is already training"))
        assert any("already training" in str(note.message) for note in app._notifications)


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


@pytest.mark.slow
async def test_a_study_whose_engine_is_lost_is_interrupted() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await at_the_screen(pilot, app, began(), *TRIALS)
        app.engine.incoming.put_nowait(None)
        await tell(app, pilot)
        assert not app.state.tuning
        assert f"{STUDY} interrupted" in screen_text(app)
