"""The chart on a screen, and what it sends there."""

import io
import itertools
import math
from contextlib import redirect_stderr, redirect_stdout

import pytest
from textual.geometry import Region

from tests.tui.widgets.charts import LOSS, Screenful, dotted, text
from tui.widgets.plotting.plot import Line


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


@pytest.mark.parametrize("log_y", [False, True])
async def test_points_that_are_no_numbers_are_passed_over(log_y: bool) -> None:
    points = [(0, 1.0), (1, math.nan), (2, math.inf), (3, -math.inf), (4, 1e308), (5, 0.5), (6, 0.0)]
    app = Screenful()
    async with app.run_test(size=(60, 15)):
        app.chart().show([Line("train", points, "train")], log_y=log_y)
        assert dotted(text(app.chart()))


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


EPOCHS = [(1.0, 0.5025), (2.0, 0.8438), (3.0, 0.894), (4.0, 0.9145)]


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


async def test_a_drag_over_a_chart_marks_no_text_that_ctrl_c_would_copy() -> None:
    app = Screenful()
    async with app.run_test(size=(60, 15)) as pilot:
        app.chart().show([Line("train", LOSS, "train")])
        await pilot.mouse_down(offset=(10, 4))
        await pilot.hover(offset=(40, 8))
        await pilot.mouse_up(offset=(40, 8))
        assert not app.screen.get_selected_text()
