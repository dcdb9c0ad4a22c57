"""What stands around the lines of a chart: the legend above, the axes with their ticks at the left and below."""

from rich.cells import cell_len

from tui.widgets.cells import Cells
from tui.widgets.plotting.layout import Layout
from tui.widgets.plotting.plot import Line, Plot

LEGEND_START = 11


def draw_legend(cells: Cells, plot: Plot, ascii: bool, cursor: float | None = None) -> None:
    """Write title, names and values on the first row: the last ones, or those at the cursor.

    What is said of the scale stands at the right. Where room lacks, figures go first (at the cursor the names of
    overlaid runs, whose letters stay), then what is said of the scale and of the lines, then whole entries.
    """
    x = cells.put(0, 0, plot.title, "chart--title")
    if plot.y_label:
        x = cells.put(x + 1, 0, plot.y_label, "chart--axis")
    narrow = x + 2 if x else 0
    x = max(narrow, LEGEND_START if cells.width >= 5 * LEGEND_START else 0) if x else 0
    note = plot.note if cursor is None else f"{plot.x_label} {cursor:.4g}".strip()
    entries = [legend_entry(line, plot.percent, ascii, cursor) for line in plot.lines if line.name]
    beside = cells.width - (cell_len(note) + 3 if note else 0)
    shorten(entries, beside - x, values_first=cursor is not None)
    if width_of(entries) > beside - x:
        x = narrow
    if width_of(entries) > beside - x and cursor is None:
        note, beside = "", cells.width
    leave_out(entries, beside - x)
    for entry in entries:
        for text, style in zip(entry.texts, ("", "chart--value", "chart--axis"), strict=True):
            x = cells.put(x, 0, text, style or entry.style)
        x += 3 if any(entry.texts) else 0
    if note and x + cell_len(note) - 1 <= cells.width:
        cells.put(cells.width - cell_len(note), 0, note, "chart--value" if cursor is not None else "chart--axis")


class Entry:
    """What the legend says of a line: its key with its name, its value, what was computed."""

    def __init__(self, texts: list[str], key: str, style: str) -> None:
        self.texts = texts
        self.key = key
        self.style = style
        self.measure()

    def measure(self) -> None:
        """Take the width, after a change too: there may be many entries, and it is asked for again and again."""
        self.width = sum(map(cell_len, self.texts)) + 3 * any(self.texts)

    def change(self, part: int, text: str) -> None:
        self.texts[part] = text
        self.measure()

    def clear(self, first: int) -> None:
        """Leave out the texts from the first of these on."""
        self.texts[first:] = [""] * len(self.texts[first:])
        self.measure()


def legend_entry(line: Line, percent: bool, ascii: bool, cursor: float | None) -> Entry:
    key = line.look.ascii if ascii else line.look.key
    if line.letter:
        key = line.letter if ascii else f"{line.letter} {key}"
    value = line.last(percent) if cursor is None or not line.figure else line.at(cursor, percent)
    note = f", {line.note}" if line.note and cursor is None else ""
    return Entry([f"{key} {line.name}", f" {value}" if value else "", note], key, line.style)


def width_of(entries: list[Entry]) -> int:
    return sum(entry.width for entry in entries) - 3


def shorten(entries: list[Entry], room: int, values_first: bool) -> None:
    """Leave out of the entries what matters least, as long as they do not fit."""
    lettered = [entry for entry in entries if entry.key[:1].isalpha()]
    for entry in entries:
        if width_of(entries) > room and entry.style == "chart--step" and len(entries) > 1:
            entry.clear(0)  # it lies behind its line, in grey
    for part in (0, 1) if values_first else (1, 0):
        for entry in entries if part else lettered:
            if width_of(entries) > room:
                entry.change(part, "" if part else entry.key)


def leave_out(entries: list[Entry], room: int) -> None:
    """Leave out what was computed, then whole entries from the left, as long as they do not fit."""
    for first in (2, 0):
        for entry in entries:
            if width_of(entries) > room:
                entry.clear(first)


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
