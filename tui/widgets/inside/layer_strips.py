"""The layers of a network below each other: each with its name and its first maps for a digit."""

from dataclasses import dataclass

import msgspec
from textual.events import Click
from textual.message import Message
from textual.reactive import reactive

from engine.vocabulary.messages import FiltersShown, LayerShown, Maps
from tui.terminal.sanitize import sanitize
from tui.widgets.cells import Cells
from tui.widgets.inside.map_drawing import draw_map, draw_vector, is_vector, size_in, stretched_in
from tui.widgets.inside.pixels import PixelWidget
from tui.widgets.list_keys import LIST_KEYS, ListKeys

NAME = 21  # columns of the names
HIGH, LOW = 8, 6  # rows of a strip, where there is much room and where there is little


class Strip(msgspec.Struct, frozen=True):
    """A layer: what it is, and its maps; `number` is its place in the network, -1 for the filters of the first."""

    number: int
    name: str
    kind: str = ""
    shape: tuple[int, ...] = ()
    maps: Maps | None = None
    problem: str = ""

    @property
    def title(self) -> str:
        return f"filters of {self.name}" if self.number < 0 else self.name

    @property
    def words(self) -> str:
        """How many there are, and how large each is."""
        if self.maps is None:
            return ""
        if is_vector(self.maps):
            return f"{self.maps.width:,} values"
        size = f"{self.maps.height}x{self.maps.width}"
        return f"{self.maps.count:,} of {size}" if self.maps.count > 1 else size


def filters_strip(told: FiltersShown) -> Strip:
    return Strip(-1, sanitize(told.layer, 100), sanitize(told.kind, 100), maps=told.maps)


def layer_strip(number: int, told: LayerShown) -> Strip:
    problem = sanitize(told.problem, 200)
    return Strip(number, sanitize(told.name, 100), sanitize(told.kind, 100), tuple(told.shape), told.maps, problem)


def range_words(maps: Maps) -> str:
    return f"{figure(maps.low)} to {figure(maps.high)}"


def figure(value: float) -> str:
    return f"{value:.3g}".replace("e+0", "e").replace("e-0", "e-")


class LayerStrips(ListKeys, PixelWidget, can_focus=True):
    """Up and down go from layer to layer, left and right through its maps; Enter shows all maps of a layer."""

    BINDINGS = LIST_KEYS

    DEFAULT_CSS = """
    LayerStrips { width: 1fr; height: 1fr; padding: 0 1; }
    """

    strips: reactive[tuple[Strip | None, ...]] = reactive((), init=False, repaint=False)
    """The layers from the first to the last; None where one is not known yet."""

    cursor: reactive[tuple[int, int]] = reactive((0, 0), init=False, repaint=False)
    """The place of a strip, and of a map in it."""

    class Moved(Message):
        """The cursor is on another map, or other layers are in sight."""

    @dataclass
    class Opened(Message):
        """All maps of this layer are wanted."""

        strip: Strip

    def __init__(self) -> None:
        super().__init__()
        self._top = 0
        self._places: list[tuple[int, int, int, int]] = []  # of each map drawn: columns from and to, strip, map

    @property
    def chosen(self) -> Strip | None:
        """The layer under the cursor."""
        place = self.cursor[0]
        return self.strips[place] if place < len(self.strips) else None

    @property
    def strip_rows(self) -> int:
        return HIGH if self.size.height >= 3 * HIGH else LOW

    @property
    def in_sight(self) -> range:
        """The places of the strips that are seen, in part too."""
        self._follow()
        shown = -(-max(1, self.size.height) // self.strip_rows)
        return range(self._top, min(self._top + shown, max(1, len(self.strips))))

    def _follow(self) -> None:
        """Have the strip under the cursor in sight, whole."""
        whole = max(1, self.size.height // self.strip_rows)
        at = self.cursor[0]
        self._top = max(0, min(self._top, at, max(0, len(self.strips) - whole)), at - whole + 1)

    def draw(self, cells: Cells) -> None:
        self._places = []
        for row, place in enumerate(self.in_sight):
            if place < len(self.strips):
                self._draw_strip(cells, row * self.strip_rows, place, self.strips[place])

    def _draw_strip(self, cells: Cells, y: int, place: int, strip: Strip | None) -> None:
        at = self.cursor[0] == place
        if strip is None:
            cells.put(0, y, "...", "inside--muted")
            return
        mark = (">" if self.ascii else "▸") if at else " "
        title = strip.title if len(strip.title) <= NAME - 3 else f"{strip.title[: NAME - 4]}…"
        cells.put(0, y, f"{mark} {title}", "inside--cursor" if at and self.has_focus else "inside--title")
        facts = [strip.kind, strip.words]
        if strip.maps is not None:
            facts.append(range_words(strip.maps))
        for line, words in enumerate(filter(None, facts), 1):
            cells.put(2, y + line, words[: NAME - 3], "inside--muted")
        room, rows = cells.width - NAME, self.strip_rows - 1
        if strip.maps is None:
            for line, words in enumerate(wrapped(strip.problem, room)[:rows]):
                cells.put(NAME, y + line, words, "inside--warning")
        elif is_vector(strip.maps):
            draw_vector(self, cells, NAME, y, strip.maps, room, rows)
            self._places.append((NAME, cells.width, place, 0))
        elif strip.maps.count == 1 and strip.maps.width > 2 * rows:
            wide, high = stretched_in(strip.maps, room, rows)
            self._put_stretched(cells, y, strip.maps, wide, high)
            self._places.append((NAME, NAME + wide, place, 0))
        else:
            self._draw_maps(cells, y, place, strip.maps)

    def _put_stretched(self, cells: Cells, y: int, maps: Maps, wide: int, high: int) -> None:
        from tui.widgets.inside.levels import map_levels

        self.put_levels(cells, NAME, y, map_levels(maps, 0, wide, high), signed=maps.low < 0)

    def _draw_maps(self, cells: Cells, y: int, place: int, maps: Maps) -> None:
        rows = self.strip_rows - 1
        wide = max(3, size_in(maps, 2 * rows, rows)[0])
        x = NAME
        below = (size_in(maps, 2 * rows, rows)[1] + 1) // 2
        for number in range(maps.shown):
            more = f" +{maps.count - number:,}"
            if x + wide > cells.width - (len(more) + 2 if number + 1 < maps.count else 0):
                cells.put(x, y + rows // 2, more, "inside--muted")
                break
            draw_map(self, cells, x, y, maps, number, 2 * rows, rows)
            style = "inside--cursor" if self.has_focus else "inside--title"
            label = str(maps.first + number).center(wide)
            cells.put(x, y + below, label, style if self.cursor == (place, number) else "inside--muted")
            self._places.append((x, x + wide, place, number))
            x += wide + 1
        else:
            if maps.count > maps.shown:
                cells.put(x, y + rows // 2, f" +{maps.count - maps.shown:,}", "inside--muted")

    # ------------------------------------------------------------------ keys and mouse

    def watch_strips(self) -> None:
        self.redraw()

    def watch_cursor(self) -> None:
        self.redraw()
        self.post_message(self.Moved())

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self.redraw()

    def _go(self, place: int) -> None:
        place = max(0, min(len(self.strips) - 1, place))
        self.cursor = place, 0 if place != self.cursor[0] else self.cursor[1]

    def action_cursor_up(self) -> None:
        self._go(self.cursor[0] - 1)

    def action_cursor_down(self) -> None:
        self._go(self.cursor[0] + 1)

    def action_cursor_left(self) -> None:
        self.cursor = self.cursor[0], max(0, self.cursor[1] - 1)

    def action_cursor_right(self) -> None:
        drawn = [number for _, _, place, number in self._places if place == self.cursor[0]]
        self.cursor = self.cursor[0], min(max(drawn, default=0), self.cursor[1] + 1)

    def action_first(self) -> None:
        self._go(0)

    def action_last(self) -> None:
        self._go(len(self.strips) - 1)

    def action_page_up(self) -> None:
        self._go(self.cursor[0] - max(1, self.size.height // self.strip_rows))

    def action_page_down(self) -> None:
        self._go(self.cursor[0] + max(1, self.size.height // self.strip_rows))

    def action_select(self) -> None:
        if self.chosen is not None and self.chosen.maps is not None:
            self.post_message(self.Opened(self.chosen))

    def on_mouse_scroll_down(self) -> None:
        self.action_cursor_down()

    def on_mouse_scroll_up(self) -> None:
        self.action_cursor_up()

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        place = self._top + offset.y // self.strip_rows
        if place < len(self.strips):
            at = [number for left, right, strip, number in self._places if strip == place and left <= offset.x < right]
            self.cursor = place, at[0] if at else 0
            if event.chain > 1:
                self.action_select()


def wrapped(words: str, width: int) -> list[str]:
    """Return a sentence on lines of a width."""
    lines = [""]
    for word in words.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + word
    return lines
