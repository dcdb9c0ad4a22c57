"""The chart on a screen, and what it sends there."""

import io
import itertools
import math
from contextlib import redirect_stderr, redirect_stdout

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Region

from tui.screens.train import accuracy_range
from tui.widgets.chart import Chart, Line, Raster
from tui.widgets.plot import Axes

LOSS = [(i / 10, 2.0 * math.exp(-i / 20) + 0.1) for i in range(100)]


class Screenful(App[None]):
    CSS = "Screen { layout: vertical; } Chart { height: 1fr; }"

    def __init__(self, count: int = 1) -> None:
        super().__init__()
        self.count = count

    def compose(self) -> ComposeResult:
        for i in range(self.count):
            yield Chart(id=f"chart{i}")

    def chart(self, i: int = 0) -> Chart:
        return self.query_one(f"#chart{i}", Chart)


def text(chart: Chart) -> list[str]:
    return [chart.render_line(y).text for y in range(chart.size.height)]


def dotted(rows: list[str]) -> bool:
    return any("⠀" < character <= "⣿" for row in rows for character in row)


async def test_a_line_is_drawn_below_its_legend_with_ticks() -> None:
    app = Screenful()
    async with app.run_test(size=(60, 15)):
        app.chart().show([Line("train", LOSS, "train")], title="loss", x_label="epoch", x_range=(0, 10))
        rows = text(app.chart())
    assert rows[0].startswith("loss")
    assert "━ train 0.114" in rows[0]
    assert rows[-1].split() == ["epoch", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]
    assert dotted(rows[1:-2])
    assert not dotted(rows[:1])


async def test_accuracies_are_percentages_up_to_a_hundred() -> None:
    app = Screenful()
    async with app.run_test(size=(60, 15)):
        app.chart().show([Line("test", [(1, 0.971), (2, 0.989)], "test")], percent=True)
        rows = text(app.chart())
    assert any(row.strip().startswith("98 %") or row.strip().startswith("98.0 %") for row in rows)
    assert "98.90 %" in rows[0]
    assert not any("101" in row or "102" in row for row in rows)


async def test_ascii_charts_hold_nothing_but_ascii() -> None:
    app = Screenful()
    async with app.run_test(size=(60, 15)):
        chart = app.chart()
        chart.show([Line("train", LOSS, "train"), Line("test", LOSS[::20], "test")], title="loss", marks=[(3, "lr")])
        chart.ascii = True
        rows = text(chart)
    assert all(row.isascii() for row in rows)
    assert any("*" in row for row in rows[1:])
    assert any("o" in row for row in rows[1:])


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


@pytest.mark.parametrize("log_y", [False, True])
async def test_points_that_are_no_numbers_are_passed_over(log_y: bool) -> None:
    points = [(0, 1.0), (1, math.nan), (2, math.inf), (3, -math.inf), (4, 1e308), (5, 0.5), (6, 0.0)]
    app = Screenful()
    async with app.run_test(size=(60, 15)):
        app.chart().show([Line("train", points, "train")], log_y=log_y)
        assert dotted(text(app.chart()))


async def test_a_single_point_is_a_symbol() -> None:
    app = Screenful()
    async with app.run_test(size=(60, 15)):
        app.chart().show([Line("train", [(1.0, 0.5)], "train")])
        assert sum(row.count("•") for row in text(app.chart())) == 1


@pytest.mark.parametrize("size", [(1, 1), (19, 5), (20, 4), (20, 5), (25, 6), (40, 8), (200, 50)])
@pytest.mark.parametrize("log_y", [False, True])
async def test_any_size_draws_something_sensible(size: tuple[int, int], log_y: bool) -> None:
    app = Screenful()
    app.CSS = "Chart { min-height: 1; }"
    async with app.run_test(size=size):
        app.chart().show([Line("train", LOSS, "train")], title="loss", log_y=log_y, marks=[(2.0, "lr 0.1")])
        rows = text(app.chart())
    assert all(len(row) == size[0] for row in rows)
    if size[0] >= 20 and size[1] >= 5:
        assert dotted(rows)
    elif size == (20, 4):
        assert " ".join(" ".join(rows).split()) == "loss: too little room"


async def test_without_data_a_sentence_says_so() -> None:
    app = Screenful()
    async with app.run_test(size=(60, 15)):
        app.chart().show([Line("train", [], "train")], title="loss")
        rows = text(app.chart())
    assert any("nothing to draw yet" in row for row in rows)


async def test_escapes_and_markup_in_names_are_inert() -> None:
    app = Screenful()
    async with app.run_test(size=(100, 15)):
        app.chart().show(
            [Line("[red]\x1b[31mx[/nope]", LOSS)], title="\x1b]0;t\x07[b]", x_label="\x9b1m", marks=[(1, "\x1b[2J")]
        )
        rows = text(app.chart())
    assert "[red]" in rows[0]
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for row in rows for character in row)


async def test_wide_characters_in_names_keep_rows_in_line() -> None:
    app = Screenful()
    async with app.run_test(size=(60, 15)):
        app.chart().show([Line("損失", LOSS)], title="損")
        strip = app.chart().render_line(0)
    assert strip.cell_length == 60
    assert "損失" in strip.text


async def test_only_what_changed_is_refreshed(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Screenful()
    async with app.run_test(size=(60, 15)) as pilot:
        chart = app.chart()
        chart.show([Line("train", LOSS[:50], "train")], x_range=(0, 10), y_range=(0, 2.5))
        await pilot.pause()
        regions: list[tuple[Region, ...]] = []
        monkeypatch.setattr(chart, "refresh", lambda *given, **options: regions.append(given))
        chart.show([Line("train", list(LOSS[:50]), "train")], x_range=(0, 10), y_range=(0, 2.5))
        assert regions == []
        chart.show([Line("train", LOSS[:53], "train")], x_range=(0, 10), y_range=(0, 2.5))
    assert len(regions) == 1
    assert 1 <= len(regions[0]) <= 3
    assert all(region.height == 1 for region in regions[0])


async def test_two_charts_do_not_disturb_each_other_and_print_nothing() -> None:
    printed = io.StringIO()
    lines = [Line("train", LOSS, "train")]
    app = Screenful(1)
    async with app.run_test(size=(60, 15)):
        app.chart().show(lines)
        alone = text(app.chart())
    app = Screenful(2)
    async with app.run_test(size=(60, 30)):
        with redirect_stdout(printed), redirect_stderr(printed):
            app.chart(0).show(lines)
            app.chart(1).show([Line("test", [(1, 0.9), (2, 0.95)], "test")], percent=True, log_y=False)
            app.chart(0).show(lines, title="again")
            app.chart(0).show(lines)
        assert text(app.chart(0)) == alone
    assert printed.getvalue() == ""


async def test_lines_keep_distinct_colours_in_dark_and_light_themes() -> None:
    app = Screenful()
    async with app.run_test(size=(60, 15)) as pilot:
        app.chart().show([Line("step", LOSS, "step"), Line("train", LOSS, "train"), Line("test", LOSS, "test")])
        seen = []
        for theme in ("textual-dark", "textual-light"):
            app.theme = theme
            await pilot.pause()
            await pilot.pause()
            legend = app.chart().render_line(0)
            styles = [
                segment.style for segment in legend if segment.text.split()[-1:] in (["step"], ["train"], ["test"])
            ]
            colors = [style.color for style in styles if style is not None]
            assert len(set(colors)) == 3
            seen.append(colors)
    assert seen[0] != seen[1]


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


def test_the_axis_of_accuracies_is_for_what_comes_after_the_first_quarter() -> None:
    values = [0.1, 0.9, 0.97, 0.98, 0.985, 0.97, 0.99, 0.99]
    lines = [Line("train", [(i, y) for i, y in enumerate(values)]), Line("test", [(i, 0.98) for i in range(8)])]
    assert accuracy_range(lines) == (0.97, 0.99)
    assert accuracy_range([Line("test", lines[0].points[:3])]) is None


EPOCHS = [(1.0, 0.5025), (2.0, 0.8438), (3.0, 0.894), (4.0, 0.9145)]


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


@pytest.mark.parametrize("size", [(60, 8), (61, 10), (74, 11), (75, 13), (90, 14), (131, 17), (200, 24)])
async def test_ticks_are_evenly_spaced_on_both_axes(size: tuple[int, int]) -> None:
    app = Screenful()
    async with app.run_test(size=size):
        app.chart().show([Line("test", EPOCHS, "test")], percent=True, x_range=(0, 10), y_range=(0.8438, 0.9145))
        rows = text(app.chart())
    down = [y for y, row in enumerate(rows) if "┤" in row]
    across = [x for x, character in enumerate(rows[-2]) if character == "┬"]
    assert len({b - a for a, b in itertools.pairwise(down)}) == 1
    assert len({b - a for a, b in itertools.pairwise(across)}) == 1
    labels = [float(rows[y].split("%")[0]) for y in down]
    assert len({round(a - b, 6) for a, b in itertools.pairwise(labels)}) == 1


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
