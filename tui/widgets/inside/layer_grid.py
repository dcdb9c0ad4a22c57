"""All maps of one layer as a grid, and the one under a cursor, large."""

from collections.abc import Mapping

from textual.events import Click
from textual.message import Message
from textual.reactive import reactive

from engine.vocabulary.messages import MOST_MAPS, Maps
from tui.widgets.cells import Cells
from tui.widgets.inside.histograms import draw_histogram
from tui.widgets.inside.layer_strips import Strip, figure, range_words
from tui.widgets.inside.levels import gray_levels, map_levels, values_of
from tui.widgets.inside.map_drawing import draw_map, draw_vector, is_vector, signed, size_in, stretched_in
from tui.widgets.inside.pixels import PixelWidget
from tui.widgets.list_keys import LIST_KEYS, ListKeys

ROWS = 7  # of a map, in cells
SIDE = 28
LARGE_COLUMNS, LARGE_ROWS = 28, 14
LEAST_BARS = 8  # rows of a histogram below


class LayerGrid(ListKeys, PixelWidget, can_focus=True):
    """Maps in lines from left to right; a vector as bars, a sequence as one picture."""

    BINDINGS = LIST_KEYS

    DEFAULT_CSS = """
    LayerGrid { width: 1fr; height: 1fr; padding: 0 1; }
    """

    shown: reactive[tuple[Strip | None, Mapping[int, Maps]]] = reactive((None, {}), init=False, repaint=False)
    """The layer, and its maps by the number of the first of each part."""

    cursor: reactive[int] = reactive(0, init=False, repaint=False)

    class Moved(Message):
        """The cursor is on another map."""

    def __init__(self) -> None:
        super().__init__()
        self._top = 0  # row of maps

    @property
    def strip(self) -> Strip | None:
        return self.shown[0]

    @property
    def count(self) -> int:
        return self.strip.maps.count if self.strip is not None and self.strip.maps is not None else 0

    @property
    def parts_in_sight(self) -> list[int]:
        """The first numbers of the parts that are needed for what is seen."""
        if self.strip is None or self.count <= 1:
            return [0]
        self._follow()
        across, down = self._fit()
        first, last = self._top * across, min(self.count, (self._top + down) * across) - 1
        return list(range(first // MOST_MAPS * MOST_MAPS, last + 1, MOST_MAPS))

    def _fit(self) -> tuple[int, int]:
        """Return how many maps there are beside and below each other."""
        return max(1, self.size.width // (self._wide + 1)), max(1, (self.size.height - 2) // (ROWS + 1))

    @property
    def _wide(self) -> int:
        maps = self.strip.maps if self.strip is not None else None
        return max(4, size_in(maps, 2 * ROWS, ROWS)[0]) if maps is not None else 4

    def _follow(self) -> None:
        across, down = self._fit()
        row, rows = self.cursor // across, -(-self.count // across)
        self._top = max(0, min(self._top, row, max(0, rows - down)), row - down + 1)

    def map_at(self, number: int) -> tuple[Maps, int] | None:
        """Return the part that a map came in, and its place there."""
        for first, maps in self.shown[1].items():
            if first <= number < first + maps.shown:
                return maps, number - first
        return None

    def draw(self, cells: Cells) -> None:
        strip = self.strip
        if strip is None or strip.maps is None:
            return
        cells.put(0, 0, f"{strip.title}  ", "inside--title")
        seen = self.map_at(self.cursor)
        spread = f", {range_words(seen[0])}" if seen is not None else ""
        cells.put(len(strip.title) + 2, 0, f"{strip.kind}  {strip.words}{spread}", "inside--muted")
        if is_vector(strip.maps):
            draw_vector(self, cells, 0, 2, strip.maps, cells.width, min(16, cells.height - 3))
            return
        if self.count == 1 and strip.maps.width > 2 * ROWS:
            wide, high = stretched_in(strip.maps, cells.width, cells.height - 3)
            self.put_levels(cells, 0, 2, map_levels(strip.maps, 0, wide, high), signed=signed(strip.maps))
            return
        self._follow()
        across, down = self._fit()
        for place in range(across * down):
            number = self._top * across + place
            if number >= self.count:
                break
            x, y = place % across * (self._wide + 1), 2 + place // across * (ROWS + 1)
            found = self.map_at(number)
            if found is not None:
                draw_map(self, cells, x, y, *found, 2 * ROWS, ROWS)
            at = number == self.cursor
            cells.put(x, y + ROWS, str(number).center(self._wide), "inside--cursor" if at else "inside--muted")

    def watch_shown(self) -> None:
        self.redraw()

    def watch_cursor(self) -> None:
        self.redraw()
        self.post_message(self.Moved())

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self.redraw()

    def _move(self, by: int) -> None:
        if 0 <= self.cursor + by < self.count:
            self.cursor += by
        elif abs(by) > 1:
            self.cursor = 0 if by < 0 else max(0, self.count - 1)

    def action_cursor_left(self) -> None:
        self._move(-1)

    def action_cursor_right(self) -> None:
        self._move(1)

    def action_cursor_up(self) -> None:
        if self.cursor >= self._fit()[0]:
            self._move(-self._fit()[0])

    def action_cursor_down(self) -> None:
        if self.cursor // self._fit()[0] < (self.count - 1) // self._fit()[0]:
            self._move(self._fit()[0])

    def action_first(self) -> None:
        self.cursor = 0

    def action_last(self) -> None:
        self.cursor = max(0, self.count - 1)

    def action_page_up(self) -> None:
        across, down = self._fit()
        self._move(-across * down)

    def action_page_down(self) -> None:
        across, down = self._fit()
        self._move(across * down)

    def on_mouse_scroll_down(self) -> None:
        self.action_cursor_down()

    def on_mouse_scroll_up(self) -> None:
        self.action_cursor_up()

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None or offset.y < 2:
            return
        across, _ = self._fit()
        column = offset.x // (self._wide + 1)
        number = (self._top + (offset.y - 2) // (ROWS + 1)) * across + column
        if column < across and number < self.count:
            self.cursor = number


class MapDetail(PixelWidget):
    """The map under the cursor, large, and the digit that it is of."""

    DEFAULT_CSS = """
    MapDetail { width: 30; height: 1fr; padding: 0 1 0 0; }
    """

    facts: reactive[tuple[Strip | None, Maps | None, int, bytes, tuple[str, ...]]] = reactive(
        (None, None, 0, b"", ()), init=False, repaint=False
    )
    """The layer, a part of its maps and the place of one in it; the digit's pixels, and what it is, in words."""

    def watch_facts(self) -> None:
        self.redraw()

    def draw(self, cells: Cells) -> None:
        strip, maps, place, pixels, words = self.facts
        y = 0
        if strip is not None and maps is not None and not is_vector(maps):
            name = "filter" if strip.number < 0 else "map"
            cells.put(0, 0, f"{strip.name}, {name} {maps.first + place}"[: cells.width], "inside--title")
            draw_map(self, cells, 0, 1, maps, place, LARGE_COLUMNS, LARGE_ROWS)
            y = 1 + (size_in(maps, LARGE_COLUMNS, LARGE_ROWS)[1] + 1) // 2
            more, less = self.signs()
            if signed(maps):
                legend = f"{less}{figure(abs(maps.low))}  {more}{figure(max(0.0, maps.high))}"
            else:
                empty, full = self.ends()
                legend = f"{empty} 0  {full} {figure(maps.high)}"
            cells.put(0, y, legend, "inside--muted")
            y += 2
        side = min(SIDE, 2 * (cells.height - y - len(words)))
        if pixels and side >= SIDE // 2:
            for line in words:
                cells.put(0, y, line[: cells.width], "inside--muted")
                y += 1
            self.put_levels(cells, 0, y, gray_levels(pixels, SIDE, side, side))
            y += side // 2 + 1
        if maps is not None and not is_vector(maps) and cells.height - y >= LEAST_BARS:
            draw_histogram(self, cells, 0, y, cells.width, cells.height - y, "its values", values_of(maps, place))
