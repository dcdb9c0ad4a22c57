"""Smoothing, thinning, ticks and figures."""

import math

import pytest

from tui.widgets.series import (
    decimate,
    format_tick,
    format_value,
    inner_ticks,
    linear_ticks,
    log_ticks,
    smooth,
)


def test_smoothing_removes_the_bias_of_its_start() -> None:
    assert smooth([4.0, 2.0], 0.5)[0] == pytest.approx(4.0)
    assert smooth([4.0, 2.0], 0.5)[1] == pytest.approx((0.5 * 0.5 * 4.0 + 0.5 * 2.0) / 0.75)


def test_smoothing_by_nothing_changes_nothing() -> None:
    assert smooth([3.0, 1.0, 2.0], 0.0) == [3.0, 1.0, 2.0]


def test_smoothing_leaves_a_constant_series_alone() -> None:
    assert smooth([0.7] * 5, 0.9) == [0.7] * 5
    assert smooth([], 0.9) == []


def test_smoothing_passes_over_values_that_are_no_numbers() -> None:
    smoothed = smooth([1.0, math.nan, 3.0], 0.5)
    assert math.isnan(smoothed[1])
    assert smoothed[2] == pytest.approx((0.5 * 0.5 * 1.0 + 0.5 * 3.0) / 0.75)


def test_thinning_keeps_spikes_and_both_ends() -> None:
    points = [(float(i), 1.0) for i in range(6000)]
    points[1234] = (1234.0, 9.0)
    points[4321] = (4321.0, -9.0)
    thin = decimate(points, 100)
    assert len(thin) <= 104
    assert thin[0] == points[0]
    assert thin[-1] == points[-1]
    assert (1234.0, 9.0) in thin
    assert (4321.0, -9.0) in thin
    assert thin == sorted(thin)


def test_thinning_keeps_short_series_and_drops_what_is_not_finite() -> None:
    points = [(0.0, 1.0), (1.0, math.nan), (2.0, math.inf), (3.0, 2.0), (math.nan, 1.0)]
    assert decimate(points, 100) == [(0.0, 1.0), (3.0, 2.0)]
    assert decimate([], 10) == []


def test_a_series_that_grows_keeps_its_old_points_under_a_fixed_range() -> None:
    points = [(i / 100, math.sin(i * 7.0)) for i in range(1000)]
    before, after = decimate(points[:600], 100, (0.0, 10.0)), decimate(points, 100, (0.0, 10.0))
    assert after[: len(before) - 3] == before[:-3]


def test_linear_ticks_are_round_few_and_enclose_the_data() -> None:
    assert linear_ticks(0.07, 2.4, 5) == [0.0, 0.5, 1.0, 1.5, 2.0, 2.5]
    assert linear_ticks(0.947, 0.993, 5) == [0.94, 0.95, 0.96, 0.97, 0.98, 0.99, 1.0]
    assert linear_ticks(3.0, 3.0, 4)[0] < 3.0 < linear_ticks(3.0, 3.0, 4)[-1]
    assert linear_ticks(0.0, 0.0, 4)[0] < 0.0 < linear_ticks(0.0, 0.0, 4)[-1]


def test_inner_ticks_stay_inside_and_can_be_whole() -> None:
    assert inner_ticks(0, 10, 5) == [0, 2, 4, 6, 8, 10]
    assert inner_ticks(0, 3, 10, whole=True) == [0, 1, 2, 3]


def test_log_ticks_enclose_the_data_at_any_number_of_decades() -> None:
    assert log_ticks(0.05, 2.0, 6) == pytest.approx([0.05, 0.1, 0.2, 0.5, 1.0, 2.0])
    wide = log_ticks(1e-9, 1e6, 5)
    assert wide[0] <= 1e-9
    assert wide[-1] >= 1e6
    assert len(wide) <= 7


def test_ticks_and_figures_are_short() -> None:
    assert format_tick(0.995, 0.005, percent=True) == "99.5 %"
    assert format_tick(1.0, 0.01, percent=True) == "100 %"
    assert format_tick(0.5, 0.5) == "0.5"
    assert format_tick(0.0, 0.5) == "0"
    assert format_tick(2e6, 1e6) == "2e6"
    assert format_value(0.98765, percent=True) == "98.77 %"
    assert format_value(0.05123) == "0.0512"
    assert format_value(0.0017) == "0.00170"
    assert format_value(0.1234) == "0.123"
    assert format_value(12.345) == "12.35"
    assert len(format_value(1e-9)) < 10
