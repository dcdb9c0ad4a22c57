"""What of each line is drawn, kept as long as the line and its axes stay the same. Pure, but for what is kept."""

import bisect
import math
from collections.abc import Sequence

from tui.widgets.plotting.series import MOST, Point, Range, bucketed, finite

Settings = tuple[Range, int, bool, bool]


class Thinner:
    """Prepares lines, and keeps what became of those that were asked for since the last `forget_unused`."""

    def __init__(self) -> None:
        self._kept: dict[tuple[int, Settings], tuple[Sequence[Point], tuple[Point, ...]]] = {}
        self._used: set[tuple[int, Settings]] = set()

    def thin(self, points: Sequence[Point], limits: Range, room: int, log_x: bool, log_y: bool) -> tuple[Point, ...]:
        """Return about `room` points at most of those in the limits, and one before and after: the line goes on.

        Limits and result are logarithms on a logarithmic axis.
        """
        key = (id(points), (limits, room, log_x, log_y))
        if key not in self._kept:  # what is kept holds the points: no others have their id
            self._kept[key] = points, tuple(prepare(points, limits, room, log_x, log_y))
        self._used.add(key)
        return self._kept[key][1]

    def forget_unused(self) -> None:
        self._kept = {key: kept for key, kept in self._kept.items() if key in self._used}
        self._used = set()


def prepare(points: Sequence[Point], limits: Range, room: int, log_x: bool, log_y: bool) -> list[Point]:
    """Return what of a line is drawn, see `Thinner.thin`."""
    low, high = (10 ** limits[0], 10 ** limits[1]) if log_x else limits
    start = max(0, bisect.bisect_left(points, (low,)) - 1)
    end = bisect.bisect_right(points, (high, math.inf)) + 1
    return bucketed(drawable(points[start:end], log_x, log_y), room, limits)


def drawable(points: Sequence[Point], log_x: bool, log_y: bool) -> list[Point]:
    """Return the points that can be drawn, with the logarithms of what is on a logarithmic axis."""
    usable = finite(points)
    if log_x:
        usable = [(math.log10(x), y) for x, y in usable if x > 0]
    return [(x, math.log10(y)) for x, y in usable if y > 0] if log_y else usable


def outermost(points: Sequence[Point], log_x: bool, log_y: bool) -> list[Point]:
    """Return the first and the last point that can be drawn; none where there is none."""

    def fits(point: Point) -> bool:
        finite = -MOST < point[0] < MOST and -MOST < point[1] < MOST
        return finite and (point[0] > 0 or not log_x) and (point[1] > 0 or not log_y)

    first = next((point for point in points if fits(point)), None)
    if first is None:
        return []
    return [first, next(point for point in reversed(points) if fits(point))]
