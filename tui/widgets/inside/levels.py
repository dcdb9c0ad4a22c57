"""Numbers as the levels of a picture: -MOST to MOST, or 0 to MOST where no number has a sign. Pure."""

from collections.abc import Sequence
from functools import lru_cache
from statistics import fmean, pstdev

from engine.vocabulary.messages import Histogram, Maps

MOST = 12
SAMPLES = 4  # of a pixel of the drawing, in each direction
FAINT = 0.6  # below 1: small numbers gain contrast
BINS = 28  # of a histogram of the values of a map

Levels = tuple[tuple[int, ...], ...]


def level(share: float) -> int:
    """Return the level of -1 to 1."""
    size = min(1.0, abs(share))
    reached: int = round(MOST * size**FAINT)
    return reached if share > 0 else -reached


@lru_cache(512)
def map_levels(maps: Maps, number: int, columns: int, rows: int) -> Levels:
    """Return the levels of the map with this place among those that came, in so many pixels.

    Where all are at least 0, white is the largest; otherwise 0 has the level 0, and the number that is farthest from
    it MOST or -MOST.
    """
    size = maps.height * maps.width
    pixels = maps.pixels[size * number : size * number + size]
    return tuple(
        tuple(level(value) for value in line)
        for line in resampled(shares(pixels, maps.low, maps.high), maps.width, maps.height, columns, rows)
    )


def shares(pixels: bytes, low: float, high: float) -> list[float]:
    """Return bytes (0: `low`, 255: `high`) as shares of the number that is farthest from 0."""
    farthest = max(abs(low), abs(high)) or 1.0
    scale = (high - low) / 255
    table = [(low + byte * scale) / farthest for byte in range(256)]
    return [table[byte] for byte in pixels]


@lru_cache(64)
def values_of(maps: Maps, number: int) -> Histogram:
    """Return the histogram of the values of the map with this place among those that came."""
    size = maps.height * maps.width
    scale = (maps.high - maps.low) / 255
    pixels = maps.pixels[size * number : size * number + size]
    values = [maps.low + byte * scale for byte in pixels] or [0.0]
    counts = [0] * BINS
    for byte in pixels:
        counts[byte * BINS // 256] += 1
    return Histogram(
        counts=counts, low=maps.low, high=maps.high, mean=fmean(values), deviation=pstdev(values),
        zero=sum(abs(value) <= scale / 2 for value in values) / len(values),
    )  # fmt: skip


@lru_cache(64)
def heat_levels(heat: tuple[float, ...], side: int, columns: int, rows: int) -> Levels:
    """Return the levels of numbers of either sign; the strongest has MOST or -MOST."""
    strongest = max(map(abs, heat), default=0.0) or 1.0
    return tuple(
        tuple(level(value / strongest) for value in line) for line in resampled(heat, side, side, columns, rows)
    )


@lru_cache(64)
def gray_levels(pixels: bytes, side: int, columns: int, rows: int) -> Levels:
    """Return the levels of grey values, 0 to 255."""
    return tuple(
        tuple(round(MOST * value / 255) for value in line) for line in resampled(pixels, side, side, columns, rows)
    )


def resampled(values: Sequence[float], width: int, height: int, columns: int, rows: int) -> list[list[float]]:
    """Return a picture in another size: of each new pixel the mean of some in its area; enlarged, the nearest.

    Missing values are 0.
    """
    if width <= 0 or height <= 0:
        return [[0.0] * columns for _ in range(rows)]
    across = [places(x, columns, width) for x in range(columns)]
    found = []
    for y in range(rows):
        lines = [width * place for place in places(y, rows, height)]
        line = []
        for xs in across:
            taken = [values[start + x] if start + x < len(values) else 0.0 for start in lines for x in xs]
            line.append(sum(taken) / len(taken))
        found.append(line)
    return found


def places(number: int, of: int, size: int) -> list[int]:
    """Return which of `size` old places the new one with a number, of so many, is made of: SAMPLES at most."""
    start, end = number * size / of, (number + 1) * size / of
    first, last = int(start + 1e-9), max(int(start + 1e-9) + 1, int(end - 1e-9) + 1)
    if end - start <= 1:
        return [min(size - 1, int((start + end) / 2))]
    every = max(1, -(-(last - first) // SAMPLES))
    return list(range(first, min(last, size), every))
