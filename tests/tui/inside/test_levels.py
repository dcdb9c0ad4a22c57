"""Numbers as the levels of a picture."""

import math

import numpy as np
import pytest

from engine.vocabulary.messages import Maps
from tests.tui.inside.answers import maps_of
from tui.widgets.inside.levels import MOST, level, map_levels, resampled, shares, values_of
from tui.widgets.inside.map_drawing import size_in


def test_a_level_has_the_sign_of_its_number_and_the_strongest_has_most() -> None:
    assert [level(share) for share in (-1.0, 0.0, 1.0, 2.0)] == [-MOST, 0, MOST, MOST]
    assert [level(share / 10) for share in range(-10, 11)] == sorted(level(share / 10) for share in range(-10, 11))


def test_shares_of_bytes_are_the_numbers_divided_by_the_farthest_from_0() -> None:
    values = np.linspace(-1.0, 3.0, 16).reshape(1, 4, 4)
    told = maps_of(values)
    assert shares(told.pixels, told.low, told.high) == pytest.approx((values / 3.0).ravel().tolist(), abs=0.01)
    assert shares(bytes(3), 0.0, 0.0) == [0.0, 0.0, 0.0]


def test_a_picture_made_smaller_has_the_means_of_its_areas() -> None:
    values = np.arange(64.0).reshape(8, 8)
    expected = values.reshape(4, 2, 4, 2).mean((1, 3))
    assert np.allclose(resampled(values.ravel().tolist(), 8, 8, 4, 4), expected)


def test_a_picture_made_larger_repeats_each_pixel() -> None:
    values = np.arange(9.0).reshape(3, 3)
    assert np.array_equal(resampled(values.ravel().tolist(), 3, 3, 6, 6), values.repeat(2, 0).repeat(2, 1))


def test_missing_values_are_0_and_an_empty_picture_is_drawn_empty() -> None:
    assert resampled([1.0], 2, 1, 2, 1) == [[1.0, 0.0]]
    assert resampled([], 0, 0, 2, 1) == [[0.0, 0.0]]


def test_the_second_map_is_drawn_from_its_own_bytes() -> None:
    values = np.zeros((2, 2, 2))
    values[1, 0, 1] = 5.0
    assert map_levels(maps_of(values), 0, 2, 2) == ((0, 0), (0, 0))
    assert map_levels(maps_of(values), 1, 2, 2) == ((0, MOST), (0, 0))


@pytest.mark.parametrize(("height", "width", "size"), [(5, 5, (10, 10)), (24, 24, (14, 14)), (14, 14, (14, 14)),
                                                       (512, 2, (1, 14)), (1, 64, (14, 1))])  # fmt: skip
def test_maps_fill_their_room_and_never_leave_it(height: int, width: int, size: tuple[int, int]) -> None:
    found = size_in(maps_of(np.zeros((3, height, width))), 14, 7)
    assert found == size
    assert all(math.isfinite(each) for each in found)


def test_a_histogram_of_a_map_counts_its_own_values_and_no_other_map_s() -> None:
    maps = Maps(pixels=bytes([0, 0, 0, 0, 0, 128, 255, 255]), shown=2, count=2, height=2, width=2, low=0.0, high=255.0)
    told = values_of(maps, 1)
    assert (told.counts[0], told.counts[len(told.counts) // 2], told.counts[-1], sum(told.counts)) == (1, 1, 2, 4)
    assert (told.mean, told.zero, told.low, told.high) == (159.5, 0.25, 0.0, 255.0)
    assert told.deviation == pytest.approx(np.std([0, 128, 255, 255]))
