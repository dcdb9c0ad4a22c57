"""Lines, symbols, arrows and marks, as they stand on the screen."""

import pytest

from tests.tui.widgets.charts import LOSS, Screenful, text
from tui.widgets.plotting.axes import Axes
from tui.widgets.plotting.plot import Line
from tui.widgets.plotting.raster import Raster


@pytest.mark.parametrize(("ascii", "below", "above"), [(False, "▾", "▴"), (True, "v", "^")])
async def test_trials_beyond_the_axis_are_arrows_at_its_edge(ascii: bool, below: str, above: str) -> None:
    app = Screenful()
    async with app.run_test(size=(60, 15)):
        chart = app.chart()
        chart.ascii = ascii
        chart.show([Line("", [(0, 0.5), (1, 0.1), (2, 0.9)], "trial")], x_range=(0, 2), y_range=(0.4, 0.6))
        rows = text(chart)
    assert [below in row for row in rows] == [y == len(rows) - 3 for y in range(len(rows))]
    assert [above in row for row in rows] == [y == 1 for y in range(len(rows))]


async def test_a_single_point_is_a_symbol() -> None:
    app = Screenful()
    async with app.run_test(size=(60, 15)):
        app.chart().show([Line("train", [(1.0, 0.5)], "train")])
        assert sum(row.count("•") for row in text(app.chart())) == 1


async def test_a_steered_hyperparameter_is_marked_with_its_label() -> None:
    app = Screenful()
    async with app.run_test(size=(60, 15)):
        app.chart().show([Line("train", LOSS, "train")], x_range=(0, 10), marks=[(5.0, "lr 0.0003"), (99.0, "out")])
        rows = text(app.chart())
    assert sum("┊" in row for row in rows) > 5
    assert any("lr 0.0003" in row for row in rows)
    assert not any("out" in row for row in rows)


def test_a_raster_stays_in_its_size_however_far_points_lie() -> None:
    axes = Axes((0.0, 1.0), (0.0, 1.0), 30, 5)
    rows = Raster().draw(((0.0, 0.5), (1e200, 1e200), (0.5, -1e250)), axes, "braille", joined=True)
    assert [len(row) for row in rows] == [30] * 5


async def test_where_lines_meet_each_is_seen() -> None:
    """The points of one by their symbols, on top of whatever comes later; the others over its line."""
    points = [(float(x), 0.5 + x / 100) for x in range(10)]
    app = Screenful()
    async with app.run_test(size=(80, 15)):
        chart = app.chart()
        steps = Line("step", [(x / 10, 0.5 + x / 1000) for x in range(91)], "step")
        chart.show([steps, Line("test", points, "test"), Line("validation", points), Line("train", points, "train")])
        cells = [cell for row in chart._cells.rows[1:-2] for cell in row[8:]]
    assert sum(cell == ("•", "chart--test") for cell in cells) == len(points)
    assert not any("⠀" < character <= "⣿" and style == "chart--test" for character, style in cells)
    assert any("⠀" < character <= "⣿" and style == "chart--train" for character, style in cells)
    styles = [style for _, style in cells]
    assert styles.count("chart--step") < styles.count("chart--train") / 3  # beside the line, not over it


@pytest.mark.parametrize("ascii", [False, True])
@pytest.mark.parametrize("kind", ["step", "train", "test", "validation", "trial", "other"])
async def test_what_lies_outside_is_an_arrow_at_the_edge_and_nothing_else(kind: str, ascii: bool) -> None:
    points = [(0.0, 0.95), (1.0, 0.847), (2.0, 0.915), (3.0, 0.999), (4.0, 0.95)]
    app = Screenful()
    async with app.run_test(size=(60, 15)):
        chart = app.chart()
        chart.ascii = ascii
        chart.show([Line("x", points, kind, figure=False)], percent=True, x_range=(0, 4), y_range=(0.93, 0.97))
        rows = [row[8:] for row in text(chart)][1:-2]
    below, above = ("v", "^") if ascii else ("▾▼▿", "▴▲▵")
    low = [x for x, character in enumerate(rows[-1]) if character in below]
    high = [x for x, character in enumerate(rows[0]) if character in above]
    assert [len(low), len(high)] == [2, 1]
    assert high[0] - low[1] == low[1] - low[0]
    assert not any(character in below + above for row in rows[1:-1] for character in row)
    assert sum(row.count("•") + row.count("×") for row in rows) <= 2


async def test_a_line_runs_out_of_the_chart_in_its_own_direction_however_far_it_goes() -> None:
    """From (2, 0) to (3, 1000) it leaves a chart that ends at 1 at x = 2.001: straight up."""
    app = Screenful()
    async with app.run_test(size=(90, 15)):
        app.chart().show([Line("", [(0, 0.5), (2, 0.0), (3, 1000.0)], "train")], x_range=(0, 3), y_range=(0, 1))
        rows = [row[8:] for row in text(app.chart())][1:-2]
    columns = {x for row in rows for x, character in enumerate(row) if "⠀" < character <= "⣿" and x > 56}
    assert len(columns) <= 1


async def test_what_lies_beside_the_chart_is_an_arrow_at_its_side() -> None:
    app = Screenful()
    async with app.run_test(size=(60, 15)):
        app.chart().show([Line("", [(0, 1.0), (4, 2.0), (12, 3.0), (14, 1.5)], "trial")], x_range=(3, 8))
        rows = [row[8:] for row in text(app.chart())][1:-2]
    assert sum(row.startswith("◂") for row in rows) == 1
    assert sum(row.endswith("▸") for row in rows) == 1
    assert sum(row.count("•") for row in rows) == 1


async def test_symbols_lie_on_their_line() -> None:
    """To the left and right of each the line is in the middle of the row, where the symbol is drawn."""
    points = [(float(x), 0.9 + x / 300) for x in range(7)]
    app = Screenful()
    async with app.run_test(size=(120, 15)):
        app.chart().show([Line("test", points, "test")], percent=True, x_range=(0, 6))
        rows = [row[8:] for row in text(app.chart())][1:-2]
    symbols = [(x, y) for y, row in enumerate(rows) for x, character in enumerate(row) if character == "•"]
    assert len(symbols) == len(points)
    middle = 0b00110110  # the dots of the second and third row
    for x, y in symbols[1:-1]:
        for beside in (rows[y][x - 1], rows[y][x + 1]):
            assert (ord(beside) - 0x2800) & middle, rows[y]


async def test_without_colour_each_series_has_a_marker_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    points = [(x / 10, 0.9 + x / 3000) for x in range(100)]
    lines = [
        Line("train", [(x, y - 0.02) for x, y in points], "train"),
        Line("test", points, "test"),
        Line("validation", [(x, y + 0.02) for x, y in points], "validation"),
    ]
    app = Screenful()
    async with app.run_test(size=(120, 25)):
        app.chart().show(lines, percent=True, x_range=(0, 10))
        rows = text(app.chart())
        marks = {
            style: {character for row in app.chart()._cells.rows[1:-2] for character, each in row if each == style}
            for style in ("chart--train", "chart--test", "chart--validation")
        }
    assert marks["chart--test"] == {"•"}
    assert marks["chart--validation"] == {"×"}
    assert all("⠀" < character <= "⣿" for character in marks["chart--train"])
    assert "━ train" in rows[0]
    assert "• test" in rows[0]
    assert "× validation" in rows[0]
