"""Scales, ticks and short figures."""

import itertools
import math

import pytest

from tui.widgets.plotting.ticks import format_figure, format_tick, inner_ticks, linear_scale, log_scale


@pytest.mark.parametrize(("low", "high"), [(0.07, 2.4), (0.0, 0.31), (-3.0, 7.0), (3.0, 3.0), (0.0, 0.0), (1e-9, 2e9)])
def test_a_linear_scale_encloses_the_data_with_round_ticks_whole_cells_apart(low: float, high: float) -> None:
    for cells in (2, 3, 5, 8, 11, 12, 20, 43):
        scale = linear_scale(low, high, cells)
        assert scale.first <= low + 1e-9 * scale.step
        assert scale.first + (cells - 1) * scale.step >= high - 1e-9 * scale.step
        at = [cell for cell, _ in scale.ticks]
        assert 2 <= len(at) <= 7
        assert len({b - a for a, b in itertools.pairwise(at)}) == 1
        for cell, value in scale.ticks:
            assert scale.first + cell * scale.step == pytest.approx(value, abs=1e-9 * scale.step)
        step = scale.ticks[1][1] - scale.ticks[0][1]
        assert f"{step:.0e}"[0] in "125"
        assert step == pytest.approx(float(f"{step:.0e}"))


def test_a_linear_scale_ends_at_its_top() -> None:
    scale = linear_scale(0.947, 0.993, 12, top=1.0)
    assert scale.first + 11 * scale.step <= 1.0 + 1e-12
    assert all(value <= 1 + 1e-12 for _, value in scale.ticks)
    full = linear_scale(0.02, 1.0, 12, top=1.0)
    assert full.ticks[-1][1] == pytest.approx(1.0)


def test_inner_ticks_stay_inside_and_can_be_whole() -> None:
    assert inner_ticks(0, 10, 5) == [0, 2, 4, 6, 8, 10]
    assert inner_ticks(0, 3, 10, whole=True) == [0, 1, 2, 3]


@pytest.mark.parametrize(("low", "high"), [(-1.3, 0.37), (-9.0, 6.0), (0.0, 0.0), (-0.2, 0.1), (-300.0, 300.0)])
def test_a_logarithmic_scale_has_its_powers_of_ten_at_equal_distances(low: float, high: float) -> None:
    for cells in (2, 5, 8, 12, 43):
        scale = log_scale(low, high, cells)
        assert scale.first <= low + 1e-9
        assert scale.first + (cells - 1) * scale.step >= high - 1e-9
        assert 1 <= len(scale.ticks) <= cells
        for cell, value in scale.ticks:
            assert abs(scale.first + cell * scale.step - math.log10(value)) <= scale.step / 2 + 1e-9
        powers = [cell for cell, value in scale.ticks if math.log10(value) % 1 == 0]
        assert len({b - a for a, b in itertools.pairwise(powers)}) <= 1


def test_ticks_and_figures_are_short() -> None:
    assert format_tick(0.995, 0.005, percent=True) == "99.5 %"
    assert format_tick(1.0, 0.01, percent=True) == "100 %"
    assert format_tick(0.5, 0.5) == "0.5"
    assert format_tick(0.0, 0.5) == "0"
    assert format_tick(2e6, 1e6) == "2e6"
    assert format_figure(0.98765, percent=True) == "98.77 %"
    assert format_figure(0.05123) == "0.0512"
    assert format_figure(0.0017) == "0.00170"
    assert format_figure(0.1234) == "0.123"
    assert format_figure(12.345) == "12.35"
    assert len(format_figure(1e-9)) < 10
