"""A canvas while it is drawn: where the pen is, how thick the brush, and what can be undone."""

from tui.state.drawing.canvas import SIDE, Canvas, Point, picture_of

BRUSHES = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0)  # units: MNIST's strokes have two to three of 28
DEFAULT_BRUSH = 2.5
MOST_UNDONE = 200  # canvases that are kept


class Sketch:
    """Mutable: the mouse and the keys draw on it. `pen` is in units; the pen draws while it is `down`."""

    def __init__(self) -> None:
        self.canvas = Canvas()
        self.past: list[Canvas] = []
        self.future: list[Canvas] = []
        self.brush = DEFAULT_BRUSH
        self.erasing = False
        self.pen: Point = (SIDE / 2, SIDE / 2)
        self.down = False

    def begin(self, point: Point, *, erases: bool = False) -> None:
        """Set the pen down: a stroke begins, or erases."""
        self._change(self.canvas.begun(inside(point), self.brush, erases or self.erasing))
        self.pen, self.down = inside(point), True

    def draw_to(self, point: Point) -> None:
        """Move the pen; while it is down, it draws."""
        self.pen = inside(point)
        if self.down:
            self.canvas = self.canvas.drawn_to(self.pen)

    def lift(self) -> None:
        self.down = False

    def toggle_pen(self) -> None:
        if self.down:
            self.lift()
        else:
            self.begin(self.pen)

    def clear(self) -> None:
        self.lift()
        if self.canvas != Canvas():
            self._change(Canvas())

    def open(self, pixels: bytes) -> None:
        """Put a picture of 28x28 grey values in the place of what is there."""
        self.lift()
        self._change(Canvas(picture=picture_of(pixels)))

    def nudge(self, right: int, down: int) -> None:
        self.lift()
        moved = self.canvas.nudged(right, down)
        if moved != self.canvas:
            self._change(moved)

    def undo(self) -> None:
        self._step(self.past, self.future)

    def redo(self) -> None:
        self._step(self.future, self.past)

    def change_brush(self, step: int) -> None:
        """Take the next thicker or thinner brush, or for 0 the usual one."""
        place = max(0, min(len(BRUSHES) - 1, BRUSHES.index(self.brush) + step))
        self.brush = BRUSHES[place] if step else DEFAULT_BRUSH

    def _change(self, canvas: Canvas) -> None:
        self.past = [*self.past, self.canvas][-MOST_UNDONE:]
        self.future = []
        self.canvas = canvas

    def _step(self, source: list[Canvas], target: list[Canvas]) -> None:
        self.lift()
        if source:
            target.append(self.canvas)
            self.canvas = source.pop()


def inside(point: Point) -> Point:
    """Return the point of the canvas that is nearest."""
    return max(0.0, min(SIDE, point[0])), max(0.0, min(SIDE, point[1]))
