"""Line charts in the terminal: the widget. How they are drawn: `tui/widgets/plotting/`."""

import math
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace

from textual.events import Click, Leave, MouseDown, MouseMove, MouseScrollDown, MouseScrollUp, MouseUp
from textual.message import Message
from textual.reactive import reactive

from tui.terminal.sanitize import sanitize
from tui.widgets.cells import Cells, CellWidget
from tui.widgets.plotting.frame import draw_frame, draw_legend
from tui.widgets.plotting.layout import Layout, lay_out, x_limits
from tui.widgets.plotting.lines import draw_chosen, draw_cursor, draw_lines
from tui.widgets.plotting.plot import Line, Plot
from tui.widgets.plotting.raster import Raster, warm_up
from tui.widgets.plotting.series import Range
from tui.widgets.plotting.styles import CSS, STYLES
from tui.widgets.plotting.thinning import Thinner

MIN_WIDTH, MIN_HEIGHT = 20, 5
ZOOM = 0.8  # by one notch of the wheel


class Chart(CellWidget):
    """Lines over a common x axis, with a legend above that hides no data."""

    COMPONENT_CLASSES = STYLES
    DEFAULT_CSS = CSS

    plot: reactive[Plot] = reactive(Plot(), init=False, repaint=False)
    """What is shown; an equal plot costs no redraw."""

    cursor: reactive[float | None] = reactive(None, init=False, repaint=False)
    """The x whose values stand in the legend; None for the last ones."""

    chosen: reactive[Range | None] = reactive(None, init=False, repaint=False)
    """The range of x that is being chosen with the mouse."""

    window: reactive[Range | None] = reactive(None, init=False, repaint=False)
    """The range of x that is shown instead of the plot's own."""

    @dataclass
    class Pointed(Message):
        """The cursor is at `x`, or nowhere."""

        chart: "Chart"
        x: float | None

    @dataclass
    class Zoomed(Message):
        """The wheel or the mouse asks for a range of x."""

        chart: "Chart"
        window: Range | None

    @dataclass
    class Opened(Message):
        """A double click asks for this chart alone."""

        chart: "Chart"

    def __init__(
        self,
        *,
        linked: bool = False,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """A `linked` chart leaves its cursor and its window to whoever hears its messages."""
        super().__init__(name=name, id=id, classes=classes)
        self.linked = linked
        self._drag_start: float | None = None
        self._raster = Raster()
        self._thinner = Thinner()
        self._layout: Layout | None = None  # of the last drawing

    def show(
        self,
        lines: Sequence[Line],
        *,
        title: str = "",
        x_label: str = "",
        y_label: str = "",
        log_x: bool = False,
        log_y: bool = False,
        marks: Sequence[tuple[float, str]] = (),
        x_range: Range | None = None,
        y_range: Range | None = None,
        percent: bool = False,
        note: str = "",
        empty: str = "nothing to draw yet",
    ) -> None:
        """Show these lines. `marks` are vertical lines with a label; `percent` turns fractions into percentages.

        `note` says in the legend what of the scale is not plain, `empty` what is missing as long as there is no point.
        Give an `x_range` where the end is known: what is drawn then stays where it is while the lines grow.
        """
        self.plot = Plot(
            lines=tuple(replace(line, name=sanitize(line.name, 40), points=tuple(line.points)) for line in lines),
            title=sanitize(title),
            x_label=sanitize(x_label),
            y_label=sanitize(y_label),
            log_x=log_x,
            log_y=log_y,
            marks=tuple((x, sanitize(label)) for x, label in marks),
            x_range=x_range,
            y_range=y_range,
            percent=percent,
            note=note,
            empty=empty,
        )

    def on_mount(self) -> None:
        if "plotext" not in sys.modules:
            self.call_after_refresh(threading.Thread(target=warm_up, daemon=True).start)

    def watch_plot(self) -> None:
        self.redraw()

    watch_cursor = watch_chosen = watch_window = watch_plot

    def draw(self, cells: Cells) -> None:
        plot = self.plot
        if self.window is not None:
            plot = replace(plot, x_range=self.window, y_range=None, note="zoomed, double click: all")
        self._layout = None
        if cells.width < MIN_WIDTH or cells.height < MIN_HEIGHT:
            cells.put_centered(f"{plot.title or 'chart'}: too little room", "chart--axis")
            return
        draw_legend(cells, plot, self.ascii, self.cursor)
        layout = self._layout = lay_out(plot, cells.width, cells.height, self._thinner)
        if layout is None:
            cells.put_centered(plot.empty, "chart--axis")
            return
        draw_frame(cells, plot, layout, self.ascii)
        canvas = Cells(layout.axes.columns, layout.axes.rows)
        draw_lines(canvas, plot, layout, self._raster, ascii=self.ascii, no_color=self.app.no_color)
        draw_cursor(canvas, layout.axes, self._on_axis(self.cursor), ascii=self.ascii)
        if self.chosen is not None:
            draw_chosen(canvas, layout.axes, self.chosen, ascii=self.ascii)
        for y, row in enumerate(canvas.rows, 1):
            cells.rows[y][layout.left :] = row

    def _on_axis(self, x: float | None) -> float | None:
        return math.log10(x) if x is not None and self.plot.log_x and x > 0 else x

    @property
    def shown_range(self) -> Range | None:
        """The range of x from edge to edge, as it was last drawn."""
        if self._layout is None:
            return None
        low, high = self._layout.axes.x
        return (10**low, 10**high) if self.plot.log_x else (low, high)

    def x_at(self, column: int) -> float | None:
        """Return the x of a column of the widget, None beside the axes."""
        layout = self._layout
        if layout is None or not layout.left <= column < layout.left + layout.axes.columns:
            return None
        x = layout.axes.x_of(column - layout.left)
        return 10.0**x if self.plot.log_x else x

    def move_cursor(self, columns: int) -> float | None:
        """Return the x so many columns further: from the last point where there is no cursor yet."""
        layout = self._layout
        if layout is None:
            return None
        if self.cursor is None:
            ends = [points[-1][0] for points in layout.points if points]
            column = layout.axes.column(max(ends)) - (columns > 0)
        else:
            column = layout.axes.column(self._on_axis(self.cursor) or 0.0)
        return self.x_at(layout.left + max(0, min(layout.axes.columns - 1, column + columns)))

    def on_mouse_move(self, event: MouseMove) -> None:
        x = self.x_at(event.x)
        if self._drag_start is not None and x is not None and x != self._drag_start:
            self.chosen = (min(x, self._drag_start), max(x, self._drag_start))
        if x is not None or self._drag_start is None:
            self._point(x)

    def on_leave(self, event: Leave) -> None:
        self._point(None)

    def on_mouse_down(self, event: MouseDown) -> None:
        if event.button == 1 and self.x_at(event.x) is not None:
            self._drag_start = self.x_at(event.x)
            self.capture_mouse()

    def on_mouse_up(self, event: MouseUp) -> None:
        self.release_mouse()
        chosen, self.chosen, self._drag_start = self.chosen, None, None
        if chosen is not None:
            self._zoom(chosen)

    def on_click(self, event: Click) -> None:
        if event.chain == 2:
            if self.window is None:
                self.post_message(self.Opened(self))
            self.window = None

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        self._wheel(event, ZOOM)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        self._wheel(event, 1 / ZOOM)

    def _wheel(self, event: MouseScrollUp | MouseScrollDown, factor: float) -> None:
        """Zoom so that what is under the pointer stays there; with shift move to the side."""
        layout = self._layout
        at = self.x_at(event.x)
        if layout is None or at is None:
            return
        event.stop()
        at = self._on_axis(at) or 0.0
        low, high = layout.axes.x
        if event.shift:
            by = (high - low) / 10 * (1 if factor > 1 else -1)
            low, high = low + by, high + by
        else:
            low, high = at - (at - low) * factor, at + (high - at) * factor
        self._zoom((10**low, 10**high) if self.plot.log_x else (low, high))

    def _point(self, x: float | None) -> None:
        if not self.linked:
            self.cursor = x
        elif x != self.cursor:
            self.post_message(self.Pointed(self, x))

    def _zoom(self, window: Range) -> None:
        if self.linked:
            self.post_message(self.Zoomed(self, window))
            return
        full = x_limits(self.plot)
        if full is None:
            return
        full = (10 ** full[0], 10 ** full[1]) if self.plot.log_x else full
        low, high = max(window[0], full[0]), min(window[1], full[1])
        self.window = None if (low, high) == full or high <= low else (low, high)
