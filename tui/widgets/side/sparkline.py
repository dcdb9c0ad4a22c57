"""Values between 0 and 1 as a line of bars, one character each. Pure."""

import itertools
import math
from collections.abc import Sequence

BARS = "▁▂▃▄▅▆▇█"
ASCII_BARS = "_.-~=+*#"


def sparkline(shares: Sequence[float], width: int, ascii: bool = False) -> str:
    """Return `width` characters at most: the newest values as they are, or all of them where they have room.

    0 is the lowest bar, 1 the highest; what is no number is a gap.
    """
    bars = ASCII_BARS if ascii else BARS
    return "".join(
        bars[min(len(bars) - 1, max(0, int(share * len(bars))))] if math.isfinite(share) else " "
        for share in shares[-width:]
    )


def thinned(values: Sequence[float], width: int) -> list[float]:
    """Return all values in `width` of them at most: means of as many neighbours each as it takes."""
    if len(values) <= width or width <= 0:
        return list(values)[: max(0, width)]
    edges = [i * len(values) // width for i in range(width + 1)]
    return [sum(values[a:b]) / (b - a) for a, b in itertools.pairwise(edges)]
