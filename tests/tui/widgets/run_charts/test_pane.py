"""The charts of the train screen, by keys and by mouse."""

import pytest
from fake_engine import RUN, FakeApp, epoch_done, snapshot, started, steps, tell
from textual.events import MouseScrollUp

from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import AnyEvent, Steered
from tests.tui.coach.fake_rule import press
from tests.tui.state.events import run_after
from tests.tui.widgets.charts import text
from tui.screens.train import TrainScreen
from tui.widgets.chart import Chart
from tui.widgets.charts.pane import ChartsPane
from tui.widgets.charts.view import ChartsView


def course(epochs: int = 8, run: str = RUN) -> list[AnyEvent]:
    events: list[AnyEvent] = [started(run=run, epochs=10)]
    for epoch in range(1, epochs + 1):
        losses = [2.3 / (1 + step / 20) for step in range(40 * (epoch - 1), 40 * epoch)]
        events += [steps(40 * epoch, losses, run=run), epoch_done(epoch, run=run, accuracy=1 - 0.5 / epoch)]
    return events


def charts(app: FakeApp) -> dict[str, list[str]]:
    return {chart.id or "": text(chart) for chart in app.screen.query(Chart) if chart.display}


async def test_z_shows_parts_and_the_legend_says_which() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        steered = Steered(run=RUN, step=300, changes={"lr": 3e-4}, config=RunConfig(epochs=10, lr=3e-4))
        await tell(app, pilot, snapshot(*course(), steered, steps(340, [0.1] * 20)))
        assert "fits epoch" in charts(app)["loss"][0]
        for words in ("second half", "last quarter", "since the change"):
            await press(app, pilot, "z")
            assert words in charts(app)["loss"][0]
            assert words in charts(app)["accuracy"][0]
            assert charts(app)["loss"][-1].split()[1] != "0"
        await press(app, pilot, "z")
        assert charts(app)["loss"][-1].split()[1] == "0"


async def test_log_axis_smoothing_and_x_axis_are_one_view_that_the_app_hears_of_and_can_restore() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*course()))
        assert "train 0.1" in charts(app)["loss"][0]
        assert "smoothed 0.9" in charts(app)["loss"][0]
        await press(app, pilot, "y", "x", "-", "-", "-")
        assert isinstance(app.screen, TrainScreen)
        assert app.screen.view == ChartsView(log_y=True, smoothing=0.0, x="step")
        loss = charts(app)["loss"]
        assert loss[0].rstrip().endswith("log")
        assert "smoothed" not in loss[0]
        assert "raw" not in loss[0]
        assert loss[-1].split()[:2] == ["step", "0"]
        app.screen.view = ChartsView(zoom="half", x="time", third="dead")
        await pilot.pause()
        assert charts(app)["loss"][-1].split()[0] == "s"
        assert charts(app)["third"][0].startswith("dead units")


async def test_the_cursor_writes_the_values_of_all_lines_into_the_legends_of_all_charts() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*course()))
        pane = app.screen.query_one(ChartsPane)
        pane.cursor = 2.02
        await pilot.pause()
        assert "epoch 2.02" in charts(app)["loss"][0]
        assert "test 75.00 %" in charts(app)["accuracy"][0]
        assert "train 70.00 %" in charts(app)["accuracy"][0]
        await press(app, pilot, "left")
        assert pane.cursor is not None
        assert pane.cursor < 2.02
        await press(app, pilot, "escape")
        assert pane.cursor is None
        assert "test 93.75 %" in charts(app)["accuracy"][0]


async def test_the_mouse_points_drags_a_range_and_zooms_at_the_pointer_and_escape_goes_back() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*course()))
        pane, loss = app.screen.query_one(ChartsPane), app.screen.query_one("#loss", Chart)
        await pilot.hover("#loss", offset=(40, 5))
        assert pane.cursor == loss.x_at(40)
        start, end = loss.x_at(30), loss.x_at(50)
        await pilot.mouse_down("#loss", offset=(30, 5))
        await pilot.hover("#loss", offset=(50, 5))
        assert loss.chosen == (start, end)
        await pilot.mouse_up("#loss", offset=(50, 5))
        await pilot.pause()
        assert pane.window == (start, end)
        assert "epoch" in charts(app)["accuracy"][0]
        before = loss.x_at(40)
        assert before is not None
        loss.post_message(
            MouseScrollUp(loss, x=40, y=5, delta_x=0, delta_y=0, button=0, shift=False, meta=False, ctrl=False)
        )
        await pilot.pause()
        assert loss.x_at(40) == pytest.approx(before, abs=(end or 0) / 25)
        assert pane.window != (start, end)
        await press(app, pilot, "escape", "escape")
        assert pane.window is None
        assert not pane.can_go_back


async def test_m_shows_each_chart_alone_and_escape_all_of_them_again() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*course()))
        for chart in ("loss", "accuracy"):
            await press(app, pilot, "m")
            assert list(charts(app)) == [chart]
            assert app.screen.query_one(f"#{chart}").size.width == 120
        await press(app, pilot, "escape")
        assert list(charts(app)) == ["loss", "accuracy"]
        await press(app, pilot, "enter")
        assert list(charts(app)) == ["loss"]


@pytest.mark.parametrize(("size", "shown"), [((120, 50), 3), ((120, 36), 2), ((80, 24), 2)])
async def test_the_third_chart_shows_by_itself_where_there_is_room_and_by_a_key_elsewhere(
    size: tuple[int, int], shown: int
) -> None:
    app = FakeApp()
    async with app.run_test(size=size) as pilot:
        await tell(app, pilot, snapshot(*course()))
        assert len(charts(app)) == shown
        titles = set()
        for _ in range(3):
            await press(app, pilot, "g")
            titles.add(charts(app)["third"][0].split()[0] if "third" in charts(app) else "")
        assert titles >= {"images/s", "dead"}


async def test_other_runs_are_drawn_with_their_letters_and_the_run_itself_once() -> None:
    app = FakeApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await tell(app, pilot, snapshot(*course(3)))
        pane = app.screen.query_one(ChartsPane)
        other = run_after(*course(8, run="0007-other"))
        assert app.state.run is not None
        pane.overlay([("a", other), ("b", app.state.run)])
        await pilot.pause()
        rows = charts(app)["accuracy"]
        assert "a ━ 0007" in rows[0]
        assert "b ━" not in rows[0]
        assert any("a" in row[8:] for row in rows[1:-2])
        pane.overlay([])
        await pilot.pause()
        assert "0007" not in charts(app)["accuracy"][0]


async def test_a_chart_of_another_screen_has_cursor_and_zoom_of_its_own() -> None:
    from tests.tui.widgets.charts import LOSS, Screenful
    from tui.widgets.plotting.plot import Line

    app = Screenful()
    async with app.run_test(size=(60, 15)) as pilot:
        chart = app.chart()
        chart.show([Line("train", LOSS, "train")], x_label="epoch", x_range=(0, 10))
        await pilot.hover("#chart0", offset=(30, 5))
        assert "epoch" in text(chart)[0]
        await pilot.mouse_down("#chart0", offset=(20, 5))
        await pilot.hover("#chart0", offset=(40, 5))
        await pilot.mouse_up("#chart0", offset=(40, 5))
        await pilot.pause()
        assert chart.window is not None
        assert text(chart)[-1].split()[1] != "0"
        await pilot.click("#chart0", offset=(30, 5), times=2)
        assert chart.window is None


async def test_a_narrow_legend_says_what_was_computed_and_at_the_cursor_all_values() -> None:
    app = FakeApp()
    async with app.run_test(size=(60, 20)) as pilot:
        await tell(app, pilot, snapshot(*course()))
        legend = charts(app)["loss"][0]
        for words in ("train, smoothed 0.9", "test", "fits epoch 2 on"):
            assert words in legend
        app.screen.query_one(ChartsPane).cursor = 2.02
        await pilot.pause()
        legend = charts(app)["loss"][0]
        for words in ("train 0.", "test 0.450", "epoch 2.02"):
            assert words in legend


async def test_before_the_first_test_a_sentence_says_when_it_comes() -> None:
    app = FakeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await tell(app, pilot, snapshot(started(), steps(20, [2.0] * 20)))
        assert any("end of epoch 1" in row for row in charts(app)["accuracy"])
