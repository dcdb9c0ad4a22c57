"""Which learning rate the losses of the finder speak for. Pure; no torch."""

from collections.abc import Sequence

REACH = 5  # losses to either side that one is smoothed with
EXPLODED = 4.0  # times the lowest loss, as in fastai: what comes after it tells nothing
SAFETY = 10.0  # below the rate of the lowest loss: there, training is about to become unstable


def smooth(losses: Sequence[float]) -> list[float]:
    """Return centred means: the loss of a batch is noise, and a trailing mean would move the valley."""
    return [sum(near) / len(near) for near in (losses[max(0, i - REACH) : i + REACH + 1] for i in range(len(losses)))]


def exploded(losses: Sequence[float]) -> bool:
    curve = smooth(losses)
    return bool(curve) and curve[-1] > EXPLODED * min(curve)


def suggest(rates: Sequence[float], losses: Sequence[float]) -> tuple[float, float]:
    """Return the rate where the smoothed loss falls most steeply over log rate, and a tenth of that of its minimum.

    `rates` rise in equal ratios. (0, 0) where there are too few losses to tell.
    """
    curve = smooth(losses)
    if len(curve) < 2 * REACH:
        return 0.0, 0.0
    lowest = min(range(len(curve)), key=curve.__getitem__)
    before = range(1, max(2, lowest))
    steepest = min(before, key=lambda i: curve[i + 1] - curve[i - 1])
    return rates[steepest], rates[lowest] / SAFETY
