"""What the keys of the screen of drawing do to the canvas."""

from textual.screen import Screen

from tui.widgets.drawing.canvas import CanvasView

FAR = 8  # cells that page keys move the pen
EDGE = 10_000  # cells: farther than any canvas is wide


class DrawActions(Screen[None]):
    """The pen, the brush, and what is undone."""

    @property
    def canvas(self) -> CanvasView:
        return self.query_one(CanvasView)

    def action_pen(self) -> None:
        self.canvas.toggle_pen()

    def action_step_pen(self, right: int, down: int) -> None:
        self.canvas.step_pen(right, down)

    def action_page_pen(self, down: int) -> None:
        self.canvas.step_pen(0, FAR * down)

    def action_to_edge(self, right: int, down: int) -> None:
        self.canvas.step_pen(EDGE * right, EDGE * down)

    def action_nudge(self, right: int, down: int) -> None:
        self.canvas.sketch.nudge(right, down)
        self.canvas.change()

    def action_undo(self) -> None:
        self.canvas.sketch.undo()
        self.canvas.change()

    def action_redo(self) -> None:
        self.canvas.sketch.redo()
        self.canvas.change()

    def action_clear(self) -> None:
        self.canvas.sketch.clear()
        self.canvas.change()

    def action_lift(self) -> None:
        self.canvas.sketch.lift()
        self.canvas.look()

    def action_erase(self) -> None:
        self.canvas.sketch.lift()
        self.canvas.sketch.erasing = not self.canvas.sketch.erasing
        self.canvas.look()

    def action_brush(self, step: int) -> None:
        self.canvas.sketch.change_brush(step)
        self.canvas.look()
