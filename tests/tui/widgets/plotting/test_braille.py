"""Lines as braille dots."""

import pytest

from tui.widgets.plotting.axes import Axes
from tui.widgets.plotting.braille import BRAILLE, characters
from tui.widgets.plotting.series import Point

AXES = Axes((0.0, 8.0), (0.0, 4.0), 8, 4)


def drawn(points: list[Point], marker: str = BRAILLE, joined: bool = True) -> list[str]:
    rows = [[" "] * AXES.columns for _ in range(AXES.rows)]
    for x, y, character in characters(points, AXES, marker, joined):
        rows[y][x] = character
    return ["".join(row) for row in rows]


def test_dots_lie_in_two_columns_and_four_rows_of_a_cell() -> None:
    assert drawn([(0.1, 3.9)]) == ["⠁       ", *[" " * 8] * 3]
    assert drawn([(7.9, 0.1)])[-1] == "       ⢀"
    assert drawn([(0.1, 3.9), (0.6, 3.1)], joined=False)[0] == "⢁       "


def test_a_flat_line_has_one_dot_in_each_column_and_a_steep_one_in_each_row() -> None:
    assert drawn([(0.0, 2.1), (8.0, 2.1)]) == [" " * 8, "⣀" * 8, " " * 8, " " * 8]
    assert drawn([(2.1, 0.0), (2.1, 4.0)]) == ["  ⡇     "] * 4
    assert drawn([(0.0, 4.0), (8.0, 0.0)], "*") == ["**      ", "  **    ", "    **  ", "      **"]
    assert drawn([(0.0, 0.0), (2.0, 4.0)], "*") == ["  *     ", " *      ", " *      ", "*       "]


@pytest.mark.parametrize("marker", [BRAILLE, "*"])
def test_a_line_is_the_same_in_both_directions_but_for_where_it_goes_on(marker: str) -> None:
    points = [(0.3, 0.2), (1.9, 3.7), (6.5, 1.0), (7.7, 3.9)]
    there, back = drawn(points, marker), drawn(points[::-1], marker)
    ends = [sum(character not in " " for row in rows for character in row) for rows in (there, back)]
    assert abs(ends[0] - ends[1]) <= 2


def test_a_line_that_comes_from_far_outside_and_goes_there_crosses_the_chart() -> None:
    assert drawn([(-800.0, 2.1), (800.0, 2.1)])[1] == "⣀" * 8
    assert drawn([(-8.0, 8.0), (-1.0, 6.0)]) == [" " * 8] * 4
