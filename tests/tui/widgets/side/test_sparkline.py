"""Values as a line of bars."""

import math

from tui.widgets.side.sparkline import sparkline, thinned


def test_the_newest_values_fill_the_line_from_low_to_high() -> None:
    assert sparkline([0.0, 0.5, 1.0], 10) == "▁▅█"
    assert sparkline([0.0] * 5 + [1.0] * 3, 4) == "▁███"
    assert sparkline([-1.0, 2.0], 2) == "▁█"


def test_what_is_no_number_is_a_gap_and_ascii_is_ascii() -> None:
    assert sparkline([0.0, math.nan, 1.0], 5) == "▁ █"
    assert sparkline([0.0, 0.5, 1.0], 5, ascii=True).isascii()


def test_all_values_are_thinned_to_means_of_neighbours() -> None:
    assert thinned([1, 2, 3], 5) == [1, 2, 3]
    assert thinned([0, 1, 2, 3], 2) == [0.5, 2.5]
    assert len(thinned(list(range(1000)), 7)) == 7
    assert thinned([1, 2], 0) == []
