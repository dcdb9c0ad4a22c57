"""The confusion matrix on a screen."""

import pytest
from textual import on
from textual.app import App, ComposeResult

from tui.widgets.confusion import ConfusionMatrix, heat

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


@pytest.mark.parametrize("size", [(80, 20), (63, 13), (120, 36), (200, 50)])
async def test_counts_and_recall_fit(size: tuple[int, int]) -> None:
    app = Screenful()
    async with app.run_test(size=size):
        matrix = app.query_one(ConfusionMatrix)
        matrix.counts = COUNTS
        rows = [row.split() for row in text(matrix) if row.strip()]
    assert rows[1] == [*"0123456789", "recall"]
    numbered = [row for row in rows[2:] if len(row) > 2]
    assert [row[0] for row in numbered] == list("0123456789")
    assert numbered[3][2:12] == [str(count) if count else "·" for count in COUNTS[3]]
    assert numbered[0][-2:] == ["100.0", "%"]


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


def test_more_errors_are_hotter() -> None:
    heats = [heat(count, 100) for count in (1, 10, 50, 100)]
    assert heats == sorted(heats)
    assert heats[0] == 1
    assert heats[-1] == 4
