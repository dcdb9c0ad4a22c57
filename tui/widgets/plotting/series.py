"""Series of numbers for a chart: smoothing and thinning. Pure."""

import bisect
import math
from collections.abc import Iterable, Sequence
from operator import itemgetter

Point = tuple[float, float]
Range = tuple[float, float]

MOST = 1e300
_y = itemgetter(1)


def smooth(values: Sequence[float], weight: float) -> list[float]:
    """Return the exponential moving average with the bias of its start removed, as TensorBoard's charts do.

    (tensorboard/components/vz_line_chart2/line-chart.ts, resmoothDataset). A constant series stays as it is;
    values that are not finite pass through and count for nothing.
    """
    if not 0 < weight < 1 or all(value == values[0] for value in values):
        return list(values)
    smoothed = []
    average, bias = 0.0, 1.0
    for value in values:
        if math.isfinite(value):
            average = weight * average + (1 - weight) * value
            bias *= weight
            smoothed.append(average / (1 - bias))
        else:
            smoothed.append(value)
    return smoothed


def finite(points: Iterable[Point]) -> list[Point]:
    """Return the points whose numbers are finite, and small enough for differences to be so too."""
    return [point for point in points if -MOST < point[0] < MOST and -MOST < point[1] < MOST]


def decimate(points: Sequence[Point], limit: int, x_range: Range | None = None) -> list[Point]:
    """Return about `limit` of the points at most, so that a line through them looks the same.

    Points are in order of x. Its range is cut into buckets; of each, the lowest and the highest point stay, so
    spikes remain, and so do the first and the last point of all. With a fixed `x_range` a growing series keeps its
    old buckets. Points that are not finite are left out. O(n).
    """
    return bucketed(finite(points), limit, x_range)


def bucketed(usable: list[Point], limit: int, x_range: Range | None = None) -> list[Point]:
    """Return what `decimate` does of points that are all finite."""
    if len(usable) <= limit:
        return usable
    low, high = x_range or (usable[0][0], usable[-1][0])
    buckets = max(1, limit // 2)
    kept = [usable[0]]
    start = 0
    for i in range(1, buckets + 1):
        end = bisect.bisect_left(usable, (low + (high - low) * i / buckets,), start) if i < buckets else len(usable)
        if end > start:
            part = usable[start:end]
            for point in sorted((min(part, key=_y), max(part, key=_y))):
                if point != kept[-1]:
                    kept.append(point)
        start = end
    if kept[-1] != usable[-1]:
        kept.append(usable[-1])
    return kept
