"""The confusion of more than ten classes, at 80 columns and 24 rows and less: all of them can be read."""

import pytest
from textual.app import App, ComposeResult

from tui.state.confusion.words import cell_in_words
from tui.widgets.cells import CellWidget
from tui.widgets.confusion import ConfusionMatrix
from tui.widgets.confusion.class_bars import ClassBars

SIZES = [26, 62]


class Screenful(App[None]):
    def compose(self) -> ComposeResult:
        yield ConfusionMatrix()
        yield ClassBars()


def text(widget: CellWidget) -> list[str]:
    return [widget.render_line(y).text for y in range(widget.size.height)]


def confusion(classes: int) -> list[list[int]]:
    return [[90 if i == j else (i * j) % 3 for j in range(classes)] for i in range(classes)]


@pytest.mark.parametrize("classes", SIZES)
async def test_the_cursor_brings_each_class_with_its_name_and_figures(classes: int) -> None:
    app = Screenful()
    names = tuple(f"kind of thing {number}" for number in range(classes))
    async with app.run_test(size=(80, 40)) as pilot:
        matrix = app.query_one(ConfusionMatrix)
        matrix.names, matrix.counts = names, confusion(classes)
        matrix.focus()
        seen: set[str] = set()
        heads: set[str] = set()
        for label in range(classes):
            matrix.cursor = label, label
            await pilot.pause()
            lines = text(matrix)
            seen |= {line.split("│")[0].strip() for line in lines if "│" in line}
            heads |= set(next(line for line in lines if "recall" in line).split())
            assert any(line.count("90") for line in lines)
    assert len(seen) == classes
    assert all(any(head == f"k{number:>3}".replace(" ", " ") or head.endswith(str(number)) for head in heads)
               for number in range(classes))  # fmt: skip


async def test_bars_without_room_for_all_show_the_classes_with_the_most_mistakes() -> None:
    app = Screenful()
    async with app.run_test(size=(80, 24)) as pilot:
        bars = app.query_one(ClassBars)
        bars.styles.height = 12
        await pilot.pause()
        counts = [[5 if i == j else 0 for j in range(62)] for i in range(62)]
        counts[61][3] = 9
        bars.names, bars.counts = tuple(f"class {number}" for number in range(62)), counts
        lines = [line.strip() for line in text(bars) if line.strip()]
    assert lines[1].startswith("class 3") or lines[1].startswith("class 61") or "61" in lines[1]
    assert "more classes" in lines[-1]


def test_a_long_name_is_in_a_sentence_in_full_once() -> None:
    names = ("x" * 38 + " y", "Ankle boot")
    told = cell_in_words([[3, 1], [0, 4]], names, (0, 1))
    assert told == (
        f"{names[0]} is taken for Ankle boot 1 of 4 times (25.0 %). Recall of xxxxxxxxxxxx 75.0 %, F1 85.7 %, precision"
        " of Ankle boot 80.0 %."
    )
