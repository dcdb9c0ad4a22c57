"""What is drawn: strokes as pixels, a picture below them, and what can be undone."""

import itertools
import math

import numpy as np
import pytest

from engine.vocabulary.messages import MOST_SIDE
from tui.state.drawing.canvas import MOST_POINTS, SIDE, Canvas, Stroke, picture_of
from tui.state.drawing.raster import INNER, MARGIN, PAGE, UNIT, Raster
from tui.state.drawing.sketch import BRUSHES, DEFAULT_BRUSH, Sketch
from tui.widgets.drawing.cells import CanvasCells


def pixels_of(canvas: Canvas) -> np.ndarray:
    rows = Raster().rows_of(canvas)
    return np.frombuffer(b"".join(rows), np.uint8).reshape(PAGE, PAGE)


def drawn(*points: tuple[float, float], width: float = 2.5, erases: bool = False) -> Canvas:
    return Canvas(strokes=(Stroke(points, width, erases),))


def distances(a: tuple[float, float], b: tuple[float, float]) -> np.ndarray:
    """Return how far each pixel's middle is from the line between two points, in pixels."""
    y, x = np.mgrid[:PAGE, :PAGE] + 0.5
    (ax, ay), (bx, by) = ((MARGIN + UNIT * px, MARGIN + UNIT * py) for px, py in (a, b))
    along = np.clip(((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2 or 1), 0, 1)
    return np.hypot(x - ax - along * (bx - ax), y - ay - along * (by - ay))


@pytest.mark.parametrize("width", BRUSHES)
def test_a_stroke_is_as_wide_as_its_brush_and_has_no_gap(width: float) -> None:
    start, end = (3.1, 4.7), (22.6, 19.3)
    pixels, away = pixels_of(drawn(start, end, width=width)), distances(start, end)
    radius = UNIT * width / 2
    assert (pixels[away < radius - 1] == 255).all()
    assert (pixels[away > radius + 1] == 0).all()
    assert set(np.unique(pixels)) - {0, 255}  # its edges are soft


def test_a_click_is_a_dot() -> None:
    pixels = pixels_of(drawn((14.0, 14.0)))
    assert pixels.sum() / 255 == pytest.approx(math.pi * (UNIT * 1.25) ** 2, rel=0.1)


def test_the_steps_of_cells_are_rounded_but_a_corner_of_long_lines_stays() -> None:
    stairs = [(4 + column + 0.5, 4 + row * 2 + 1.0) for column in range(18) for row in [column // 2]]
    away = distances(stairs[0], stairs[-1])
    assert away[pixels_of(drawn(*stairs)) > 127].max() < UNIT * (1.25 + 0.8)  # a step alone is two units
    corner = pixels_of(drawn((4.0, 4.0), (24.0, 4.0), (24.0, 24.0)))
    assert corner[MARGIN + UNIT * 4, MARGIN + round(UNIT * 23.6)] == 255


def test_what_is_drawn_at_the_edge_is_whole() -> None:
    for corner in itertools.product((0.0, SIDE), repeat=2):
        assert pixels_of(drawn(corner, width=max(BRUSHES))).sum() == pytest.approx(
            pixels_of(drawn((14.0, 14.0), width=max(BRUSHES))).sum(), rel=0.02
        )
    assert PAGE <= MOST_SIDE


def test_a_canvas_that_grows_has_the_pixels_of_one_that_is_painted_anew() -> None:
    raster, sketch = Raster(), Sketch()
    for number in range(3):
        sketch.begin((5.0 + number, 5.0), erases=number == 1)
        for step in range(2 * MOST_POINTS):
            sketch.draw_to((5 + 15 * math.sin(step / 40) ** 2, 5 + step / 12 + number))
            if step % 37 == 0:
                assert raster.rows_of(sketch.canvas) == Raster().rows_of(sketch.canvas)
        sketch.lift()
    assert len(sketch.canvas.strokes) > 3  # long ones go on as others
    for change in (sketch.undo, sketch.undo, sketch.redo, sketch.clear):
        change()
        assert raster.rows_of(sketch.canvas) == Raster().rows_of(sketch.canvas)


def test_an_eraser_takes_ink_and_picture_away_and_ink_can_come_back() -> None:
    canvas = Canvas(picture=bytes([200] * 784))
    erased = canvas.begun((14.0, 14.0), 5.0, True)
    middle = MARGIN + 14 * UNIT
    assert pixels_of(canvas)[middle, middle] == 200
    assert pixels_of(erased)[middle, middle] == 0
    assert pixels_of(erased)[MARGIN + 2, MARGIN + 2] == 200
    assert pixels_of(erased.begun((14.0, 14.0), 2.5, False))[middle, middle] == 255


def test_an_opened_picture_is_asked_about_as_it_is_and_with_a_stroke_pixel_by_pixel() -> None:
    picture = bytes(np.random.RandomState(0).randint(0, 255, 784, np.uint8) * (np.arange(784) // 28 % 27 > 0))
    raster = Raster()
    drawing = raster.drawing_of(Canvas(picture=picture))
    assert (drawing.width, drawing.height, drawing.pixels) == (28, 28, picture)
    changed = raster.drawing_of(Canvas(picture=picture).begun((0.0, 0.0), 1.0, False))
    assert (changed.width, changed.height) == (PAGE, PAGE)
    inner = np.frombuffer(changed.pixels, np.uint8).reshape(PAGE, PAGE)[MARGIN:-MARGIN, MARGIN:-MARGIN]
    blocks = inner.reshape(28, UNIT, 28, UNIT)
    assert (blocks[2:, :, 2:] == np.frombuffer(picture, np.uint8).reshape(28, 1, 28, 1)[2:, :, 2:]).all()
    assert picture_of(bytes(255 - gray for gray in picture_of(picture))) == picture_of(picture)


def test_a_drawing_is_nudged_as_far_as_it_stays_on_the_canvas() -> None:
    sketch = Sketch()
    sketch.open(bytes(255 if 10 <= place // 28 < 14 and 10 <= place % 28 < 14 else 0 for place in range(784)))
    sketch.begin((20.0, 5.0))
    sketch.draw_to((26.5, 5.0))
    ink = pixels_of(sketch.canvas).sum()
    sketch.nudge(3, 2)
    assert sketch.canvas.moved == (1, 2)
    sketch.nudge(-100, -100)
    assert sketch.canvas.moved == (-10, -5)
    assert pixels_of(sketch.canvas).sum() == pytest.approx(ink, rel=0.01)
    assert not sketch.canvas.untouched
    for _ in range(2):
        sketch.undo()
    assert sketch.canvas.moved == (0, 0)


def test_strokes_clear_and_opened_pictures_are_undone_and_done_again() -> None:
    sketch = Sketch()
    sketch.begin((5.0, 5.0))
    sketch.draw_to((9.0, 9.0))
    sketch.lift()
    one = sketch.canvas
    sketch.begin((15.0, 5.0))
    sketch.lift()
    two = sketch.canvas
    sketch.clear()
    sketch.open(bytes(784))
    for expected in (Canvas(), two, one, Canvas(), Canvas()):
        sketch.undo()
        assert sketch.canvas == expected
    for expected in (one, two, Canvas()):
        sketch.redo()
        assert sketch.canvas == expected
    sketch.begin((1.0, 1.0))
    assert sketch.future == []
    assert Sketch().canvas.blank
    assert drawn((3.0, 3.0), erases=True).blank


def test_the_brush_has_its_thinnest_and_its_thickest_and_comes_back() -> None:
    sketch = Sketch()
    for step, expected in ((1, BRUSHES[-1]), (-1, BRUSHES[0])):
        for _ in range(20):
            sketch.change_brush(step)
        assert sketch.brush == expected
    sketch.change_brush(0)
    assert sketch.brush == DEFAULT_BRUSH


@pytest.mark.parametrize("height", [1, 7, 19, 31, 45, 75])
def test_cells_show_where_the_ink_is_at_every_size(height: int) -> None:
    rows = Raster().rows_of(drawn((2.0, 14.0), (26.0, 14.0), width=5.0))
    for ascii in (False, True):
        lines = CanvasCells().lines(rows, 2 * height, height, ascii)
        assert [len(line) for line in lines] == [2 * height] * height
        assert lines[height // 2].strip()
        assert "".join(lines).isascii() is ascii
    assert INNER == 112
