"""The setup screen's preview and learning-rate finder, against a fake engine."""

from fake_engine import FakeApp, snapshot, started, tell
from textual.widgets import Input

from engine.vocabulary.messages import (
    AugmentationPreviewed,
    CommandFailed,
    FindRate,
    Paused,
    PreviewAugmentation,
    RatesTried,
    Steer,
    StopFinding,
)
from tui.screens.rates import RatesScreen, loss_range
from tui.screens.setup import SetupScreen
from tui.widgets.chart import Chart
from tui.widgets.preview import DigitGrid, Preview

PIXELS = [bytes([0] * 224 + [255] * 224 + [0] * 336)] * 8
FOUND = RatesTried(
    rates=[1e-6 * 2**i for i in range(20)],
    losses=[2.3] * 20,
    smoothed=[2.3 - 0.01 * i for i in range(20)],
    done=True,
    steepest=0.12,
    decade_below=0.03149,
)


def lines_of(grid: DigitGrid) -> str:
    return "\n".join(grid.render_line(y).text for y in range(grid.size.height))


async def test_the_preview_follows_the_numbers_of_the_form() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 40)) as pilot:
        await tell(app, pilot, snapshot())
        await pilot.press("5")
        await pilot.pause()
        assert app.screen.query_one(Preview).display
        app.screen.query_one("#field-rotation", Input).value = "25"
        await pilot.pause()
        asked = app.engine.sent_of(PreviewAugmentation)
        assert (asked[-1].config.rotation, asked[-1].index, asked[-1].count) == (25.0, 0, 8)
        await tell(app, pilot, AugmentationPreviewed(index=0, label=7, pixels=PIXELS))
        shown = lines_of(app.screen.query_one(DigitGrid))
        assert "training digit #0, a 7" in shown
        assert sum("⣿" in line for line in shown.splitlines()) == 2 * 2  # two rows of digits, two lines of ink each
        await pilot.press("f6")
        await pilot.pause()
        assert app.engine.sent_of(PreviewAugmentation)[-1].index == 1


async def test_the_curve_of_the_schedule_is_drawn_as_it_is_typed() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 40)) as pilot:
        await tell(app, pilot, snapshot())
        await pilot.press("5")
        await pilot.pause()
        chart = app.screen.query_one(Chart)
        assert {y for _, y in chart.plot.lines[0].points} == {0.001}
        app.screen.query_one("#field-schedule", Input).value = "cosine"
        await pilot.pause()
        rates = [y for _, y in chart.plot.lines[0].points]
        assert rates[0] == 0.001
        assert rates == sorted(rates, reverse=True)
        assert rates[-1] < 1e-6
        app.screen.query_one("#field-schedule", Input).value = "cosin"
        await pilot.pause()
        assert [y for _, y in chart.plot.lines[0].points] == rates  # a bad form changes nothing


async def test_where_room_lacks_the_preview_comes_with_a_key_and_goes_with_it() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot())
        await pilot.press("5")
        await pilot.pause()
        app.screen.query_one("#field-rotation", Input).value = "25"
        await pilot.pause()
        preview = app.screen.query_one(Preview)
        assert not preview.display
        assert not app.engine.sent_of(PreviewAugmentation)
        await pilot.press("f4")
        await pilot.pause()
        assert preview.display
        assert len(app.engine.sent_of(PreviewAugmentation)) == 1
        await pilot.press("f4")
        await pilot.pause()
        assert not preview.display


async def test_the_rate_that_was_found_is_adopted_into_the_form() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot())
        await pilot.press("5", "f7")
        await pilot.pause()
        assert isinstance(app.screen, RatesScreen)
        assert len(app.engine.sent_of(FindRate)) == 1
        await tell(app, pilot, FOUND)
        assert "0.031" in str(app.screen.query_one("#verdict").render())
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, SetupScreen)
        assert app.screen.query_one("#field-lr", Input).value == "0.031"
        assert not app.engine.sent_of(StopFinding)


async def test_for_a_paused_run_the_rate_is_steered() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot(started()))
        await pilot.press("5", "f7")
        assert not app.engine.sent_of(FindRate)  # it trains
        await tell(app, pilot, Paused(run="0001-seed-cnn", step=3))
        await pilot.press("f7")
        await pilot.pause()
        await tell(app, pilot, FOUND)
        await pilot.press("s")
        await pilot.pause()
        assert app.engine.sent_of(Steer)[-1].changes == {"lr": 0.12}


async def test_leaving_the_finder_early_stops_it_and_adopts_nothing() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot())
        await pilot.press("5", "f7")
        await pilot.pause()
        await pilot.press("enter", "escape")  # nothing is found yet
        await pilot.pause()
        assert len(app.engine.sent_of(StopFinding)) == 1
        assert app.config.lr == 0.001


async def test_a_refusal_closes_the_finder_and_is_told() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot())
        await pilot.press("5", "f7")
        await pilot.pause()
        await tell(app, pilot, CommandFailed(reason="no data set is loaded"))
        assert isinstance(app.screen, SetupScreen)


async def test_a_finder_that_found_nothing_says_so_and_adopts_nothing() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot())
        await pilot.press("5", "f7")
        await pilot.pause()
        await tell(app, pilot, RatesTried(rates=[], losses=[], smoothed=[], done=True, problem="[red]no memory\x1b[2J"))
        text = str(app.screen.query_one("#verdict").render())
        assert "[red]no memory" in text
        assert "\x1b" not in text
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, RatesScreen)


def test_the_explosion_at_the_end_does_not_flatten_the_valley() -> None:
    assert loss_range([2.3, 1.0, 9.0]) == (1.0 - 0.13, 2.3 + 0.65)
    assert loss_range([2.3]) is None
    assert loss_range([1.0, 1.0]) is None
