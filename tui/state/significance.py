"""What a few values prove: their mean, its confidence interval, the paired t-test, Welch's and McNemar's. Pure.

Student, The probable error of a mean, Biometrika 6 (1908); Welch, The generalization of Student's problem when several
different population variances are involved, Biometrika 34 (1947). The t distribution comes from scipy, which is
imported when the first figure is needed.
"""

import math
import statistics
from collections.abc import Sequence

import msgspec

CONFIDENCE = 0.95
SIGNIFICANCE = 0.05  # the share of chance findings that is put up with
ROUNDING = 1e-12  # differences of floats that are equal but for this share of the values are the same


class Sample(msgspec.Struct, frozen=True):
    """What `count` values say of the mean that all such values would have, if they are normally distributed.

    `sd` is the sample standard deviation (divided by count - 1); the mean lies between `low` and `high` with 95 %
    confidence. None where one value says nothing about it.
    """

    count: int
    mean: float
    sd: float | None = None
    low: float | None = None
    high: float | None = None


class PairedTest(msgspec.Struct, frozen=True):
    """Student's paired t-test, two-sided: `p` is how often chance alone makes a `t` as far from 0 as this one.

    `difference` are the second values minus the first. `t` and `p` are None where all differences are the same:
    without any spread there is nothing to hold the mean against.
    """

    difference: Sample
    df: int
    t: float | None
    p: float | None
    correlation: float | None = None
    """Pearson's, of the values of a pair; None where one side has no spread. The higher it is, the more pairing helps:
    what a seed does to both falls out of their difference."""

    @property
    def significant(self) -> bool:
        """Whether the mean difference is more than noise."""
        return self.p is not None and self.p < SIGNIFICANCE


class WelchTest(msgspec.Struct, frozen=True):
    """Welch's t-test of two means that are not paired, two-sided, with the confidence interval of their difference.

    `df` is by Welch and Satterthwaite, and seldom whole.
    """

    t: float
    df: float
    p: float
    low: float
    high: float

    @property
    def significant(self) -> bool:
        return self.p < SIGNIFICANCE


def sample(values: Sequence[float]) -> Sample:
    """Raises ValueError for no values."""
    if not values:
        raise ValueError("no values have no mean")
    count, mean = len(values), statistics.fmean(values)
    if count == 1:
        return Sample(count, mean)
    sd = statistics.stdev(values)
    from scipy.special import stdtrit

    half = float(stdtrit(count - 1, (1 + CONFIDENCE) / 2)) * sd / math.sqrt(count)
    return Sample(count, mean, sd, mean - half, mean + half)


def wilson(accuracy: float, count: int) -> tuple[float, float]:
    """Return the limits of the 95 % confidence interval of a share that was measured on `count` independent images.

    The score interval of Wilson, Probable inference, the law of succession, and statistical inference, Journal of the
    American Statistical Association 22 (1927), without correction for continuity. It stays within 0 and 1, and has a
    width where all or none are right. Raises ValueError for no images.
    """
    if count < 1:
        raise ValueError("no images have no accuracy")
    z = statistics.NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    right = round(accuracy * count)
    share = right / count
    middle = share + z * z / (2 * count)
    half = z * math.sqrt(share * (1 - share) / count + (z / (2 * count)) ** 2)
    low, high = ((middle + side * half) / (1 + z * z / count) for side in (-1, 1))
    return 0.0 if right == 0 else max(0.0, low), 1.0 if right == count else min(1.0, high)


class McNemarTest(msgspec.Struct, frozen=True):
    """McNemar's test of two networks on the same images: `p` is how often chance alone divides so unevenly the images
    that only one of them has right. Two-sided, and exact: by the binomial distribution, for few and many alike."""

    only_a: int
    only_b: int
    p: float

    @property
    def significant(self) -> bool:
        return self.p < SIGNIFICANCE


def mcnemar(only_a: int, only_b: int) -> McNemarTest:
    """Compare two networks by how many images only the one and only the other has right.

    McNemar, Note on the sampling error of the difference between correlated proportions or percentages, Psychometrika
    12 (1947); recommended by Dietterich, Approximate statistical tests for comparing supervised classification learning
    algorithms, Neural Computation 10 (1998).
    """
    if not only_a + only_b:
        return McNemarTest(only_a, only_b, 1.0)
    from scipy.special import bdtr

    p = 2 * float(bdtr(min(only_a, only_b), only_a + only_b, 0.5))
    return McNemarTest(only_a, only_b, min(1.0, p))


def paired_test(first: Sequence[float], second: Sequence[float]) -> PairedTest:
    """Compare values that belong together pair by pair. Raises ValueError for fewer than two pairs."""
    if len(first) != len(second) or len(first) < 2:
        raise ValueError(f"{len(first)} and {len(second)} values are no two pairs or more")
    differences = [b - a for a, b in zip(first, second, strict=True)]
    largest = max(abs(value) for value in (*first, *second))
    if max(differences) - min(differences) <= ROUNDING * largest:
        same = statistics.fmean(differences)
        same = 0.0 if abs(same) <= ROUNDING * largest else same
        return PairedTest(Sample(len(differences), same, 0.0, same, same), len(differences) - 1, None, None)
    from scipy.special import stdtr

    difference = sample(differences)
    assert difference.sd is not None
    t = difference.mean / (difference.sd / math.sqrt(difference.count))
    df = difference.count - 1
    return PairedTest(difference, df, t, float(2 * stdtr(df, -abs(t))), correlation(first, second))


def correlation(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Return Pearson's correlation of pairs, None where one side has no spread."""
    largest = max(abs(value) for value in (*first, *second))
    if min(max(side) - min(side) for side in (first, second)) <= ROUNDING * largest:
        return None
    try:
        return max(-1.0, min(1.0, statistics.correlation(first, second)))
    except statistics.StatisticsError:  # a spread so small that its square is 0
        return None


def welch_test(first: Sequence[float], second: Sequence[float]) -> WelchTest | None:
    """Compare two means of values that need not belong together; None where neither side has any spread.

    Raises ValueError for fewer than two values on a side.
    """
    if min(len(first), len(second)) < 2:
        raise ValueError(f"{len(first)} and {len(second)} values are too few")
    from scipy.special import stdtr, stdtrit

    shares = [statistics.variance(side) / len(side) for side in (first, second)]
    error = math.sqrt(sum(shares))
    largest = max(abs(value) for value in (*first, *second))
    if error <= ROUNDING * largest:
        return None
    parts = [share / sum(shares) for share in shares]
    df = 1 / sum(part**2 / (len(side) - 1) for part, side in zip(parts, (first, second), strict=True))
    difference = statistics.fmean(second) - statistics.fmean(first)
    t = difference / error
    half = float(stdtrit(df, (1 + CONFIDENCE) / 2)) * error
    return WelchTest(t, df, float(2 * stdtr(df, -abs(t))), difference - half, difference + half)


def pairing_helps(paired: PairedTest, welch: WelchTest | None) -> bool:
    """Tell whether pairs tell more than the two means alone: whether the difference has the narrower interval.

    It has not where the values of a pair are hardly correlated, as pairing halves the degrees of freedom.
    """
    difference = paired.difference
    if welch is None or difference.low is None or difference.high is None:
        return True
    return difference.high - difference.low < welch.high - welch.low
