"""Trends of a curve and how certain they are: means over bins, and fitted lines with their standard errors."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from tui.state.run import Point

CERTAIN = 4.0  # standard errors of a slope
BINS = 20  # of the history, each a mean over so many steps that their noise is small


@dataclass(frozen=True)
class LinearFit:
    """A straight line through points by least squares; `error` is the standard error of its slope."""

    slope: float
    error: float
    first: float  # its height at the first point
    last: float

    @property
    def certainty(self) -> float:
        """The slope in standard errors of itself: Student's t. Beyond CERTAIN it is hardly ever chance."""
        return self.slope / self.error if self.error else math.copysign(math.inf, self.slope) if self.slope else 0.0


def fit(points: Sequence[Point]) -> LinearFit:
    """Fit at least three points; flat where all of them have the same x."""
    xs, ys = zip(*points, strict=True)
    middle, mean = statistics.fmean(xs), statistics.fmean(ys)
    spread = sum((x - middle) ** 2 for x in xs)
    if not spread:
        return LinearFit(0.0, 0.0, mean, mean)
    slope = sum((x - middle) * (y - mean) for x, y in points) / spread
    rest = sum((y - mean - slope * (x - middle)) ** 2 for x, y in points)
    return LinearFit(
        slope=slope,
        error=math.sqrt(rest / (len(points) - 2) / spread),
        first=mean + slope * (xs[0] - middle),
        last=mean + slope * (xs[-1] - middle),
    )


def bin_means(points: Sequence[Point], count: int) -> list[Point]:
    """Return the mean point of each of `count` bins of equal length; those that hold none are left out.

    The noise of single steps, and how many of them a point stands for, hardly matter to these.
    """
    if not points:
        return []
    low, high = points[0][0], points[-1][0]
    width = (high - low) / count or 1.0
    groups: list[list[Point]] = [[] for _ in range(count)]
    for x, y in points:
        groups[max(0, min(count - 1, int((x - low) / width)))].append((x, y))
    return [(statistics.fmean(x for x, _ in group), statistics.fmean(y for _, y in group)) for group in groups if group]
