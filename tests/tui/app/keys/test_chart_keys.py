"""The keys of charts on screens other than Train: those that are in focus have them."""

import pytest
from fake_engine import FakeApp, epoch_done, snapshot, started, steps, tell

from engine.vocabulary.messages import AnyEvent, HistoryRead, RatesTried, ReadHistory, RunsListed
from tests.tui.app.screen_text import screen_text
from tests.tui.coach.fake_rule import press
from tests.tui.screens.studies import began, trial
from tests.tui.screens.test_runs import FINISHED
from tui.screens.rates import RatesScreen
from tui.widgets.chart import Chart
from tui.widgets.charts.keyed import KeyedChart, KeyedPane
from tui.widgets.run_list import RunList


def history(run: str) -> list:
    events: list[AnyEvent] = [started(run, epochs=8)]
    for epoch in range(1, 9):
        events += [steps(40 * epoch, [2 / epoch] * 40, run=run), epoch_done(epoch, run, 1 - 0.5 / epoch)]
    return events


def shown(app: FakeApp) -> dict[str, Chart]:
    return {chart.id or "": chart for chart in app.screen.query(Chart) if chart.region and chart.plot.lines}


async def compared(app: FakeApp, pilot) -> None:
    await tell(app, pilot, snapshot(), RunsListed(runs=FINISHED))
    await press(app, pilot, "4", "space", "space")
    answered = 0
    while answered < len(asked := app.engine.sent_of(ReadHistory)):
        answered += 1
        await tell(app, pilot, HistoryRead(run=asked[answered - 1].run, history=history(asked[answered - 1].run)))


@pytest.mark.parametrize("size", [pytest.param((120, 36), marks=pytest.mark.slow), (200, 50)])
async def test_tab_goes_to_the_curves_of_runs_whose_keys_are_those_of_train_in_all_of_them(
    size: tuple[int, int],
) -> None:
    app = FakeApp()
    async with app.run_test(size=size) as pilot:
        await compared(app, pilot)
        assert "panes" in screen_text(app).splitlines()[-1]
        while not isinstance(app.focused, KeyedPane):
            await pilot.press("tab")
        await pilot.pause()
        assert "zoom" in screen_text(app).splitlines()[-1]
        await press(app, pilot, "left")
        charts = shown(app)
        assert set(charts) == {"accuracy", "loss"} if size[0] == 200 else charts
        assert len({chart.cursor for chart in charts.values()}) == 1
        assert all(chart.cursor is not None for chart in charts.values())
        await press(app, pilot, "escape", "z", "y", "x", "plus", "X")
        for chart in charts.values():
            assert "second half" in chart.plot.note
            assert (chart.plot.log_x, chart.plot.x_label) == (True, "step")
        assert all(chart.plot.log_y for name, chart in charts.items() if name == "loss")
        await press(app, pilot, "m")
        [alone] = shown(app).values()
        assert alone.region.width > size[0] - 4
        assert not app.screen.query_one(RunList).region
        await press(app, pilot, "escape")
        assert set(shown(app)) == set(charts)
        await press(app, pilot, "escape")
        assert isinstance(app.focused, RunList)
        assert len(app.state.marks) == 2


async def test_a_chart_of_tune_has_keys_and_stays_in_focus_while_trials_end() -> None:
    app = FakeApp()
    async with app.run_test(size=(160, 45)) as pilot:
        await tell(app, pilot, snapshot(began(), *(trial(number, 0.9 + number / 100) for number in range(5))))
        await press(app, pilot, "6")
        chart = app.screen.query(KeyedChart).first()
        chart.focus()
        await press(app, pilot, "left", "left")
        assert chart.cursor is not None
        await tell(app, pilot, trial(5, 0.99))
        assert app.focused is chart
        await press(app, pilot, "escape", "z")
        assert chart.cursor is None
        assert chart.window == (9.5, 19.0)
        await press(app, pilot, "escape", "m")
        assert chart.window is None
        assert [each for each in app.screen.query(KeyedChart) if each.region] == [chart]
        await press(app, pilot, "m")
        assert len([each for each in app.screen.query(KeyedChart) if each.region]) > 1


async def test_the_chart_of_the_rate_finder_has_keys_and_enter_still_adopts() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot())
        answers: list[float | None] = []
        app.push_screen(RatesScreen("the network", "use"), answers.append)
        rates = [10.0 ** (-5 + i / 10) for i in range(41)]
        losses = [2.3 - i / 30 for i in range(41)]
        tried = RatesTried(rates=rates, losses=losses, smoothed=losses, steepest=0.01, decade_below=0.02, done=True)
        await tell(app, pilot, tried)
        chart = app.screen.query_one(KeyedChart)
        assert app.focused is chart
        await press(app, pilot, "left", "y")
        assert chart.cursor is not None
        assert chart.plot.log_y
        await press(app, pilot, "escape", "z")
        assert chart.window is not None
        assert chart.window[1] == pytest.approx(0.1)
        await press(app, pilot, "escape", "enter")
        assert answers == [0.02]
