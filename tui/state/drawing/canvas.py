"""What is drawn: strokes, and below them a picture that was opened. It has no pixels, so any terminal can show it."""

import msgspec
from msgspec.structs import replace

SIDE = 28.0  # units of the canvas, which is a square: as many as the networks' pictures have pixels
MOST_POINTS = 100  # of a stroke; a longer one goes on as the next one, so that each point costs the same

Point = tuple[float, float]


class Stroke(msgspec.Struct, frozen=True):
    """Points in units from the upper left corner, and the width of the brush; one that `erases` takes ink away."""

    points: tuple[Point, ...]
    width: float
    erases: bool = False


class Canvas(msgspec.Struct, frozen=True):
    """`picture` is 28x28 grey values (0 ground, 255 ink), row by row, `moved` to the right and down by whole units."""

    strokes: tuple[Stroke, ...] = ()
    picture: bytes = b""
    moved: tuple[int, int] = (0, 0)

    @property
    def blank(self) -> bool:
        return not self.picture and all(stroke.erases for stroke in self.strokes)

    @property
    def untouched(self) -> bool:
        """Whether it is the picture that was opened, and nothing else."""
        return bool(self.picture) and not self.strokes and self.moved == (0, 0)

    def begun(self, point: Point, width: float, erases: bool) -> "Canvas":
        """Return the canvas with a new stroke."""
        return replace(self, strokes=(*self.strokes, Stroke((point,), width, erases)))

    def drawn_to(self, point: Point) -> "Canvas":
        """Return the canvas with the last stroke drawn on to a point."""
        *others, last = self.strokes
        if point == last.points[-1]:
            return self
        grown = replace(last, points=(*last.points, point))
        if len(grown.points) <= MOST_POINTS:
            return replace(self, strokes=(*others, grown))
        return replace(self, strokes=(*self.strokes, replace(grown, points=grown.points[-3:])))

    def nudged(self, right: int, down: int) -> "Canvas":
        """Return the canvas with all that is on it moved by whole units, but for what would leave it."""
        left, top, right_end, bottom = self.box
        right = max(-int(left), min(int(SIDE - right_end), right))
        down = max(-int(top), min(int(SIDE - bottom), down))
        strokes = tuple(
            replace(stroke, points=tuple((x + right, y + down) for x, y in stroke.points)) for stroke in self.strokes
        )
        return replace(self, strokes=strokes, moved=(self.moved[0] + right, self.moved[1] + down))

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Return left, top, right and bottom of the ink's middle lines, and of the picture's ink."""
        points = [point for stroke in self.strokes if not stroke.erases for point in stroke.points]
        columns, rows = [x for x, _ in points], [y for _, y in points]
        side = int(SIDE)
        inked = [place for place, gray in enumerate(self.picture) if gray]
        for place in inked:
            y, x = divmod(place, side)
            columns += [x + self.moved[0], x + self.moved[0] + 1.0]
            rows += [y + self.moved[1], y + self.moved[1] + 1.0]
        if not columns:
            return 0.0, 0.0, SIDE, SIDE
        return tuple(max(0.0, min(SIDE, each)) for each in (min(columns), min(rows), max(columns), max(rows)))  # type: ignore[return-value]


def picture_of(pixels: bytes) -> bytes:
    """Return 28x28 grey values as ink on a dark ground, as the margin shows which ground they have."""
    side = int(SIDE)
    edge = sorted(pixels[:side] + pixels[-side:] + pixels[::side] + pixels[side - 1 :: side])
    return bytes(255 - gray for gray in pixels) if edge and edge[len(edge) // 2] > 127 else pixels
