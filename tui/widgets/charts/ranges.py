"""What part of the curves is shown: ranges for what matters now. Pure."""

import bisect
import math
from collections.abc import Iterable, Sequence

from tui.widgets.plotting.plot import Line
from tui.widgets.plotting.series import MOST, Point, Range
from tui.widgets.plotting.ticks import nice_steps

ENDS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80)  # then times ten, from 10 on
MANY = 100  # points, from which on the few highest and lowest do not count


def axis_end(reached: float, limit: float = math.inf, unit: float = 1.0) -> float:
    """Return the end of an x axis that has room for what comes next: a round number of `unit`, `limit` at most.

    So the curve of a long run fills most of the chart from the start, and its scale changes only now and then.
    """
    power = 1.0
    while reached > ENDS[-1] * power * unit:
        power *= 10
    end = next(each * power * unit for each in ENDS if each * power * unit >= reached)
    return max(unit, min(limit, end))


def window(zoom: str, reached: float, end: float, change: float = 0.0) -> Range:
    """Return what a zoom shows of an axis from 0 to `end`, of which `reached` is behind us; `change` is the last one.

    Both limits are round: they stay for a while as the run goes on.
    """
    begin = {"half": reached / 2, "quarter": reached * 3 / 4, "change": change}.get(zoom, 0.0)
    if begin <= 0 or reached <= begin:
        return 0.0, end
    grain = next(nice_steps((reached - begin) / 10))
    if zoom != "change":
        begin = math.floor(begin / grain + 1e-9) * grain
    return begin, min(end, math.ceil(reached / grain + 1e-9) * grain + grain)


def recent_start(reached: float, shown: Range, log: bool = False) -> float:
    """Return where the part of a window begins that its scale is for: what comes after its first quarter.

    On a logarithmic axis that is a quarter of its width too.
    """
    end = min(reached, shown[1])
    if log and 0 < shown[0] < end:
        return shown[0] * math.sqrt(math.sqrt(end / shown[0]))
    return shown[0] + (end - shown[0]) / 4


def recent_range(
    lines: Sequence[Line], shown: Range | None = None, start: float | None = None, log: bool = False
) -> Range | None:
    """Return the range of what comes after `start` in a window: the first values would flatten all the rest.

    Without a start it is after the first quarter of what there is. None as long as there are less than
    four points. Of many points the outermost hundredth does not count.
    """
    shown = shown or (-math.inf, math.inf)
    seen = [(line, within(line.points, shown)) for line in lines]
    if max((len(points) for _, points in seen), default=0) < 4:
        return None
    if start is None:
        low = min(points[0][0] for _, points in seen if points)
        start = recent_start(max(points[-1][0] for _, points in seen if points), (low, math.inf))
    spans = [late_span(line, start, shown[1], log) for line in lines]
    lows, highs = [span[0] for span in spans if span], [span[1] for span in spans if span]
    return (min(lows), max(highs)) if lows else None


def late_span(line: Line, start: float, end: float, log: bool) -> Range | None:
    """Return the lowest and the highest value between two x, but for outliers among many."""
    points = line.points[bisect.bisect_right(line.points, (start, math.inf)) :]
    points = points[: bisect.bisect_right(points, (end, math.inf))]
    late = sorted(y for _, y in points if (0 if log else -MOST) < y < MOST)
    if not late:
        return None
    spared = len(late) // 100 if len(late) >= MANY or line.kind == "step" else 0
    return late[spared], late[-1 - spared]


def leaves_out(lines: Iterable[Line], shown: Range, y_range: Range) -> bool:
    """Tell whether a line, but for single steps, has points in the window that a range of y leaves out."""
    low, high = y_range
    return any(not low <= y <= high for line in lines if line.kind != "step" for _, y in within(line.points, shown))


def within(points: Sequence[Point], shown: Range) -> Sequence[Point]:
    """Return the points whose x lies in a range; they are in order of x."""
    return points[bisect.bisect_left(points, (shown[0],)) : bisect.bisect_right(points, (shown[1], math.inf))]
