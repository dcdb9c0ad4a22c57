"""The axes of a report suit what they show, and its lines stay inside."""

import itertools
import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.vocabulary.messages import Calibration, ReliabilityBin
from tui.report.drawing.axes import HEIGHT, count_axis, linear_axis, log_axis, value_axis
from tui.report.drawing.lines import Curve, LineChart, clipped, draw_lines, spread
from tui.report.drawing.reliability import bins_of, draw_reliability, odds_axis
from tui.report.markup import Safe, el, number, text


def labels(axis) -> list[str]:
    return [label for _, label in axis.ticks]


def test_ticks_are_round_and_as_many_as_have_room() -> None:
    assert labels(linear_axis(0.912, 0.987, percent=True)) == ["90 %", "92 %", "94 %", "96 %", "98 %", "100 %"]
    assert labels(linear_axis(0.0, 2.31)) == ["0", "0.5", "1.0", "1.5", "2.0", "2.5"]
    assert labels(log_axis(0.0016, 1.9)) == ["0.001", "0.01", "0.1", "1"]
    assert labels(log_axis(0.06, 0.9)) == ["0.05", "0.1", "0.2", "0.5", "1"]
    assert labels(count_axis(3)) == ["0", "1", "2", "3"]
    assert labels(count_axis(200)) == ["0", "50", "100", "150", "200"]


@given(st.floats(-1e12, 1e12), st.floats(0, 1e12), st.booleans())
def test_an_axis_holds_what_it_is_for(low: float, span: float, percent: bool) -> None:
    low, high = (min(1.0, abs(low) / 1e12), min(1.0, (abs(low) + span) / 1e12)) if percent else (low, low + span)
    axis = value_axis((low, high), percent)
    assert axis.high > axis.low
    assert axis.holds(low)
    assert axis.holds(high)
    assert 0 < len(axis.ticks) <= 12
    room = 1e-9 * (axis.high - axis.low)
    assert all(axis.low - room <= place <= axis.high + room for place, _ in axis.ticks)


def test_values_far_apart_get_a_logarithmic_axis_and_accuracies_never_do() -> None:
    assert value_axis((0.01, 2.3), percent=False).log
    assert not value_axis((0.5, 2.3), percent=False).log
    assert not value_axis((0.0, 2.3), percent=False).log
    assert not value_axis((0.01, 0.99), percent=True).log


def test_the_first_epochs_do_not_flatten_the_rest_and_that_is_said() -> None:
    points = tuple((float(i), 0.99 - 0.8 / i**3) for i in range(1, 21))
    drawn = draw_lines(LineChart((Curve("test", points, "test c1", "test", "circle"),), percent=True))
    assert drawn.note == "The axis begins at 98.2 %; the first epochs lie below"
    flat = draw_lines(LineChart((Curve("test", points[-4:], "test c1"),), percent=True))
    assert flat.note == ""


@pytest.mark.parametrize("values", [(0.5,), (0.0, 0.0, 0.0), (1.0,) * 9, (1e39, 0.1, 2.0), (float("nan"), 0.3)])
def test_odd_values_are_drawn_inside(values: tuple[float, ...]) -> None:
    points = tuple((float(i), each) for i, each in enumerate(values, 1))
    svg = draw_lines(LineChart((Curve("test", points, "test c1", "test", "circle"),))).svg
    heights = [float(each) for each in re.findall(r'c?y\d?="([-\d.]+)"', svg)]
    assert all(-5 <= each <= HEIGHT + 5 for each in heights)
    assert "nan" not in svg
    assert "inf" not in svg


def test_a_line_ends_at_the_edge_where_it_crosses_it() -> None:
    assert clipped((0.0, 0.0), (1.0, 2.0), 0.5, 1.0) == ((0.25, 0.5), (0.5, 1.0))
    assert clipped((0.0, 2.0), (1.0, 3.0), 0.5, 1.0) is None
    assert clipped((0.0, 0.7), (1.0, 0.7), 0.5, 1.0) == ((0.0, 0.7), (1.0, 0.7))


@given(st.lists(st.floats(0, 200), min_size=1, max_size=30).map(sorted))
def test_labels_keep_their_order_and_their_distance(wanted: list[float]) -> None:
    placed = spread(wanted, 16, 222)
    apart = min(12.0, 206 / max(1, len(wanted) - 1))
    assert all(b - a >= apart - 1e-6 for a, b in itertools.pairwise(placed))
    assert placed[-1] <= 222 + 1e-6


def test_the_axis_of_certainty_ends_where_so_many_images_can_tell_no_more() -> None:
    assert labels(odds_axis([0.5, 0.999999], 67))[-1] == "99.9 %"
    assert labels(odds_axis([0.5, 0.999999], 667))[-1] == "99.99 %"
    assert labels(odds_axis([1.0, 1.0], 1))
    bins = [ReliabilityBin(images=67, lowest=0.5, highest=1.0, confidence=0.9, accuracy=1.0)]
    found = Calibration(confidence=0.9, error=0.1, log_likelihood=0.1, brier=0.1, bins=bins)
    assert "67 images: 90.00 % sure, 100.00 % right" in draw_reliability([bins_of("x", found, "c1", "circle")])


def test_text_is_escaped_unless_it_is_markup() -> None:
    assert el("p", "<b>", Safe("<b>"), title='"x"', hidden=True, id=None) == (
        '<p title="&quot;x&quot;" hidden>&lt;b&gt;<b></p>'
    )
    assert text("a\x1b[0m\u202e") == "a\ufffd[0m\ufffd"
    assert [number(each) for each in (1.0, -0.04, 2.26, math.pi)] == ["1", "0", "2.3", "3.1"]
