"""The scale of log odds, on which 90, 99 and 99.9 % lie equally far apart. Pure.

Most of what a good network says lies between 99 and 100 %: on a linear scale it is one point.
"""

import math
from collections.abc import Sequence

NINES = (0.01, 0.05, 0.1, 0.2, 0.5, 0.8, 0.9, 0.95, 0.99, 0.999, 0.9999, 0.99999, 0.999999)
LEAST, MOST = 1e-7, 1 - 1e-7


def log_odds(share: float) -> float:
    """Return log10(p / (1 - p)); of 0 and 1, which have none, that of the nearest that has."""
    share = min(MOST, max(LEAST, share))
    return math.log10(share / (1 - share))


def odds_range(shares: Sequence[float]) -> tuple[float, float]:
    """Return the shares between which all of these lie, 0 and 1 left out, with some room: of NINES, two at least."""
    inner = [share for share in shares if LEAST < share < MOST] or [0.5]
    low = max((nine for nine in NINES if nine <= min(inner)), default=NINES[0])
    high = min((nine for nine in NINES if nine >= max(inner)), default=NINES[-1])
    if low == high:
        at = NINES.index(low)
        low, high = NINES[max(0, at - 1)], NINES[min(len(NINES) - 1, at + 1)]
    return low, high


def share_words(share: float) -> str:
    """Return `99.9 %`, with as many digits as it takes."""
    return f"{100 * share:.6g} %"
