"""A histogram of weights or activations as bars, its range below it, its mean and deviation above."""

from engine.vocabulary.messages import Histogram
from tui.widgets.cells import Cells
from tui.widgets.inside.layer_strips import figure
from tui.widgets.inside.map_drawing import pick
from tui.widgets.inside.pixels import PixelWidget

TALLER = 3.0  # times the next, from which the tallest bar is cut: the others would be flat


def limit(counts: list[int]) -> int:
    """Return the count that reaches the top: the tallest, or the next where that one stands far above all others."""
    first, second = (*sorted(counts, reverse=True)[:2], 0, 0)[:2]
    return second if second and first > TALLER * second else max(1, first)


def sparkline(counts: list[int], columns: int, ascii: bool) -> str:
    """Return a histogram as a line of bars."""
    if not counts:
        return ""
    top = limit(counts)
    parts = (counts[place * len(counts) // columns] for place in range(columns))
    return "".join(pick(min(8, max(bool(count), round(8 * count / top))), ascii) for count in parts)


def draw_histogram(
    widget: PixelWidget, cells: Cells, x: int, y: int, columns: int, rows: int, title: str, told: Histogram | None
) -> None:
    """Draw a title, `rows` - 3 rows of bars, the range, and what was counted beside."""
    cells.put(x, y, title[:columns], "inside--title")
    if told is None or rows < 5:
        cells.put(x, y + 1, "none" if told is None else "", "inside--muted")
        return
    facts = f"mean {figure(told.mean)} ±{figure(told.deviation)}, {100 * told.zero:.0f} % zero"
    lost = f", {told.lost:,} no number" if told.lost else ""
    cells.put(x, y + 1, f"{facts}{lost}"[:columns], "inside--warning" if lost else "inside--muted")
    counts, total = told.counts, sum(told.counts) or 1
    while len(counts) > max(2, columns):
        counts = [sum(counts[i : i + 2]) for i in range(0, len(counts), 2)]
    if not counts:
        return
    top, high = limit(counts), rows - 3
    width = max(columns, len(counts))
    for place, count in enumerate(counts):
        filled = 8 * high * count / top
        left, right = (x + number * width // len(counts) for number in (place, place + 1))
        for row in range(high):
            part = min(8, max(0, round(filled - 8 * row)))
            if row == 0 and count and not part:
                part = 1
            cells.put(left, y + 1 + high - row, (right - left) * pick(part, widget.ascii), "inside--bar")
        if count > top:
            above = f"{'^' if widget.ascii else '▲'} {100 * count / total:.0f} %"
            start = left if left + len(above) <= x + columns else right - len(above)
            cells.put(start, y + 2, above, "inside--warning")
    low, end = figure(told.low), figure(told.high)
    cells.put(x, y + rows - 1, low, "inside--muted")
    cells.put(x + width - len(end), y + rows - 1, end, "inside--muted")
    if told.low < 0 < told.high:
        at = round(-told.low / (told.high - told.low) * width)
        if len(low) + 1 < at < width - len(end) - 2:
            cells.put(x + at, y + rows - 1, "0", "inside--muted")
