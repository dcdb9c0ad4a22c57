"""The screen Inside where something is missing: answers, a network, room, an engine."""

import msgspec
import pytest
from fake_engine import RUN, FakeApp, snapshot, started, tell

from engine.vocabulary.messages import (
    CommandFailed,
    Explain,
    MapDigits,
    MeasureLayers,
    RunEnded,
    ShowLayers,
)
from tests.tui.app.screen_text import screen_text
from tests.tui.coach.fake_rule import press
from tests.tui.inside.answered import Answered, opened, settle
from tests.tui.pictures.answers import AnsweringClient
from tui.state.actions.lookup import NAVIGATION
from tui.widgets.inside.layer_strips import LayerStrips
from tui.widgets.inside.reasons import Reasons

VIEWS = ("f", "w", "y", "m")


async def test_a_network_that_has_no_answer_says_why_on_its_view_and_another_method_may_have_one() -> None:
    class NoGradient(AnsweringClient):
        def answer(self, command):
            if isinstance(command, Explain) and command.method != "occlusion":
                reason = "its outputs have no gradient: occlusion, which needs none, can still tell why"
                return CommandFailed(reason=reason, reply_to=command.id)
            return super().answer(command)

    app = Answered(NoGradient)
    told = []
    app.notify = lambda message, **_: told.append(message)  # type: ignore[method-assign]
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(app, pilot, "y")
        assert "its outputs have no gradient" in screen_text(app)
        asked = len(app.engine.sent_of(Explain))
        await settle(app, pilot)
        assert len(app.engine.sent_of(Explain)) == asked  # a refusal is no reason to ask for ever
        await press(app, pilot, "o", "o")
        await settle(app, pilot)
        assert "by occlusion" in screen_text(app)
        assert "no gradient" not in screen_text(app)
        assert screen.query_one(Reasons).pictures
        assert told == []


@pytest.mark.parametrize("key", VIEWS)
async def test_without_weights_every_view_says_what_to_do_and_asks_nothing(key: str) -> None:
    app = Answered()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot())
        await press(app, pilot, "8", key, "n", "enter", "c", "o", "slash", "escape")
        assert "Press t to train one" in screen_text(app)
        assert not app.engine.sent_of(ShowLayers) + app.engine.sent_of(MapDigits)


@pytest.mark.parametrize("key", VIEWS)
@pytest.mark.parametrize("size", [(60, 20), (300, 80), (20, 5)])
async def test_every_view_takes_the_keys_of_lists_at_every_size(size: tuple[int, int], key: str) -> None:
    app = Answered()
    async with app.run_test(size=size) as pilot:
        screen = await opened(app, pilot, key)
        await press(app, pilot, *"jklhGg", "down", "up", "left", "right", "home", "end", "pageup", "pagedown")
        await settle(app, pilot)
        assert screen.in_front.first.has_focus


async def test_another_run_takes_away_what_was_shown_of_the_last_one() -> None:
    class OnlyTheFirst(AnsweringClient):
        def answer(self, command):
            return super().answer(command) if getattr(command, "run", RUN) in ("", RUN) else None

    app = Answered(OnlyTheFirst)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await opened(app, pilot, "y")
        assert screen.query_one(Reasons).pictures
        ended = RunEnded(run=RUN, step=50, time=2.0, state="stopped")
        await tell(app, pilot, ended, started("0002-seed-cnn"))
        await settle(app, pilot)
        assert not screen.query_one(Reasons).pictures
        assert app.engine.sent_of(Explain)[-1].run == "0002-seed-cnn"


async def test_names_of_layers_are_inert() -> None:
    class Hostile(AnsweringClient):
        def answer(self, command):
            answer = super().answer(command)
            if isinstance(command, ShowLayers):
                named = [msgspec.structs.replace(layer, name="[bold]\x1b]0;owned\x07") for layer in answer.layers]
                return msgspec.structs.replace(answer, layers=named)
            if isinstance(command, MeasureLayers):
                named = [msgspec.structs.replace(layer, name="[/nope]\x1b[2J") for layer in answer.layers]
                return msgspec.structs.replace(answer, layers=named)
            return answer

    app = Answered(Hostile)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        assert "[bold]" in screen_text(app)
        assert "\x1b" not in screen_text(app)
        await press(app, pilot, "w")
        await settle(app, pilot)
        assert "[/nope]" in screen_text(app)
        assert "\x1b" not in screen_text(app)


async def test_the_weights_of_the_moment_are_asked_for_by_a_key() -> None:
    app = Answered()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot, "w")
        assert len(app.engine.sent_of(MeasureLayers)) == 1
        await press(app, pilot, "u")
        await settle(app, pilot)
        assert len(app.engine.sent_of(MeasureLayers)) == 2


async def test_an_engine_that_cannot_be_asked_is_named_and_what_was_shown_stays() -> None:
    app = Answered()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        app.engine.incoming.put_nowait(None)
        await settle(app, pilot)
        assert "No engine is running, so nothing can be asked. Press e to start one." in screen_text(app)
        assert "filters of conv1" in screen_text(app)


async def test_all_screens_are_named_in_60_columns() -> None:
    app = FakeApp()
    async with app.run_test(size=(60, 20)) as pilot:
        await tell(app, pilot, snapshot())
        line = screen_text(app).splitlines()[1]
        assert all(f"{key}" in line and name in line for key, _, name in NAVIGATION)


async def test_a_digit_that_was_looked_at_before_is_shown_again_without_a_question() -> None:
    app = Answered()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        await press(app, pilot, "n")
        await settle(app, pilot)
        assert "test #1: predicted" in screen_text(app)
        asked = len(app.engine.sent_of(ShowLayers))
        await press(app, pilot, "p")
        assert "test #0: predicted" in screen_text(app)
        assert len(app.engine.sent_of(ShowLayers)) == asked


async def test_layers_that_do_not_fit_into_one_answer_are_asked_for_one_after_the_other() -> None:
    class OneByOne(AnsweringClient):
        def answer(self, command):
            answer = super().answer(command)
            if isinstance(command, ShowLayers):
                return msgspec.structs.replace(answer, layers=answer.layers[:1])
            return answer

    app = Answered(OneByOne)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(app, pilot)
        await press(app, pilot, "G")
        await settle(app, pilot)
        assert None not in screen.query_one(LayerStrips).strips
        asked = len(app.engine.sent_of(ShowLayers))
        await settle(app, pilot)
        assert len(app.engine.sent_of(ShowLayers)) == asked
