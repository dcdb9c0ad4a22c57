"""Curves over epochs: axes that suit them, lines that are told apart without colour, and labels at their ends. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from tui.report.drawing.axes import RIGHT, Axis, Frame, count_axis, linear_axis, path_of, value_axis
from tui.report.drawing.marks import marker
from tui.report.drawing.picture import picture
from tui.report.markup import Safe, el, text
from tui.widgets.plotting.series import Point, Range, decimate, finite
from tui.widgets.plotting.ticks import format_figure

MOST_POINTS = 240  # of a line
MOST_MARKED = 40  # points, each of which has a symbol
APART = 12.0  # of labels
COLUMN = 24.0  # of the drawing, in which labels could lie over each other
LETTER_WIDTH = 6.4
WORTH = 3.0  # times closer, that a look at what comes later has to be to hide the beginning


@dataclass(frozen=True)
class Curve:
    """A line: `look` are classes of chart.css, `label` stands at its end, `name` with each value.

    Where it has a `marker`, its points are measurements; where not, one follows the other.
    """

    name: str
    points: tuple[Point, ...]
    look: str
    label: str = ""
    marker: str = ""


@dataclass(frozen=True)
class Happening:
    """What was done to a run at an epoch: a line across, with a number that the text below explains."""

    x: float
    label: str
    title: str


@dataclass(frozen=True)
class LineChart:
    curves: tuple[Curve, ...]
    percent: bool = False
    happenings: tuple[Happening, ...] = ()
    linear: bool = False


@dataclass(frozen=True)
class Drawn:
    """A drawing, and what has to be said of it: on a logarithmic axis, or without its beginning."""

    svg: Safe
    note: str


def draw_lines(chart: LineChart) -> Drawn:
    """Return the chart. It needs a point at least."""
    usable = [(curve, finite(curve.points)) for curve in chart.curves]
    points = [point for curve, known in usable if "raw" not in curve.look for point in known]
    points = points or [point for _, known in usable for point in known]
    reached = max(x for x, _ in points)
    every = min(y for _, y in points), max(y for _, y in points)
    later = late_range([known for curve, known in usable if known and "raw" not in curve.look])
    if chart.linear:
        y, note = linear_axis(min(0.0, every[0]), every[1]), ""
    else:
        y, note = chosen_axis(every, later, chart.percent)
    right = RIGHT + max((LETTER_WIDTH * len(curve.label) for curve in chart.curves), default=0.0)
    frame = Frame(count_axis(reached), y, right=right)
    parts = [*frame.drawn("epoch"), *happenings(chart.happenings, frame)]
    for curve, known in usable:
        if known:
            parts.append(line(curve, known, frame, chart.percent))
    parts += labels([(curve, known[-1]) for curve, known in usable if known and curve.label], frame)
    notes = [note, "logarithmic axis" if y.log else ""]
    said = "; ".join(filter(None, notes))
    return Drawn(picture(parts, width=frame.width, height=frame.height), said[:1].upper() + said[1:])


def late_range(lines: Sequence[list[Point]]) -> Range | None:
    """Return the range of what comes after the first quarter of each line, None where that is little."""
    values = [y for points in lines for x, y in points if x >= points[-1][0] / 4]
    return (min(values), max(values)) if len(values) >= 4 else None


def chosen_axis(every: Range, later: Range | None, percent: bool) -> tuple[Axis, str]:
    """Return the axis, and what to say of it: the first values may not flatten all the rest."""
    whole = value_axis(every, percent)
    if whole.log or later is None or later[1] <= later[0]:
        return whole, ""
    if every[1] - every[0] < WORTH * (later[1] - later[0]):
        return whole, ""
    near = value_axis(later, percent)
    below, above = every[0] < near.low - 1e-12, every[1] > near.high + 1e-12
    if not (below or above) or near.log:
        return whole, ""
    ticks = near.ticks[0 if below else -1][1]
    return (
        near,
        f"the axis {'begins' if below else 'ends'} at {ticks}; the first epochs lie {'below' if below else 'above'}",
    )


def line(curve: Curve, known: list[Point], frame: Frame, percent: bool) -> Safe:
    drawn = decimate(known, MOST_POINTS)
    parts: list[Safe] = []
    for stretch in inside(drawn, frame):
        if len(stretch) > 1:
            parts.append(el("path", class_="line", d=path_of(stretch)))
    if curve.marker and (len(drawn) <= MOST_MARKED or len(known) == 1):
        for x, y in drawn:
            if frame.y.holds(y):
                said = f"{curve.name}, epoch {x:g}: {format_figure(y, percent)}"
                parts.append(marker(curve.marker, frame.across(x), frame.down(y), said))
    return el("g", parts, class_=curve.look)


def inside(points: Sequence[Point], frame: Frame) -> list[list[Point]]:
    """Return the stretches of a line between the edges of a frame, cut where it crosses them, as points of the drawing.

    Straight lines stay straight: on a logarithmic axis the crossing is that of the logarithms.
    """
    low, high = frame.y.low, frame.y.high

    def drawn(x: float, at: float) -> Point:
        return frame.across(x), frame.down(10.0**at if frame.y.log else at)

    stretches: list[list[Point]] = [[]]
    before: Point | None = None
    for x, value in points:
        here = x, frame.y.place(value)
        if before is not None:
            stretch = clipped(before, here, low, high)
            if stretch is None:
                stretches.append([])
            else:
                start, end = stretch
                if start != before or not stretches[-1]:
                    stretches.append([drawn(*start)])
                stretches[-1].append(drawn(*end))
                if end != here:
                    stretches.append([])
        before = here
    return [stretch for stretch in stretches if stretch]


def clipped(a: Point, b: Point, low: float, high: float) -> tuple[Point, Point] | None:
    """Return the part of a line from a to b between two heights, None where it has none."""
    start, end = 0.0, 1.0
    rise = b[1] - a[1]
    if not rise:
        return (a, b) if low - 1e-12 <= a[1] <= high + 1e-12 else None
    for edge, entering in ((low, rise > 0), (high, rise < 0)):
        at = (edge - a[1]) / rise
        start, end = (max(start, at), end) if entering else (start, min(end, at))
    if start >= end:
        return None
    first = a if start <= 0 else (a[0] + start * (b[0] - a[0]), a[1] + start * rise)
    last = b if end >= 1 else (a[0] + end * (b[0] - a[0]), a[1] + end * rise)
    return first, last


def labels(ends: Sequence[tuple[Curve, Point]], frame: Frame) -> list[Safe]:
    """Return what each line is called, at its end, none over another."""
    columns: dict[int, list[tuple[float, float, Curve]]] = {}
    for curve, (x, y) in ends:
        at = frame.across(x)
        columns.setdefault(round(at / COLUMN), []).append((frame.down(y), at, curve))
    parts = []
    for column in columns.values():
        places = sorted(column, key=lambda each: each[:2])
        heights = spread([y for y, _, _ in places], frame.top + 4, frame.height - frame.bottom - 2)
        for height, (_, at, curve) in zip(heights, places, strict=True):
            look = f"label {colour_of(curve.look)}"
            parts.append(el("text", curve.label, class_=look, x=at + 7, y=height + 3.8))
    return parts


def colour_of(look: str) -> str:
    return next((each for each in look.split() if each[0] == "c" and each[1:].isdigit()), "")


def spread(wanted: Sequence[float], low: float, high: float) -> list[float]:
    """Return heights that lie APART at least, in order, each as near as may be to what was wanted."""
    apart = min(APART, (high - low) / max(1, len(wanted) - 1))
    placed: list[float] = []
    for height in wanted:
        placed.append(max(height, placed[-1] + apart) if placed else max(height, low))
    limit = high
    for i in range(len(placed) - 1, -1, -1):
        placed[i] = min(placed[i], limit)
        limit = placed[i] - apart
    return placed


def happenings(every: Sequence[Happening], frame: Frame) -> list[Safe]:
    parts = []
    for each in every:
        x = frame.across(each.x)
        stroke = el(
            "line",
            el("title", each.title),
            class_="happening",
            x1=x,
            x2=x,
            y1=frame.top,
            y2=frame.height - frame.bottom,
        )
        parts += [stroke, el("text", text(each.label), class_="tick", x=x + 3, y=frame.top + 8)]
    return parts
