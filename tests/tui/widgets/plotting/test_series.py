"""Smoothing and thinning."""

import math

import pytest

from tui.widgets.plotting.series import decimate, smooth


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
