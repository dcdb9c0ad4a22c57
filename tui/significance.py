"""How far a few values speak: their mean, its confidence interval, and the paired t-test. Pure.

Student, The probable error of a mean, Biometrika 6 (1908). The t distribution comes from scipy, which is imported
when the first figure is needed.
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

    @property
    def significant(self) -> bool:
        """Whether the mean difference is more than noise."""
        return self.p is not None and self.p < SIGNIFICANCE


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
    return PairedTest(difference, df, t, float(2 * stdtr(df, -abs(t))))
