"""A digit traced with a pen, as a person would: the middle lines of its strokes, from end to end."""

import itertools
import math
from collections.abc import Sequence

import numpy as np
from PIL import Image

FINER = 4  # times, before its lines are thinned
INK = 110  # gray from which a pixel is ink
FILLS = 0.9  # of the canvas: how large a person draws
SHORTEST = 1.5  # pixels of the digit: a shorter branch is none

Point = tuple[float, float]
Place = tuple[int, int]


def traced(digit: np.ndarray) -> list[list[Point]]:
    """Return the strokes of uint8 [28, 28], as points from 0 to 1 of a canvas that the digit fills."""
    finer = np.asarray(Image.fromarray(digit).resize((28 * FINER,) * 2, Image.Resampling.BICUBIC))
    strokes = [
        stroke for stroke in walks(thinned(finer >= INK)) if length(stroke) >= SHORTEST * FINER or len(stroke) == 1
    ] or walks(thinned(finer >= INK))
    points = np.array([point for stroke in strokes for point in stroke], float)
    low, high = points.min(0), points.max(0)
    scale = FILLS / max(1.0, *(high - low))
    middle = (low + high) / 2
    return [[tuple(0.5 + scale * (np.array(point) - middle)) for point in stroke][::-1] for stroke in strokes]


def length(stroke: Sequence[Place]) -> float:
    return sum(math.dist(a, b) for a, b in itertools.pairwise(stroke))


def thinned(ink: np.ndarray) -> np.ndarray:
    """Return bool [H, W] worn down to lines one pixel wide (Zhang and Suen 1984)."""
    ink = np.pad(ink, 1).astype(bool)
    changed = True
    while changed:
        changed = False
        for first in (True, False):
            # The eight neighbours, clockwise from above.
            around = [np.roll(ink, shift, (0, 1)) for shift in
                      ((1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1))]  # fmt: skip
            count = sum(each.astype(int) for each in around)
            turns = sum((~a & b).astype(int) for a, b in zip(around, [*around[1:], around[0]], strict=True))
            up, right, down, left = around[0], around[2], around[4], around[6]
            outer = ~(up & right & down) & ~(right & down & left) if first else \
                ~(up & right & left) & ~(up & down & left)  # fmt: skip
            gone = ink & (count >= 2) & (count <= 6) & (turns == 1) & outer
            if gone.any():
                ink, changed = ink & ~gone, True
    return ink[1:-1, 1:-1]


def walks(lines: np.ndarray) -> list[list[Place]]:
    """Return lines of places (x, y) that cover bool [H, W]: from ends first, straight on where lines cross."""
    left = {(int(x), int(y)) for y, x in np.argwhere(lines)}
    every = set(left)
    strokes = []
    while left:
        ends = [place for place in left if len(neighbours(place, every)) == 1]
        here = min(ends or left)
        stroke = [*[place for place in neighbours(here, every) if place not in left][:1], here]
        left.discard(here)
        while steps := neighbours(stroke[-1], left):
            back = stroke[-min(6, len(stroke))]
            ahead = stroke[-1][0] - back[0], stroke[-1][1] - back[1]

            def straight(place: Place, ahead: Place = ahead, here: Place = stroke[-1]) -> float:
                step = place[0] - here[0], place[1] - here[1]
                return (ahead[0] * step[0] + ahead[1] * step[1]) / math.hypot(*step)

            stroke.append(max(steps, key=straight))
            left.discard(stroke[-1])
        closing = [place for place in neighbours(stroke[-1], every) if place not in stroke[-3:]]
        strokes.append(stroke + closing[:1])
    return strokes


def neighbours(place: Place, among: set[Place]) -> list[Place]:
    x, y = place
    found = [(x + i, y + j) for j in (-1, 0, 1) for i in (-1, 0, 1) if (i or j) and (x + i, y + j) in among]
    return sorted(found)


def cells_of(stroke: Sequence[Point], columns: int, rows: int) -> list[Place]:
    """Return the cells of a canvas that a pen goes through, each as often as it comes there."""
    cells: list[Place] = []
    for x, y in stroke:
        cell = min(columns - 1, max(0, int(x * columns))), min(rows - 1, max(0, int(y * rows)))
        if not cells or cell != cells[-1]:
            cells.append(cell)
    return cells
