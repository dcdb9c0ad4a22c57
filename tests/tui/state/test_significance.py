"""Means, confidence intervals, the paired t-test and Welch's, against published figures and scipy's own tests."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from tui.state.significance import (
    CONFIDENCE,
    PairedTest,
    Sample,
    mcnemar,
    paired_test,
    pairing_helps,
    sample,
    welch_test,
    wilson,
)

# The sleep of ten patients (hours gained) on two drugs: Student 1908, and the example of R's t.test.
FIRST = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SECOND = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
# The two-sided 5 % points of Student's t, from printed tables: degrees of freedom and t.
TABLE = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 9: 2.262, 10: 2.228, 20: 2.086, 30: 2.042, 120: 1.980}

figures = st.floats(-1e3, 1e3)
pairs = st.lists(st.tuples(figures, figures), min_size=2, max_size=30)


def test_students_sleep_data_give_the_published_figures() -> None:
    test = paired_test(SECOND, FIRST)
    assert test.t == pytest.approx(-4.0621, abs=5e-5)
    assert test.df == 9
    assert test.p == pytest.approx(0.002833, abs=5e-7)
    assert test.difference.mean == pytest.approx(-1.58)
    assert test.difference.low == pytest.approx(-2.4598858, abs=5e-8)
    assert test.difference.high == pytest.approx(-0.7001142, abs=5e-8)
    assert test.significant


@pytest.mark.parametrize(("df", "t"), TABLE.items())
def test_the_confidence_interval_has_the_width_of_the_printed_tables(df: int, t: float) -> None:
    values = [float(i % 2) for i in range(df + 1)]
    found = sample(values)
    assert found.sd is not None
    assert found.high is not None
    assert (found.high - found.mean) / (found.sd / math.sqrt(df + 1)) == pytest.approx(t, abs=5e-4)


def test_the_standard_deviation_is_that_of_a_sample() -> None:
    assert sample([2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]).sd == pytest.approx(math.sqrt(32 / 7))


@given(pairs)
def test_the_test_agrees_with_scipys(values: list[tuple[float, float]]) -> None:
    first, second = zip(*values, strict=True)
    test = paired_test(first, second)
    assume(test.t is not None)
    assert test.difference.sd is not None
    assume(test.difference.sd > 1e-6)  # below, scipy itself warns of lost digits
    known = stats.ttest_rel(second, first)
    low, high = known.confidence_interval(CONFIDENCE)
    assert test.t == pytest.approx(known.statistic, rel=1e-6, abs=1e-9)
    assert test.p == pytest.approx(known.pvalue, rel=1e-6, abs=1e-12)
    assert (test.difference.low, test.difference.high) == pytest.approx((low, high), rel=1e-6, abs=1e-9)


@given(st.lists(figures, min_size=2, max_size=30))
def test_the_mean_lies_in_its_interval_and_moves_with_the_values(values: list[float]) -> None:
    found = sample(values)
    assert found.low is not None
    assert found.high is not None
    assert found.low <= found.mean <= found.high
    moved = sample([value + 100 for value in values])
    assert moved.mean == pytest.approx(found.mean + 100, abs=1e-6)
    assert moved.sd == pytest.approx(found.sd, abs=1e-6)


@given(pairs)
def test_turning_the_sides_round_turns_the_sign_and_nothing_else(values: list[tuple[float, float]]) -> None:
    first, second = zip(*values, strict=True)
    one, other = paired_test(first, second), paired_test(second, first)
    assert one.difference.mean == -other.difference.mean
    assert one.p == other.p
    assert one.t == (None if other.t is None else -other.t)


@given(pairs)
def test_the_difference_is_significant_exactly_when_its_interval_leaves_out_zero(
    values: list[tuple[float, float]],
) -> None:
    test = paired_test(*zip(*values, strict=True))
    assume(test.p is not None and abs(test.p - 0.05) > 1e-9)
    assert test.difference.low is not None
    assert test.difference.high is not None
    assert test.significant is not (test.difference.low <= 0 <= test.difference.high)


def test_one_value_says_nothing_of_its_spread() -> None:
    assert sample([0.5]) == Sample(1, 0.5, None, None, None)
    with pytest.raises(ValueError, match="no values"):
        sample([])


@pytest.mark.parametrize("shift", [0.0, 0.1])
def test_differences_that_are_all_the_same_are_not_tested(shift: float) -> None:
    first = [0.1, 0.2, 0.3, 0.7]
    test = paired_test(first, [value + shift for value in first])
    assert test == PairedTest(
        Sample(4, pytest.approx(shift), 0.0, pytest.approx(shift), pytest.approx(shift)), 3, None, None
    )
    assert not test.significant
    assert shift or test.difference.mean == 0.0


@pytest.mark.parametrize(("first", "second"), [([], []), ([1.0], [2.0]), ([1.0, 2.0], [1.0])])
def test_a_test_needs_two_pairs(first: list[float], second: list[float]) -> None:
    with pytest.raises(ValueError, match="no two pairs"):
        paired_test(first, second)


# ------------------------------------------------- an accuracy, and unpaired means


@given(st.integers(1, 70_000).flatmap(lambda count: st.tuples(st.integers(0, count), st.just(count))))
def test_the_interval_of_an_accuracy_is_scipys_wilson_interval(drawn: tuple[int, int]) -> None:
    right, count = drawn
    known = stats.binomtest(right, count).proportion_ci(CONFIDENCE, method="wilson")
    assert wilson(right / count, count) == pytest.approx((known.low, known.high), rel=1e-9, abs=1e-12)
    low, high = wilson(right / count, count)
    assert 0 <= low <= right / count <= high <= 1
    assert low < high


def test_an_accuracy_of_no_images_has_no_interval() -> None:
    with pytest.raises(ValueError, match="no images"):
        wilson(0.5, 0)


@given(st.lists(figures, min_size=2, max_size=20), st.lists(figures, min_size=2, max_size=20))
def test_welchs_test_agrees_with_scipys(first: list[float], second: list[float]) -> None:
    assume(min(max(side) - min(side) for side in (first, second)) > 1e-3)
    test = welch_test(first, second)
    assert test is not None
    known = stats.ttest_ind(second, first, equal_var=False)
    low, high = known.confidence_interval(CONFIDENCE)
    assert (test.t, test.df, test.p) == pytest.approx((known.statistic, known.df, known.pvalue), rel=1e-6, abs=1e-9)
    assert (test.low, test.high) == pytest.approx((low, high), rel=1e-6, abs=1e-6)


def test_the_sleep_data_are_correlated_and_pairing_helps_as_in_the_textbooks() -> None:
    paired, welch = paired_test(SECOND, FIRST), welch_test(SECOND, FIRST)
    assert paired.correlation == pytest.approx(0.7951702, abs=5e-8)
    assert welch is not None
    assert (welch.t, welch.df, welch.p) == pytest.approx((-1.8608, 17.7765, 0.07939), abs=5e-5)  # R: t.test
    assert pairing_helps(paired, welch)


def test_pairs_that_go_against_each_other_are_not_helped_by_pairing() -> None:
    first, second = [1.0, 2.0, 3.0, 4.0, 5.0], [6.1, 5.0, 3.9, 3.1, 2.0]
    paired, welch = paired_test(first, second), welch_test(first, second)
    assert paired.correlation is not None
    assert paired.correlation < -0.99
    assert not pairing_helps(paired, welch)


def test_sides_without_spread_have_no_correlation_and_no_welchs_test() -> None:
    assert paired_test([1.0, 1.0, 1.0], [1.0, 2.0, 3.0]).correlation is None
    assert welch_test([1.0, 1.0], [2.0, 2.0]) is None
    assert welch_test([1.0, 1.0], [2.0, 3.0]) is not None
    with pytest.raises(ValueError, match="too few"):
        welch_test([1.0], [2.0, 3.0])


@pytest.mark.parametrize(("only_a", "only_b"), [(0, 0), (1, 0), (3, 12), (12, 3), (5, 5), (19, 21), (400, 520)])
def test_mcnemars_test_is_scipys_exact_binomial_test(only_a: int, only_b: int) -> None:
    found = mcnemar(only_a, only_b)
    known = stats.binomtest(only_a, only_a + only_b).pvalue if only_a + only_b else 1.0
    assert found.p == pytest.approx(known, rel=1e-9)
    assert found.significant == (known < 0.05)
