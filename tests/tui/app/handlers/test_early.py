"""What is pressed before there is an engine, or after it is gone, is not lost."""

import asyncio

from fake_engine import DATA, READY, FakeApp, FakeClient, snapshot, tell

from engine.vocabulary.messages import EditRun, EngineReady, RunsListed, Snapshot, StartRun
from tests.tui.app.screen_text import OLD, TRAINING, screen_text
from tests.tui.coach.fake_rule import press
from tui.screens.dialogs import Question
from tui.screens.run_questions import TextQuestion


class SlowApp(FakeApp):
    """An app whose engine is there when it is told so."""

    def __init__(self) -> None:
        super().__init__()
        self.there = asyncio.Event()

    async def connect(self) -> FakeClient:  # type: ignore[override]
        await self.there.wait()
        return await super().connect()


async def test_a_run_wanted_before_there_is_an_engine_begins_once_when_it_is_ready() -> None:
    app = SlowApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await press(app, pilot, "t", "t")
        assert "training begins as soon as the engine is ready" in screen_text(app)
        app.there.set()
        await tell(app, pilot, Snapshot(events=[]))
        await press(app, pilot, "t")
        assert not app.engine.sent_of(StartRun)  # it is still loading torch
        await tell(app, pilot, EngineReady(device="cpu", device_name="", torch="2", threads=1), DATA)
        assert len(app.engine.sent_of(StartRun)) == 1
        await press(app, pilot, "5", "f5")
        assert "as soon as" not in screen_text(app)


async def test_where_the_engine_turns_out_to_train_the_run_wanted_early_is_offered_to_wait() -> None:
    app = SlowApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await press(app, pilot, "t")
        app.there.set()
        await tell(app, pilot, snapshot(*TRAINING))
        assert isinstance(app.screen, Question)
        assert not app.engine.sent_of(StartRun)


async def test_a_run_wanted_from_an_engine_that_does_not_come_is_not_started_by_the_next() -> None:
    app = SlowApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await press(app, pilot, "t")
        app.there.set()
        app.engine.incoming.put_nowait(None)
        await tell(app, pilot)
        await press(app, pilot, "e")
        await tell(app, pilot, Snapshot(events=[READY, DATA]))
        assert not app.engine.sent_of(StartRun)


async def test_a_name_that_is_refused_stays_in_its_field_with_the_reason() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot(), RunsListed(runs=[OLD]))
        app.engine.refusal = "No space left on device"
        await press(app, pilot, "4", "e", *"mine", "enter")
        text = screen_text(app)
        assert "mine" in text
        assert "No space left on device" in text
        app.engine.refusal = ""
        await press(app, pilot, "enter")
        assert app.engine.sent_of(EditRun)[-1] == EditRun(run=OLD.run, title="mine")
        assert not isinstance(app.screen, TextQuestion)


async def test_a_name_typed_while_the_engine_is_lost_is_taken_by_the_next_engine() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot(), RunsListed(runs=[OLD]))
        await press(app, pilot, "4", "e", *"mine")
        app.engine.incoming.put_nowait(None)
        await tell(app, pilot)
        assert app.state.link == "lost"
        await press(app, pilot, "enter")
        assert "mine" in screen_text(app)
        assert app.connections == 2
        await tell(app, pilot, snapshot())
        await press(app, pilot, "enter")
        assert app.engine.sent_of(EditRun) == [EditRun(run=OLD.run, title="mine")]
