"""Which learning rate to suggest from the losses of the finder. Pure; no torch."""

import itertools
import math
from collections.abc import Sequence

REACH = 5  # losses to either side that one is smoothed with
EXPLODED = 4.0  # times the lowest loss, as in fastai: what comes after it tells nothing
SURE = 4.0  # standard errors by which the loss must have fallen: of a score of stretches the lowest is low by chance
ROUNDING = 1e-6  # of a loss in float32: less is no fall
SAFETY = 10.0  # below the rate of the lowest loss: there, training is about to become unstable


def smooth(losses: Sequence[float]) -> list[float]:
    """Return centred means: the loss of a batch is noise, and a trailing mean would move the valley."""
    return [sum(near) / len(near) for near in (losses[max(0, i - REACH) : i + REACH + 1] for i in range(len(losses)))]


def exploded(losses: Sequence[float]) -> bool:
    curve = smooth(losses)
    return bool(curve) and curve[-1] > EXPLODED * min(curve)


def suggest(rates: Sequence[float], losses: Sequence[float]) -> tuple[float, float]:
    """Return the rate where the smoothed loss falls most steeply over log rate, and a tenth of that of its minimum, but
    never less than the lowest rate tried.

    `rates` rise in equal ratios. (0, 0) where there are too few losses to tell, or where they never surely fell.
    """
    curve = smooth(losses)
    if len(curve) < 2 * REACH:
        return 0.0, 0.0
    lowest = min(range(len(curve)), key=curve.__getitem__)
    if not fell(losses, lowest):
        return 0.0, 0.0
    before = range(1, max(2, lowest))
    steepest = min(before, key=lambda i: curve[i + 1] - curve[i - 1])
    return rates[steepest], max(rates[0], rates[lowest] / SAFETY)


def fell(losses: Sequence[float], lowest: int) -> bool:
    """Tell whether the losses around the `lowest` are below the first ones by more than the noise of batches, which
    differs in both places."""
    first = losses[: max(0, min(2 * REACH + 1, lowest - REACH))]
    if len(first) < 2:
        return False
    around = losses[max(0, lowest - REACH) : lowest + REACH + 1]
    began = sum(first) / len(first)
    drop = began - sum(around) / len(around)
    noise = math.sqrt(noise_of(losses[:lowest]) / len(first) + noise_of(around) / len(around))
    return drop > max(SURE * noise, ROUNDING * abs(began))


def noise_of(losses: Sequence[float]) -> float:
    """Return the variance of losses about their curve, from the differences of neighbours, which know little of it
    (von Neumann 1941, https://doi.org/10.1214/aoms/1177731677)."""
    return sum((after - before) ** 2 for before, after in itertools.pairwise(losses)) / max(1, len(losses) - 1) / 2
