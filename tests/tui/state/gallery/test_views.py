"""Ready-made views of the gallery, and the epochs and weights that it shows."""

import pytest
from fake_engine import RUN, FakeApp, snapshot, tell

from engine.vocabulary.messages import AskGallery, AskGalleryNow, CommandFailed, ComparePredictions, RunsListed
from tests.tui.app.screen_text import OLD, screen_text
from tests.tui.coach.fake_rule import press
from tests.tui.state.gallery.gallery_answers import ENDED, answered, asked, open_gallery, shown
from tui.state.gallery.answers import IDS

SIZE = (120, 36)


@pytest.fixture(autouse=True)
def _no_time_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cursor rests when a test says so, and live weights are looked at when it says so."""
    monkeypatch.setattr("tui.screens.digits.RESTING", 1e6)
    monkeypatch.setattr("tui.screens.digits.LIVE_EVERY", 1e6)


async def test_ready_made_views_are_lists_in_their_order_with_what_is_said_of_each_digit() -> None:
    app = FakeApp()
    async with app.run_test(size=SIZE) as pilot:
        await open_gallery(app, pilot)
        await press(app, pilot, "f", "j", "enter")
        await answered(app, pilot)
        assert shown(app) == [7, 3, 40]
        assert "most forgotten" in screen_text(app)
        assert "forgotten 2 times" in screen_text(app)
        await press(app, pilot, "f", "j", "j", "enter")
        assert "There are none: never learned" in screen_text(app)
        await press(app, pilot, "f", "j", "enter")
        assert shown(app) == [95, 90]
        assert "the first 2 of 20" in screen_text(app)
        await press(app, pilot, "f", "G", "k", "enter")
        await answered(app, pilot)
        assert shown(app) == [12]
        assert "✗ 2→7" in screen_text(app)
        assert "its label says 2" in screen_text(app)
        await press(app, pilot, "escape")
        await answered(app, pilot)
        assert len(shown(app)) == 100


async def test_where_a_marked_run_differs_is_a_view() -> None:
    app = FakeApp()
    async with app.run_test(size=SIZE) as pilot:
        await open_gallery(app, pilot)
        await tell(app, pilot, RunsListed(runs=[OLD]))
        await press(app, pilot, "4", "space", "2", "f", "G", "enter")
        await answered(app, pilot)
        assert [(each.a, each.b) for each in asked(app, ComparePredictions)] == [(RUN, OLD.run)]
        assert shown(app) == [30]
        assert "0001 says 1, 0000 says 0" in screen_text(app).replace("\n", " ")


async def test_epochs_that_were_kept_are_stepped_through() -> None:
    app = FakeApp()
    async with app.run_test(size=SIZE) as pilot:
        await tell(app, pilot, snapshot(*ENDED))
        await press(app, pilot, "2")
        await answered(app, pilot, epochs=3)
        await press(app, pilot, "left_square_bracket")
        await answered(app, pilot, epochs=3)
        assert asked(app, AskGallery)[-1].epoch == 2
        assert "after epoch 2" in screen_text(app)
        await press(app, pilot, "right_square_bracket")
        await answered(app, pilot, epochs=3)
        assert "after epoch 3" in screen_text(app)


async def test_a_run_that_has_kept_nothing_says_so_and_is_asked_under_its_weights_of_now() -> None:
    app = FakeApp()
    async with app.run_test(size=SIZE) as pilot:
        await tell(app, pilot, snapshot(*ENDED))
        await press(app, pilot, "2")
        app.engine.sent.clear()
        await tell(app, pilot, CommandFailed(reason="it has no beliefs.bin; train it for an epoch",
                                             reply_to=IDS["gallery"]))  # fmt: skip
        assert len(asked(app, AskGalleryNow)) == 1
        await answered(app, pilot)
        text = screen_text(app)
        assert "It has no beliefs.bin; train it for an epoch." in text
        assert "under the weights of step 50" in text
        assert app.state.failures == 0
        assert not any("beliefs.bin" in line for line in app.state.log)
