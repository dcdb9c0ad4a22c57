"""The values of seeds as points, with their mean and what it may be: groups below each other on one axis. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from tui.report.drawing.axes import WIDTH, Frame, linear_axis
from tui.report.drawing.marks import marker
from tui.report.drawing.picture import picture
from tui.report.markup import Safe, el
from tui.state.significance import Sample
from tui.widgets.plotting.ticks import format_figure

ROW = 34.0
LETTER = 6.4  # wide


@dataclass(frozen=True)
class Group:
    """Runs of one configuration: `values` with the names that a pointer shows, and what they add up to."""

    name: str
    values: tuple[tuple[str, float], ...]
    sample: Sample
    look: str


def draw_intervals(groups: Sequence[Group], percent: bool, x_name: str) -> Safe:
    every = [value for group in groups for _, value in group.values]
    ends = [each for group in groups for each in (group.sample.low, group.sample.high) if each is not None]
    axis = linear_axis(min(every + ends), max(every + ends), percent)
    height = 20 + ROW * len(groups) + 36
    left = 18 + LETTER * max(len(group.name) for group in groups)
    frame = Frame(axis, axis, height=height, left=left, right=22.0)
    floor = height - frame.bottom
    parts: list[Safe] = []
    for place, label in axis.ticks:
        x = frame.across(place)
        parts.append(el("line", class_="grid", x1=x, x2=x, y1=8.0, y2=floor))
        parts.append(el("text", label, class_="tick", x=x, y=floor + 16, text_anchor="middle"))
    parts.append(el("text", x_name, class_="name", x=WIDTH / 2, y=height - 4, text_anchor="middle"))
    for i, group in enumerate(groups):
        parts.append(row(group, frame, 30 + ROW * i, percent))
    return picture(parts, width=WIDTH, height=height)


def row(group: Group, frame: Frame, y: float, percent: bool) -> Safe:
    """Return the points, above them the interval with the mean."""
    found = group.sample
    parts: list[Safe] = [el("text", group.name, class_="label", x=0.0, y=y + 4)]
    if found.low is not None and found.high is not None:
        left, right = frame.across(found.low), frame.across(found.high)
        above = y - 9
        parts.append(el("line", class_="spread", x1=left, x2=right, y1=above, y2=above))
        parts += [el("line", class_="spread", x1=x, x2=x, y1=above - 4, y2=above + 4) for x in (left, right)]
        parts.append(
            marker("diamond", frame.across(found.mean), above, f"mean {format_figure(found.mean, percent)}", 4)
        )
    for name, value in group.values:
        parts.append(marker("circle", frame.across(value), y + 3, f"{name}: {format_figure(value, percent)}"))
    return el("g", parts, class_=group.look)
