"""A canvas as pixels: what the engine classifies and saves.

A bit a sample, SAMPLES by SAMPLES of them a pixel, a row a whole number: a brush is stamped along a stroke with a few
operations on numbers of 560 bits, which takes some milliseconds without numpy, which no screen imports.
"""

import math
from collections.abc import Iterator
from functools import cache

from engine.vocabulary.messages import Drawing
from tui.state.drawing.canvas import SIDE, Canvas, Point, Stroke

UNIT = 4  # pixels
MARGIN = 14  # pixels of bare ground round the canvas: what is drawn at its edge is not cut, nor taken for a frame
INNER = int(SIDE) * UNIT  # pixels of the canvas itself
PAGE = INNER + 2 * MARGIN  # of a side
SAMPLES = 4  # a side of a pixel
STAMPED_EVERY = 3  # samples: closer stamps would add nothing to be seen
ROUNDING = 1.0  # unit: a corner is cut at most so far from its point
ZEROS = int.from_bytes(b"0" * PAGE * SAMPLES, "big")
GRAYS = bytes(min(255, round(255 * count / SAMPLES**2)) for count in range(256))

Bits = list[int]


class Raster:
    """Turns canvases into pixels; of one whose last stroke has grown, only that one is painted."""

    def __init__(self) -> None:
        self._painted: tuple[Stroke, ...] = ()
        self._last: tuple[Canvas | None, list[bytes]] = (None, [])
        self._ink: Bits = [0] * PAGE * SAMPLES
        self._erased: Bits = [0] * PAGE * SAMPLES

    def drawing_of(self, canvas: Canvas) -> Drawing:
        """Return a canvas as the engine reads it: an opened picture that nothing was drawn on as it is."""
        if canvas.untouched:
            return Drawing(width=int(SIDE), height=int(SIDE), pixels=canvas.picture)
        return Drawing(width=PAGE, height=PAGE, pixels=b"".join(self.rows_of(canvas)))

    def rows_of(self, canvas: Canvas) -> list[bytes]:
        """Return PAGE rows of PAGE grey values (0 ground, 255 ink)."""
        if canvas is self._last[0]:
            return self._last[1]
        finished, last = canvas.strokes[:-1], canvas.strokes[-1:]
        if finished != self._painted:
            if finished[: len(self._painted)] != self._painted:
                self._painted, self._ink, self._erased = (), [0] * PAGE * SAMPLES, [0] * PAGE * SAMPLES
            for stroke in finished[len(self._painted) :]:
                paint(stroke, self._ink, self._erased)
            self._painted = finished
        ink, erased = self._ink, self._erased
        if last:
            ink, erased = list(ink), list(erased)
            paint(last[0], ink, erased)
        rows = [grays(ink[y : y + SAMPLES]) for y in range(0, PAGE * SAMPLES, SAMPLES)]
        self._last = canvas, with_picture(rows, erased, canvas) if canvas.picture else rows
        return self._last[1]


def paint(stroke: Stroke, ink: Bits, erased: Bits) -> None:
    """Stamp the brush along a stroke."""
    scale = UNIT * SAMPLES
    spans = disc(max(1, round(stroke.width * scale / 2)))
    before = None
    for x, y in path(stroke.points):
        place = round(x * scale) + MARGIN * SAMPLES, round(y * scale) + MARGIN * SAMPLES
        if before is not None and abs(place[0] - before[0]) + abs(place[1] - before[1]) < STAMPED_EVERY:
            continue
        before = place
        for row, half in spans:
            at, start = place[1] + row, place[0] - half
            if not 0 <= at < len(ink):
                continue
            width = 2 * half + 1 + min(0, start)
            if width <= 0 or start >= PAGE * SAMPLES:
                continue
            span = ((1 << min(width, PAGE * SAMPLES - max(0, start))) - 1) << max(0, start)
            if stroke.erases:
                ink[at] &= ~span
                erased[at] |= span
            else:
                ink[at] |= span


@cache
def disc(radius: int) -> tuple[tuple[int, int], ...]:
    """Return for each row of a disc, from its middle, half its width; in samples."""
    return tuple((row, math.isqrt(radius * radius - row * row)) for row in range(-radius, radius + 1))


def path(points: tuple[Point, ...]) -> Iterator[Point]:
    """Yield points so close together that a brush leaves no gap: straight between those that are far apart, and round
    at each, so that the steps of a terminal's cells are none."""
    if len(points) == 1:
        yield points[0]
        return
    here = points[0]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        entry, leave = towards(corner, before), towards(corner, after)
        yield from line(here, entry)
        yield from bend(entry, corner, leave)
        here = leave
    yield from line(here, points[-1])


def towards(corner: Point, other: Point) -> Point:
    """Return where a corner begins to be rounded: half way to the next point, ROUNDING from it at most."""
    length = math.dist(corner, other)
    share = min(0.5, ROUNDING / length) if length else 0.0
    return corner[0] + share * (other[0] - corner[0]), corner[1] + share * (other[1] - corner[1])


def line(start: Point, end: Point) -> Iterator[Point]:
    count = max(1, math.ceil(math.dist(start, end) * UNIT))  # a point a pixel
    for i in range(count + 1):
        yield start[0] + (end[0] - start[0]) * i / count, start[1] + (end[1] - start[1]) * i / count


def bend(start: Point, corner: Point, end: Point) -> Iterator[Point]:
    """Yield points of the quadratic Bezier curve from start to end."""
    count = max(1, math.ceil((math.dist(start, corner) + math.dist(corner, end)) * UNIT))
    for i in range(1, count):
        share = i / count
        first, middle, last = (1 - share) ** 2, 2 * share * (1 - share), share**2
        yield (
            first * start[0] + middle * corner[0] + last * end[0],
            first * start[1] + middle * corner[1] + last * end[1],
        )


def grays(rows: Bits) -> bytes:
    """Return how many samples of each pixel have ink, as grey values: a character a sample, summed as bytes of a
    number, down and then across."""
    if not any(rows):
        return bytes(PAGE)
    total = sum(int.from_bytes(format(row, f"0{PAGE * SAMPLES}b").encode(), "big") - ZEROS for row in rows)
    counts = total.to_bytes(PAGE * SAMPLES, "big")
    across = sum(int.from_bytes(counts[start::SAMPLES], "big") for start in range(SAMPLES))
    return across.to_bytes(PAGE, "big").translate(GRAYS)[::-1]


def with_picture(rows: list[bytes], erased: Bits, canvas: Canvas) -> list[bytes]:
    """Lay the picture below the ink, but for what was erased of it."""
    side = int(SIDE)
    right, down = (MARGIN + UNIT * each for each in canvas.moved)
    result = list(rows)
    for y in range(INNER):
        at = down + y
        if not 0 <= at < PAGE:
            continue
        line = canvas.picture[side * (y // UNIT) : side * (y // UNIT) + side]
        wide = b"".join(bytes((gray,)) * UNIT for gray in line)
        padded = (bytes(max(0, right)) + wide[max(0, -right) :]).ljust(PAGE, b"\0")[:PAGE]
        gone = grays(erased[SAMPLES * at : SAMPLES * at + SAMPLES])
        result[at] = bytes(
            max(ink, gray * (255 - less) // 255) for ink, gray, less in zip(rows[at], padded, gone, strict=True)
        )
    return result
