"""The confusion matrix on a screen."""

import pytest
from textual import on
from textual.app import App, ComposeResult

from tui.widgets.confusion import ConfusionMatrix, heat
from tui.widgets.confusion.shades import levels

COUNTS = [[1000 if i == j else (i * j) % 5 for j in range(10)] for i in range(10)]


class Screenful(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.chosen: list[tuple[int, int, int]] = []

    def compose(self) -> ComposeResult:
        yield ConfusionMatrix()

    @on(ConfusionMatrix.Selected)
    def choose(self, event: ConfusionMatrix.Selected) -> None:
        assert event.control is self.query_one(ConfusionMatrix)
        self.chosen.append((event.actual, event.predicted, event.count))


def text(widget: ConfusionMatrix) -> list[str]:
    return [widget.render_line(y).text for y in range(widget.size.height)]


@pytest.mark.parametrize(
    ("size", "margins"),
    [
        ((80, 20), ["support", "F1", "recall"]),
        ((63, 13), ["recall"]),
        ((120, 36), ["support", "F1", "recall"]),
        ((200, 50), ["support", "F1", "recall"]),
    ],
)
async def test_counts_and_margins_fit(size: tuple[int, int], margins: list[str]) -> None:
    app = Screenful()
    async with app.run_test(size=size):
        matrix = app.query_one(ConfusionMatrix)
        matrix.counts = COUNTS
        rows = [row.split() for row in text(matrix) if row.strip()]
    assert rows[1] == [*"0123456789", *margins]
    numbered = [row for row in rows[2:] if len(row) > 2 and row[1] in ("│", "|")]
    assert [row[0] for row in numbered] == list("0123456789")
    assert numbered[3][2:12] == [str(count) if count else "·" for count in COUNTS[3]]
    assert numbered[0][-2:] == ["100.0", "%"]
    below = next(row for row in rows if row[10:] in (["←", "precision,", "%"], ["prec."]))
    assert below[:3] == ["100", "98.1", "98.4"]


async def test_the_margins_have_support_f1_and_recall() -> None:
    app = Screenful()
    async with app.run_test(size=(100, 20)):
        matrix = app.query_one(ConfusionMatrix)
        matrix.names = ("cat", "dog")
        matrix.counts = [[8, 2], [1, 3]]
        rows = [row.split() for row in text(matrix) if row.strip()]
    assert rows[2] == ["cat", "│", "8", "2", "10", "84.2", "80.0", "%"]
    assert rows[3] == ["dog", "│", "1", "3", "4", "66.7", "75.0", "%"]
    assert rows[4][:2] == ["88.9", "60.0"]


async def test_shares_are_those_of_the_row() -> None:
    app = Screenful()
    async with app.run_test(size=(100, 20)):
        matrix = app.query_one(ConfusionMatrix)
        matrix.names = ("0", "1")
        matrix.counts = [[9_999, 1], [250, 750]]
        matrix.shares = True
        rows = [row.split() for row in text(matrix) if row.strip()]
    assert rows[0] == ["actual", "predicted,", "%", "of", "each", "row"]
    assert rows[2][2:4] == ["99.9", "<0.1"]  # less than all is not 100
    assert rows[3][2:4] == ["25.0", "75.0"]


async def test_classes_without_room_come_with_the_cursor() -> None:
    app = Screenful()
    names = tuple(f"c{i:02}" for i in range(26))
    async with app.run_test(size=(80, 20)):
        matrix = app.query_one(ConfusionMatrix)
        matrix.names = names
        matrix.counts = [[100 + i if i == j else 0 for j in range(26)] for i in range(26)]
        assert "c25" not in "\n".join(text(matrix))
        assert "of 26 classes" in "\n".join(text(matrix))
        matrix.action_last()
        shown = "\n".join(text(matrix))
    assert matrix.cursor == (25, 25)
    assert "c25" in shown
    assert "125" in shown


async def test_the_shades_are_explained_where_there_is_a_row_left() -> None:
    app = Screenful()
    async with app.run_test(size=(100, 30)):
        matrix = app.query_one(ConfusionMatrix)
        matrix.counts = [[90 if i == j else 0 for j in range(10)] for i in range(10)]
        assert not any("mistakes" in row for row in text(matrix))
        matrix.counts = [[90 if i == j else 16 * (j == 9) for j in range(10)] for i in range(10)]
        assert any(
            row.split() == ["mistakes", "1", "2", "to", "4", "5", "to", "9", "10", "to", "16"] for row in text(matrix)
        )


async def test_keys_move_the_cursor_within_the_matrix_and_enter_selects() -> None:
    app = Screenful()
    async with app.run_test(size=(80, 20)) as pilot:
        matrix = app.query_one(ConfusionMatrix)
        matrix.counts = COUNTS
        matrix.focus()
        await pilot.press("up", "left", "down", "down", "right", "right", "right", "enter")
    assert app.chosen == [(2, 3, COUNTS[2][3])]


async def test_a_click_moves_the_cursor_to_a_cell_and_a_double_click_selects_it() -> None:
    app = Screenful()
    async with app.run_test(size=(80, 20)) as pilot:
        matrix = app.query_one(ConfusionMatrix)
        matrix.counts = COUNTS
        await pilot.pause()
        y = next(i for i, row in enumerate(text(matrix)) if row.split()[:1] == ["4"])
        x = text(matrix)[1 if text(matrix)[0].strip() else y - 5].index("6")
        await pilot.click(ConfusionMatrix, offset=(x, y))
        assert (matrix.cursor, app.chosen) == ((4, 6), [])
        await pilot.click(ConfusionMatrix, offset=(x, y), times=2)
        await pilot.click(ConfusionMatrix, offset=(x, 0), times=2)
    assert app.chosen == [(4, 6, COUNTS[4][6])]


async def test_moving_the_cursor_refreshes_two_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Screenful()
    async with app.run_test(size=(80, 20)) as pilot:
        matrix = app.query_one(ConfusionMatrix)
        matrix.counts = COUNTS
        matrix.focus()
        await pilot.pause()
        regions: list[object] = []
        monkeypatch.setattr(matrix, "refresh", lambda *given, **options: regions.extend(given))
        matrix.action_cursor_down()
        assert len(regions) == 2


async def test_ascii_matrices_hold_nothing_but_ascii() -> None:
    app = Screenful()
    async with app.run_test(size=(80, 20)):
        matrix = app.query_one(ConfusionMatrix)
        matrix.counts = COUNTS
        matrix.ascii = True
        assert all(row.isascii() for row in text(matrix))


async def test_before_the_first_test_a_sentence_stands_there_and_enter_does_nothing() -> None:
    app = Screenful()
    async with app.run_test(size=(80, 20)) as pilot:
        matrix = app.query_one(ConfusionMatrix)
        matrix.focus()
        await pilot.press("enter")
        assert any("first epoch" in row for row in text(matrix))
    assert app.chosen == []


async def test_a_digit_that_never_occurs_has_no_recall() -> None:
    app = Screenful()
    async with app.run_test(size=(80, 20)):
        matrix = app.query_one(ConfusionMatrix)
        matrix.counts = [[0] * 10, *COUNTS[1:]]
        row = next(
            row for row in text(matrix) if row.split()[:1] == ["0"] and "recall" not in row and "|" not in row[:2]
        )
    assert row.split()[-1] in ("-", "recall")


@pytest.mark.parametrize("most", [1, 2, 3, 4, 7, 16, 50, 1000])
def test_the_legend_says_for_each_count_the_shade_that_it_has(most: int) -> None:
    said = {count: level for level, first, last in levels(most) for count in range(first, last + 1)}
    assert said == {count: heat(count, most) for count in range(1, most + 1)}


def test_more_errors_are_hotter() -> None:
    heats = [heat(count, 100) for count in (1, 10, 50, 100)]
    assert heats == sorted(heats)
    assert heats[0] == 1
    assert heats[-1] == 4
