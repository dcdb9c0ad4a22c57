"""The canvas: a square that the mouse and the keys draw on."""

import textwrap
from dataclasses import dataclass

from textual.events import Key, MouseDown, MouseMove, MouseScrollDown, MouseScrollUp, MouseUp
from textual.message import Message

from engine.vocabulary.messages import Drawing
from engine.vocabulary.messages.base import DIGITS
from tui.state.class_words import worded
from tui.state.drawing.canvas import SIDE, Point
from tui.state.drawing.raster import Raster
from tui.state.drawing.sketch import Sketch
from tui.widgets.cells import Cells, CellWidget
from tui.widgets.drawing.cells import CanvasCells

BORDER = 2  # cells that it takes of a side, both ways
LEFT, RIGHT = 1, 3  # buttons of the mouse
HINT = "Draw a digit: drag with the mouse, or move the pen with the arrows; space sets it down and lifts it."


class CanvasView(CellWidget, can_focus=True):
    """Draws a Sketch. The left button draws, the right one erases."""

    COMPONENT_CLASSES = {"canvas--ink", "canvas--pen", "canvas--hint"}  # noqa: RUF012

    DEFAULT_CSS = """
    CanvasView {
        border: round $foreground 25%;
        border-title-color: $text-muted;
        border-subtitle-color: $text-muted;
        &:focus { border: round $primary; }
        &.-ascii { border: ascii $foreground 25%; }
        &.-ascii:focus { border: ascii $primary; }
        .canvas--ink { color: $foreground; }
        .canvas--pen { color: $text-accent; text-style: bold reverse; }
        .canvas--hint { color: $text-muted; }
    }
    """

    classes_of: tuple[str, ...] = DIGITS  # what may be drawn

    @dataclass
    class Changed(Message):
        """Something was drawn."""

    @dataclass
    class Looked(Message):
        """The pen was moved or lifted, or has another brush."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.sketch = Sketch()
        self._raster = Raster()
        self._canvas_cells = CanvasCells()
        self._waits = self._is_changed = False  # for being drawn, and told of
        self._by_mouse = False  # it holds the pen, which is then not drawn: the pointer is there

    def on_mount(self) -> None:
        self._tell()

    @property
    def drawing(self) -> Drawing:
        """What is drawn, as the engine reads it."""
        return self._raster.drawing_of(self.sketch.canvas)

    def draw(self, cells: Cells) -> None:
        rows = self._raster.rows_of(self.sketch.canvas)
        for y, line in enumerate(self._canvas_cells.lines(rows, cells.width, cells.height, self.ascii)):
            cells.put(0, y, line, "canvas--ink")
        if self.sketch.canvas.blank and not self.sketch.down:
            self._put_hint(cells)
        if not self._by_mouse:
            x, y = self.pen_cell(cells.width, cells.height)
            cells.put(x, y, "*" if self.sketch.down else "+", "canvas--pen")

    def _put_hint(self, cells: Cells) -> None:
        """Say how to draw, below the pen."""
        lines = textwrap.wrap(worded(HINT, self.classes_of), max(1, cells.width - 2))
        for y, line in enumerate(lines, cells.height - len(lines)):
            if y > cells.height // 2:
                cells.put((cells.width - len(line)) // 2, y, line, "canvas--hint")

    def pen_cell(self, columns: int, rows: int) -> tuple[int, int]:
        x, y = self.sketch.pen
        return min(columns - 1, int(x / SIDE * columns)), min(rows - 1, int(y / SIDE * rows))

    def change(self) -> None:
        """Draw what was changed, and tell of it."""
        self._is_changed = True
        self.look()

    def look(self) -> None:
        """Draw a pen that has moved, or another brush: once for all the moves that have come by then."""
        if not self._waits:
            self._waits = True
            self.call_later(self._draw_changes)

    def _draw_changes(self) -> None:
        self._waits = False
        self.redraw()
        self._tell()
        changed, self._is_changed = self._is_changed, False
        self.post_message(self.Changed() if changed else self.Looked())

    def _tell(self) -> None:
        """Say in the border what the pen does."""
        sketch = self.sketch
        tool = "eraser" if sketch.erasing else "pen"
        self.border_title = f"{tool} {'down' if sketch.down else 'up'}, brush {sketch.brush:g}"

    def step_pen(self, right: int, down: int) -> None:
        """Move the pen by cells, to the middle of one; while it is down, it draws."""
        self._by_mouse = False
        columns, rows = self.size
        if not columns or not rows:
            return
        x, y = self.pen_cell(columns, rows)
        x, y = max(0, min(columns - 1, x + right)), max(0, min(rows - 1, y + down))
        before = self.sketch.canvas
        self.sketch.draw_to(((x + 0.5) * SIDE / columns, (y + 0.5) * SIDE / rows))
        if self.sketch.canvas is before:
            self.look()
        else:
            self.change()

    def toggle_pen(self) -> None:
        self._by_mouse = False
        self.sketch.toggle_pen()
        self.change()

    async def on_key(self, event: Key) -> None:
        """Do what a key of the screen does here, in the order of keys and mouse: Textual would do so once the event has
        come back to the app, and a stroke that a slow link brings together with the key before it would come first."""
        active = self.screen.active_bindings.get(event.key)
        if active is not None and active.node is self.screen and active.enabled:
            event.stop()
            await self.app.run_action(active.binding.action, active.node)

    def point_of(self, event: MouseDown | MouseMove | MouseUp) -> Point:
        """Return where on the canvas the mouse is: in the middle of a cell, or where the terminal tells pixels."""
        inner = self.content_region
        middle = 0.0 if getattr(self.app._driver, "_mouse_pixels", False) else 0.5
        return (
            (event.pointer_screen_x + middle - inner.x) * SIDE / max(1, inner.width),
            (event.pointer_screen_y + middle - inner.y) * SIDE / max(1, inner.height),
        )

    def on_mouse_down(self, event: MouseDown) -> None:
        if event.button not in (LEFT, RIGHT):
            return
        self._by_mouse = True
        self.capture_mouse()
        self.sketch.begin(self.point_of(event), erases=event.button == RIGHT)
        self.change()

    def on_mouse_move(self, event: MouseMove) -> None:
        if not (self._by_mouse and self.sketch.down):
            return
        if not event.button:  # the button came up where this program was not told
            self.on_mouse_up(event)
            return
        before = self.sketch.canvas
        self.sketch.draw_to(self.point_of(event))
        if self.sketch.canvas is not before:
            self.change()

    def on_mouse_up(self, event: MouseUp | MouseMove) -> None:
        if self._by_mouse:
            self.put_down()

    def put_down(self) -> None:
        """Lift the pen, and let go of the mouse: another screen comes to the front."""
        self.release_mouse()
        if self.sketch.down:
            self.sketch.lift()
            self.look()

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        event.stop()
        self.sketch.change_brush(1)
        self.look()

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        event.stop()
        self.sketch.change_brush(-1)
        self.look()

    def watch_ascii(self) -> None:
        self.set_class(self.ascii, "-ascii")
        super().watch_ascii()


def fitting(width: int, height: int) -> tuple[int, int]:
    """Return columns and rows of the largest canvas that has room, with its border: a cell is twice as high as wide."""
    rows = max(1, min(height - BORDER, (width - BORDER) // 2))
    return 2 * rows + BORDER, rows + BORDER
