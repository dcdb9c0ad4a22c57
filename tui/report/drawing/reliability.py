"""How right a network is where it is so sure: bins of equally many images, on a scale of log odds. Pure.

On a linear scale most of what a good network says would be one point in the corner (tui/state/confusion/log_odds.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.vocabulary.messages import Calibration, ReliabilityBin
from tui.report.drawing.axes import Axis, Frame
from tui.report.drawing.marks import marker
from tui.report.drawing.picture import picture
from tui.report.markup import Safe, el
from tui.state.confusion.log_odds import NINES, log_odds, odds_range, share_words
from tui.state.significance import wilson
from tui.state.words.figures import percent

SIDE = 300.0
BEYOND = 0.2  # images, less than which an axis need not tell from none
CLOSE = 0.13  # of an axis, that two ticks are apart
WIDTH, HEIGHT = SIDE + 80, SIDE + 50


@dataclass(frozen=True)
class Bins:
    """The bins of one network at one temperature."""

    name: str
    bins: Sequence[ReliabilityBin]
    look: str
    marker: str


def bins_of(name: str, found: Calibration, look: str, marker: str) -> Bins:
    return Bins(name, found.bins, look, marker)


def draw_reliability(every: Sequence[Bins]) -> Safe:
    """Return the diagram; bins that are all right or all wrong lie at the edge."""
    bins = [bin for each in every for bin in each.bins]
    shares = [share for bin in bins for share in (bin.confidence, bin.accuracy)]
    axis = odds_axis(shares, max(bin.images for bin in bins))
    frame = Frame(axis, axis, width=WIDTH, height=HEIGHT, left=66.0, right=14.0, top=12.0, bottom=38.0)
    parts = frame.drawn("how sure it is", "how much of it is right")
    floor, end = frame.height - frame.bottom, frame.width - frame.right
    parts.append(el("line", class_="even", x1=frame.left, x2=end, y1=floor, y2=frame.top))
    for each in every:
        marks = []
        for bin in each.bins:
            if each is every[-1] and bin.images:
                marks.append(interval(bin, frame))
            said = f"{each.name}, {bin.images:,} images: {percent(bin.confidence)} sure, {percent(bin.accuracy)} right"
            x, y = frame.across(log_odds(bin.confidence)), frame.down(log_odds(bin.accuracy))
            marks.append(marker(each.marker, x, y, said, 3.6))
        parts.append(el("g", marks, class_=each.look))
    return picture(parts, width=WIDTH, height=HEIGHT)


def odds_axis(shares: Sequence[float], images: int) -> Axis:
    """Return an axis from edge to edge of the shares, but not beyond what so many images can tell from all or none."""
    low, high = odds_range(shares)
    told = min((nine for nine in NINES if nine >= 1 - BEYOND / max(1, images)), default=NINES[-1])
    high = min(high, max(told, NINES[NINES.index(low) + 1]))
    ticks: list[tuple[float, str]] = []
    for nine in (each for each in reversed(NINES) if low <= each <= high):
        if not ticks or ticks[-1][0] - log_odds(nine) >= CLOSE * (log_odds(high) - log_odds(low)):
            ticks.append((log_odds(nine), share_words(nine)))
    return Axis(log_odds(low), log_odds(high), tuple(reversed(ticks)))


def interval(bin: ReliabilityBin, frame: Frame) -> Safe:
    """Return the 95 % interval of a bin's accuracy as a line."""
    x = frame.across(log_odds(bin.confidence))
    low, high = (frame.down(log_odds(each)) for each in wilson(bin.accuracy, bin.images))
    return el("line", class_="interval", x1=x, x2=x, y1=low, y2=high)
