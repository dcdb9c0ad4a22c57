"""Weights and activations of each layer as a table, and the histograms of the layer under its cursor."""

from collections.abc import Sequence

from textual.events import Click
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive

from engine.vocabulary.messages import Histogram, LayerFigures
from tui.terminal.sanitize import sanitize
from tui.widgets.cells import Cells
from tui.widgets.grid_keys import GridKeys
from tui.widgets.inside.histograms import draw_histogram, sparkline
from tui.widgets.inside.layer_strips import figure, wrapped
from tui.widgets.inside.pixels import PixelWidget
from tui.widgets.list_keys import LIST_KEYS

HEADINGS = ("layer", "kind", "weights", "activations", "zero", "dead units")
FIRST_TO_GO = ("kind", "weights", "zero", "activations")  # where room lacks
LONGEST_NAME = 24
LEAST_SMALL, MOST_SMALL = 16, 64  # columns of a histogram in a line


def spread_words(told: Histogram | None) -> str:
    return "-" if told is None else f"{figure(told.mean)} ±{figure(told.deviation)}"


def dead_words(told: LayerFigures) -> str:
    if told.units is None or told.dead is None:
        return "-"
    return f"{told.dead:,} of {told.units:,}" if told.dead else f"none of {told.units:,}"


def row_of(told: LayerFigures) -> dict[str, str]:
    zero = "-" if told.activations is None else f"{100 * told.activations.zero:.0f} %"
    words = (sanitize(told.name, LONGEST_NAME), sanitize(told.kind, 14), spread_words(told.weights),
             spread_words(told.activations), zero, dead_words(told))  # fmt: skip
    return dict(zip(HEADINGS, words, strict=True))


def fitting(rows: Sequence[dict[str, str]], width: int) -> dict[str, int]:
    """Return the columns that have room, and their widths."""
    widths = {name: max(len(name), *(len(row[name]) for row in rows), 0) for name in HEADINGS}
    for name in FIRST_TO_GO:
        if sum(widths.values()) + 2 * len(widths) > width:
            del widths[name]
    return widths


class FiguresTable(GridKeys, PixelWidget, can_focus=True):
    """A row a layer."""

    BINDINGS = LIST_KEYS

    sideways = False

    DEFAULT_CSS = """
    FiguresTable { height: auto; max-height: 40%; min-height: 4; padding: 0 1; }
    """

    rows: reactive[tuple[LayerFigures, ...]] = reactive((), init=False, repaint=False)

    cursor: reactive[int] = reactive(0, init=False, repaint=False)

    class Moved(Message):
        """The cursor is on another layer."""

    def __init__(self) -> None:
        super().__init__()
        self._top = 0

    @property
    def chosen(self) -> LayerFigures | None:
        return self.rows[self.cursor] if self.cursor < len(self.rows) else None

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return 1 + len(self.rows)

    def draw(self, cells: Cells) -> None:
        if not self.rows:
            return
        rows = [row_of(each) for each in self.rows]
        widths = fitting(rows, cells.width - 2)
        shown = max(1, cells.height - 1)
        self._top = max(0, min(self._top, self.cursor, max(0, len(rows) - shown)), self.cursor - shown + 1)
        self._draw_row(cells, 0, {name: name for name in HEADINGS}, widths, "inside--muted")
        for y, number in enumerate(range(self._top, min(len(rows), self._top + shown)), 1):
            at = number == self.cursor
            style = ("inside--cursor" if self.has_focus else "inside--title") if at else "inside--text"
            if at:
                cells.put(0, y, ">" if self.ascii else "▸", "inside--title")
            self._draw_row(cells, y, rows[number], widths, style, dead=bool(self.rows[number].dead))
            self._draw_small(cells, y, 2 + sum(widths.values()) + 2 * len(widths), self.rows[number])

    def _draw_row(
        self, cells: Cells, y: int, row: dict[str, str], widths: dict[str, int], style: str, dead: bool = False
    ) -> None:
        x = 2
        for name, wide in widths.items():
            text = row[name].ljust(wide) if name in ("layer", "kind") else row[name].rjust(wide)
            look = "inside--warning" if dead and name == "dead units" else style
            if name != "layer" and style == "inside--cursor":
                look = "inside--warning" if dead and name == "dead units" else "inside--title"
            cells.put(x, y, text, look)
            x += wide + 2

    def _draw_small(self, cells: Cells, y: int, x: int, told: LayerFigures) -> None:
        """Draw both histograms as one line of bars each, where there is room."""
        wide = min(MOST_SMALL, (cells.width - x - 2) // 2)
        for place, histogram in enumerate((told.weights, told.activations)):
            if wide >= LEAST_SMALL and y == 1 + self.cursor - self._top:
                cells.put(x + place * (wide + 2), 0, ("weights", "activations")[place], "inside--muted")
            if histogram is not None and wide >= LEAST_SMALL:
                cells.put(x + place * (wide + 2), y, sparkline(histogram.counts, wide, self.ascii), "inside--bar")

    def watch_rows(self) -> None:
        self.cursor = min(self.cursor, max(0, len(self.rows) - 1))
        self.refresh(layout=True)
        self.redraw()

    def watch_cursor(self) -> None:
        self.redraw()
        self.post_message(self.Moved())

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self.redraw()

    def _go(self, place: int) -> None:
        self.cursor = max(0, min(len(self.rows) - 1, place))

    def move(self, down: int, right: int) -> None:
        self._go(self.cursor + down)

    def go_to(self, last: bool) -> None:
        self._go(len(self.rows) - 1 if last else 0)

    @property
    def page(self) -> int:
        return max(1, self.size.height - 1)

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        if offset is not None and offset.y and self._top + offset.y - 1 < len(self.rows):
            self._go(self._top + offset.y - 1)


class LayerHistograms(PixelWidget):
    """Weights and activations of one layer, and which of its units are dead."""

    DEFAULT_CSS = """
    LayerHistograms { height: 1fr; padding: 1 1 0 1; }
    """

    facts: reactive[tuple[LayerFigures | None, int]] = reactive((None, 0), init=False, repaint=False)
    """A layer, and over how many digits it was measured."""

    thing = "digit"
    """What the test images are."""

    def watch_facts(self) -> None:
        self.redraw()

    def draw(self, cells: Cells) -> None:
        told, digits = self.facts
        if told is None:
            return
        name = sanitize(told.name, LONGEST_NAME)
        lines = wrapped(self._dead_words(told, digits), cells.width) if told.dead else []
        rows = max(5, cells.height - len(lines))
        parts = [(f"weights of {name}", told.weights)] if told.weights is not None else []
        if told.activations is not None:
            parts.append((f"activations of {name}", told.activations))
        if not parts:
            cells.put(0, 0, f"{name} has neither weights of its own nor numbers as its output.", "inside--muted")
        beside = cells.width >= 70 or rows < 12
        wide = (cells.width - 2) // 2 if beside and len(parts) > 1 else cells.width
        high = rows if beside or len(parts) < 2 else rows // 2
        for place, (title, histogram) in enumerate(parts):
            x, y = (place * (wide + 2), 0) if beside else (0, place * high)
            draw_histogram(self, cells, x, y, wide, high, title, histogram)
        for y, line in enumerate(lines, cells.height - len(lines)):
            cells.put(0, y, line, "inside--warning")

    def _dead_words(self, told: LayerFigures, digits: int) -> str:
        named = ", ".join(map(str, told.dead_units[:40]))
        more = f" and {told.dead - 40:,} more" if told.dead is not None and told.dead > 40 else ""
        return f"Dead units, zero for all of {digits:,} test {self.thing}s: {named}{more}."
