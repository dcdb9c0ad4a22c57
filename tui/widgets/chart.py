"""Line charts in the terminal: the widget. How they are drawn: `tui/widgets/plotting/`."""

import sys
import threading
from collections.abc import Sequence
from dataclasses import replace

from textual.reactive import reactive

from tui.terminal.sanitize import sanitize
from tui.widgets.cells import Cells, CellWidget
from tui.widgets.plotting.frame import draw_frame, draw_legend
from tui.widgets.plotting.layout import lay_out
from tui.widgets.plotting.lines import draw_lines
from tui.widgets.plotting.plot import Line, Plot
from tui.widgets.plotting.raster import Raster, warm_up
from tui.widgets.plotting.series import Range

MIN_WIDTH, MIN_HEIGHT = 20, 5


class Chart(CellWidget):
    """Lines over a common x axis, with a legend above that hides no data."""

    COMPONENT_CLASSES = {  # noqa: RUF012
        "chart--title",
        "chart--axis",
        "chart--value",
        "chart--mark",
        "chart--step",
        "chart--train",
        "chart--test",
        "chart--validation",
        "chart--trial",
        "chart--other",
    }

    DEFAULT_CSS = """
    Chart {
        height: 1fr;
        min-height: 5;
        .chart--title { color: $foreground; text-style: bold; }
        .chart--axis { color: $text-muted; }
        .chart--value { color: $foreground; }
        .chart--mark { color: $text-warning; }
        .chart--step { color: $foreground 45%; }
        .chart--train { color: $primary-lighten-1; }
        .chart--test { color: $text-accent; }
        .chart--trial { color: $text-accent; }
        .chart--validation, .chart--other { color: $success; }
        &:light .chart--train { color: $secondary; }
        &:light .chart--validation, &:light .chart--other { color: $text-success; }
        &:nocolor .chart--step { text-style: dim; }
        &:nocolor .chart--test { text-style: bold; }
    }
    """

    plot: reactive[Plot] = reactive(Plot(), init=False, repaint=False)
    """What is shown; an equal plot costs no redraw."""

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._raster = Raster()

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
    ) -> None:
        """Show these lines. `marks` are vertical lines with a label; `percent` turns fractions into percentages.

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
        )

    def on_mount(self) -> None:
        if "plotext" not in sys.modules:
            self.call_after_refresh(threading.Thread(target=warm_up, daemon=True).start)

    def watch_plot(self) -> None:
        self.redraw()

    def draw(self, cells: Cells) -> None:
        plot = self.plot
        if cells.width < MIN_WIDTH or cells.height < MIN_HEIGHT:
            cells.put_centered(f"{plot.title or 'chart'}: too little room", "chart--axis")
            return
        draw_legend(cells, plot, self.ascii)
        layout = lay_out(plot, cells.width, cells.height)
        if layout is None:
            cells.put_centered("nothing to draw yet", "chart--axis")
            return
        draw_frame(cells, plot, layout, self.ascii)
        canvas = Cells(layout.axes.columns, layout.axes.rows)
        draw_lines(canvas, plot, layout, self._raster, ascii=self.ascii, no_color=self.app.no_color)
        for y, row in enumerate(canvas.rows, 1):
            cells.rows[y][layout.left :] = row
