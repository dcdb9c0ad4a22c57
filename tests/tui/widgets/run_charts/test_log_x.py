"""The logarithmic x axis of a run's charts."""

from itertools import pairwise

import pytest
from fake_engine import FakeApp, snapshot, tell

from tests.tui.app.handlers.test_preferences import PreferringApp
from tests.tui.coach.fake_rule import press
from tests.tui.widgets.run_charts.test_pane import charts, course
from tui.preferences.values import Preferences
from tui.screens.train import TrainScreen
from tui.widgets.chart import Chart
from tui.widgets.charts.ranges import recent_start
from tui.widgets.plotting.layout import between_powers, lay_out
from tui.widgets.plotting.plot import Line, Plot


async def test_big_x_makes_the_x_axis_logarithmic_on_each_axis_and_says_so() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*course()))
        await press(app, pilot, "X")
        assert isinstance(app.screen, TrainScreen)
        for axis, first in (("epoch", 1 / 40), ("step", 1.0), ("s", 1 / 40)):
            for chart in app.screen.query(Chart):
                if chart.display:
                    assert chart.plot.log_x
                    assert chart.plot.x_range is not None
                    assert chart.plot.x_range[0] == pytest.approx(first)
            loss = charts(app)["loss"]
            assert loss[0].rstrip().endswith("log x")
            assert loss[-1].split()[0] == axis
            ticks = [float(tick.replace(",", "")) for tick in loss[-1].split()[1:]]
            assert {round(b / a, 1) for a, b in pairwise(ticks)} <= {2, 2.5, 10}
            await press(app, pilot, "x")
        await press(app, pilot, "y")
        assert charts(app)["loss"][0].rstrip().endswith("log x and y")
        await press(app, pilot, "X", "y")
        assert not charts(app)["loss"][0].rstrip().endswith(("log x", "y"))


async def test_zoom_and_cursor_work_on_a_logarithmic_axis() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*course()))
        await press(app, pilot, "X", "z")
        assert "second half" in charts(app)["loss"][0]
        await press(app, pilot, "z", "z", "left", "left")
        assert isinstance(app.screen, TrainScreen)
        cursor = app.screen.pane.cursor
        assert cursor is not None
        assert 1 < cursor < 10
        await press(app, pilot, "escape")
        app.screen.pane.window = (0.0, 0.5)
        await pilot.pause()
        assert "epoch 0.025 to 0.5" in app.screen.query_one("#loss", Chart).plot.note


async def test_a_logarithmic_x_axis_is_remembered(tmp_path) -> None:
    from tests.tui.app.handlers.test_preferences import remembered

    file = tmp_path / "config.toml"
    app = PreferringApp(file)
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*course()))
        await press(app, pilot, "X")
        await remembered(app, pilot, file, {"log_x_axis": True})
    app = PreferringApp(**{name: True for name in Preferences.__struct_fields__ if name == "log_x_axis"})
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*course()))
        assert charts(app)["loss"][0].rstrip().endswith("log x")


def test_few_powers_of_ten_have_ticks_between_them_and_what_lies_at_zero_is_left_out() -> None:
    assert [label for _, label in between_powers(0.0, 1.0)] == ["1", "2", "5", "10"]
    plot = Plot((Line("a", [(0.0, 1.0), (1.0, 2.0), (9.0, 3.0)], "train"),), log_x=True, x_range=(1.0, 9.0))
    layout = lay_out(plot, 80, 20)
    assert layout is not None
    assert [label for _, label in layout.x_ticks] == ["1", "2", "5"]
    assert layout.points[0][0][0] == 0.0
    assert recent_start(100.0, (1.0, 10_000.0), log=True) == pytest.approx(100**0.25)
