"""The app and engines of several processes."""

import msgspec
from fake_engine import READY, RUN, FakeApp, FakeClient, snapshot, started, steps, tell
from textual.widgets import Input

from engine.vocabulary.messages import FindRate, ListRuns, Shutdown, StartRun
from tui.screens.setup import SetupScreen
from tui.widgets.config_form import FieldRow


async def replace_engine(app: FakeApp, pilot, first: FakeClient) -> None:
    """Let an engine end, and the one that the app then starts tell what it has."""
    first.incoming.put_nowait(None)
    while app.connections < 2:
        await pilot.pause()
    await tell(app, pilot, snapshot())


async def follow_to(app: FakeApp, pilot, successor: FakeClient) -> None:
    """Let the engine end, and wait until the app has attached to the one that took its place."""
    first = app.engine
    app.engine = first.successor = successor
    first.incoming.put_nowait(None)
    while not successor.sent_of(ListRuns):
        await pilot.pause()


async def test_a_run_of_more_processes_gets_an_engine_that_has_them() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 50)) as pilot:
        await tell(app, pilot, snapshot())
        first = app.engine
        await pilot.press("5")
        await pilot.pause()
        row = next(row for row in app.screen.query(FieldRow) if row.field.name == "processes")
        row.query_one(Input).value = "2"
        await pilot.pause()
        await pilot.press("f5")
        await pilot.pause()
        assert first.sent_of(StartRun) == []
        assert first.sent_of(Shutdown) == [Shutdown()]
        await replace_engine(app, pilot, first)
        assert app.engine.welcome.processes == 2
        [start] = app.engine.sent_of(StartRun)
        assert start.config.processes == 2


async def test_the_form_offers_what_the_engine_has() -> None:
    app = FakeApp(processes=4)
    async with app.run_test(size=(120, 50)) as pilot:
        await tell(app, pilot, snapshot())
        await pilot.press("5")
        await pilot.pause()
        assert isinstance(app.screen, SetupScreen)
        row = next(row for row in app.screen.query(FieldRow) if row.field.name == "processes")
        assert row.value == 4
        await pilot.press("t")
        [start] = app.engine.sent_of(StartRun)
        assert start.config.processes == 4


async def test_an_engine_that_lost_a_process_is_waited_for_and_followed() -> None:
    app = FakeApp(processes=2)
    async with app.run_test(size=(120, 36)) as pilot:
        run = msgspec.structs.replace(started(), config=started().config.replace({"processes": 2}))
        await tell(app, pilot, snapshot(run, steps(40, [1.0])))
        await follow_to(app, pilot, FakeClient(processes=2))
        await tell(app, pilot, snapshot(run, steps(80, [0.5])))
        assert app.connections == 1  # none was started
        assert (app.state.link, app.state.run.run if app.state.run else "") == ("live", RUN)
        assert app.state.run is not None
        assert app.state.run.live


async def test_an_engine_that_does_not_come_back_has_ended() -> None:
    app = FakeApp(processes=2)
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(started()))
        app.engine.incoming.put_nowait(None)
        while app.state.link != "lost":
            await pilot.pause()
        assert "The engine ended" in app.state.link_reason


STALE = msgspec.structs.replace(READY, stale="net.py:Net replaces torch.relu in other modules")


async def test_the_next_run_after_a_network_has_changed_the_engine_gets_a_new_one() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(), STALE)
        first = app.engine
        await pilot.press("t")
        await pilot.pause()
        assert first.sent_of(StartRun) == []
        assert first.sent_of(Shutdown) == [Shutdown()]
        await replace_engine(app, pilot, first)
        assert len(app.engine.sent_of(StartRun)) == 1


async def test_a_search_for_a_rate_in_a_changed_engine_gets_a_new_one_too() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(), STALE)
        first = app.engine
        app.post_message(SetupScreen.RateWanted(app.config))
        await pilot.pause()
        assert first.sent_of(FindRate) == []
        assert first.sent_of(Shutdown) == [Shutdown()]
        await replace_engine(app, pilot, first)
        assert len(app.engine.sent_of(FindRate)) == 1


async def test_another_screen_follows_to_the_new_engine_and_starts_none() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(), STALE)
        await follow_to(app, pilot, FakeClient())
        await tell(app, pilot, snapshot())
        assert (app.state.link, app.connections) == ("live", 1)
