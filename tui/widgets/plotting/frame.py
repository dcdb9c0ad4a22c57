"""What stands around the lines of a chart: the legend above, the axes with their ticks at the left and below."""

from rich.cells import cell_len

from tui.widgets.cells import Cells
from tui.widgets.plotting.layout import Layout
from tui.widgets.plotting.plot import Plot

LEGEND_START = 11


def draw_legend(cells: Cells, plot: Plot, ascii: bool) -> None:
    """Write title, names and last values on the first row; where room lacks, leave out from the left."""
    x = cells.put(0, 0, plot.title, "chart--title")
    if plot.y_label:
        x = cells.put(x + 1, 0, plot.y_label, "chart--axis")
    x = max(x + 2, LEGEND_START if cells.width >= 5 * LEGEND_START else 0) if x else 0
    entries = [
        [f"{line.look.ascii if ascii else line.look.key} {line.name}", line.last(plot.percent), line.style]
        for line in plot.lines
    ]
    gaps = 3 * (len(entries) - 1)
    for part in (1, 0):  # figures go first, then names
        for entry in entries:
            room = sum(cell_len(name) + bool(figure) + len(figure) for name, figure, _ in entries)
            if x + gaps + room > cells.width:
                entry[part] = ""
    for name, figure, style in entries:
        if name:
            x = cells.put(x, 0, name, style)
            x = cells.put(x + 1, 0, figure, "chart--value") if figure else x
            x += 3


def draw_frame(cells: Cells, plot: Plot, layout: Layout, ascii: bool) -> None:
    """Draw both axes, each tick with its label."""
    axes, left = layout.axes, layout.left
    vertical, tick, corner, horizontal, down = "|++-+" if ascii else "│┤└─┬"
    labels = {axes.row(y): label for y, label in layout.y_ticks}
    for row in range(axes.rows):
        label = labels.get(row, "")
        cells.put(left - 2 - len(label), row + 1, label, "chart--axis")
        cells.put(left - 1, row + 1, tick if label else vertical, "chart--axis")
    bottom = axes.rows + 1
    cells.put(left - 1, bottom, corner + horizontal * axes.columns, "chart--axis")
    if cell_len(plot.x_label) <= left - 2:
        cells.put(left - 2 - cell_len(plot.x_label), bottom + 1, plot.x_label, "chart--axis")
    for x, label in layout.x_ticks:
        cells.put(left + axes.column(x), bottom, down, "chart--axis")
        start = left + axes.column(x) - len(label) // 2
        cells.put(max(left - 1, min(start, cells.width - len(label))), bottom + 1, label, "chart--axis")
