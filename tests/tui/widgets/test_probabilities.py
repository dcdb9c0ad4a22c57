"""The ten bars."""

import math

import pytest
from textual.app import App, ComposeResult

from tui.widgets.probabilities import Probabilities, bar

ANSWER = [0.0, 0.001, 0.612, 0.02, 0.0, 0.0, 0.0, 0.34, 0.02, 0.007]


class Screenful(App[None]):
    def compose(self) -> ComposeResult:
        yield Probabilities()


def text(widget: Probabilities) -> list[str]:
    return [widget.render_line(y).text for y in range(widget.size.height)]


async def test_ten_rows_show_share_and_actual_digit() -> None:
    app = Screenful()
    async with app.run_test(size=(50, 20)):
        bars = app.query_one(Probabilities)
        bars.show(ANSWER, predicted=2, actual=7)
        rows = text(bars)
    assert len(rows) == 10
    assert [row[0] for row in rows] == list("0123456789")
    assert "61.2 %" in rows[2]
    assert rows[7].rstrip().endswith("◂ actual")
    assert sum("actual" in row for row in rows) == 1


@pytest.mark.parametrize("width", [20, 24, 31, 80, 200])
async def test_every_width_from_twenty_shows_figures_whole(width: int) -> None:
    app = Screenful()
    async with app.run_test(size=(width, 20)):
        bars = app.query_one(Probabilities)
        bars.show([1.0] + [0.0] * 9, predicted=0, actual=0)
        rows = text(bars)
    assert "█ 100.0 %" in rows[0].replace("  ", " ")
    assert "◂" in rows[0]


async def test_ascii_bars_hold_nothing_but_ascii() -> None:
    app = Screenful()
    async with app.run_test(size=(50, 20)):
        bars = app.query_one(Probabilities)
        bars.show(ANSWER, predicted=2, actual=7)
        bars.ascii = True
        rows = text(bars)
    assert all(row.isascii() for row in rows)
    assert "##" in rows[2]
    assert "< actual" in rows[7]


async def test_a_missing_or_broken_answer_draws_empty_bars() -> None:
    app = Screenful()
    async with app.run_test(size=(50, 20)):
        bars = app.query_one(Probabilities)
        assert [row.strip() for row in text(bars)] == list("0123456789")
        bars.show([math.nan, math.inf, -1.0, 7.0])
        rows = text(bars)
    assert "0.0 %" in rows[0]
    assert "100.0 %" in rows[3]


async def test_predicted_and_actual_differ_in_colour_in_both_themes() -> None:
    app = Screenful()
    async with app.run_test(size=(50, 20)) as pilot:
        bars = app.query_one(Probabilities)
        bars.show(ANSWER, predicted=2, actual=7)
        for theme in ("textual-dark", "textual-light"):
            app.theme = theme
            await pilot.pause()
            await pilot.pause()
            first = [next(iter(bars.render_line(y))).style for y in (0, 2, 7)]
            assert len({style.color for style in first if style is not None}) == 3


def test_bars_grow_by_eighths() -> None:
    assert bar(0.5, 4) == "██"
    assert bar(1 / 32, 4) == "▏"
    assert bar(1.0, 4) == "████"
    assert bar(0.5, 4, ascii=True) == "##"
