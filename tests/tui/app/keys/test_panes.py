"""Panes are given another size with the mouse and by keys, and keep it."""

import asyncio
from pathlib import Path

import pytest
from fake_engine import FakeApp, snapshot, tell
from limits import LIMIT
from textual.containers import Container, Horizontal
from textual.widgets import RichLog

from engine.vocabulary.messages import RunsListed
from tests.tui.app.handlers.test_preferences import PreferringApp
from tests.tui.app.screen_text import TRAINING
from tests.tui.coach.fake_rule import press
from tests.tui.screens.test_runs import FINISHED
from tui.preferences.file import read_preferences
from tui.widgets.drag_border import DragBorder
from tui.widgets.log import LogPane
from tui.widgets.run_panes import CurvesSide
from tui.widgets.side.pane import TrainSide


async def drag(pilot, pane: DragBorder, columns: int, lines: int) -> None:
    """Press at the border, move so far, release."""
    x, y = pane.region.offset
    at = (x, y + 3) if pane.edge == "left" else (x + 20, y)
    await pilot.mouse_down(offset=at)
    await pilot.hover(offset=(at[0] + columns, at[1] + lines))
    await pilot.mouse_up(offset=(at[0] + columns, at[1] + lines))
    await pilot.pause()


@pytest.mark.parametrize(
    ("mode", "kind", "by"), [("train", TrainSide, (-20, 0)), ("train", LogPane, (0, -5)), ("runs", CurvesSide, (30, 0))]
)
async def test_a_border_is_dragged_and_the_size_is_kept_for_the_next_start(
    tmp_path: Path, mode: str, kind: type[DragBorder], by: tuple[int, int]
) -> None:
    file = tmp_path / "config.toml"
    sizes = []
    for _ in range(2):
        app = PreferringApp(file, **(read_preferences(file) if file.exists() else {}))
        async with app.run_test(size=(200, 50)) as pilot:
            await tell(app, pilot, snapshot(*TRAINING), RunsListed(runs=FINISHED))
            app.go(mode)
            await tell(app, pilot)
            pane = app.screen.query_one(kind)
            before = pane.outer_size
            if not sizes:
                await drag(pilot, pane, *by)
                assert pane.outer_size.width - before.width == -by[0]
                assert pane.outer_size.height - before.height == -by[1]
                async with asyncio.timeout(LIMIT):
                    while not file.exists():
                        await pilot.pause()
            sizes.append(pane.outer_size)
    assert sizes[0] == sizes[1]


@pytest.mark.parametrize(("mode", "kind"), [("train", TrainSide), ("runs", CurvesSide)])
async def test_keys_widen_and_narrow_a_pane_and_never_beyond_its_bounds(mode: str, kind: type[DragBorder]) -> None:
    app = FakeApp()
    async with app.run_test(size=(200, 50)) as pilot:
        await tell(app, pilot, snapshot(*TRAINING), RunsListed(runs=FINISHED))
        app.go(mode)
        await tell(app, pilot)
        pane = app.screen.query_one(kind)
        before = pane.outer_size.width
        await press(app, pilot, "greater_than_sign")
        assert pane.outer_size.width == pytest.approx(before + 10, abs=1)
        await press(app, pilot, "less_than_sign")
        assert pane.outer_size.width == pytest.approx(before, abs=1)
        for share, key, width in ((0.74, "greater_than_sign", 150), (0.12, "less_than_sign", 20)):
            pane.take(share)
            await press(app, pilot, key)
            assert pane.outer_size.width == width


def test_what_a_border_that_can_be_dragged_is_added_to_keeps_its_own_styles() -> None:
    for pane, widget in ((CurvesSide, Horizontal), (TrainSide, Container), (LogPane, RichLog)):
        assert widget in pane()._node_bases
