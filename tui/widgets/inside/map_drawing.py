"""The maps of a layer: small beside each other, one of them large; of a vector its values as bars."""

from engine.vocabulary.messages import Maps
from tui.widgets.cells import Cells
from tui.widgets.inside.levels import map_levels, shares
from tui.widgets.inside.pixels import PixelWidget

EIGHTHS = " ▁▂▃▄▅▆▇█"
TENTHS = " .:-=+*#"  # as high as a character looks, in ASCII


def is_vector(maps: Maps) -> bool:
    return maps.height == 1 and maps.count == 1


def size_in(maps: Maps, columns: int, rows: int) -> tuple[int, int]:
    """Return width and height in pixels of a map in a room of cells: enlarged by a whole number, or made smaller."""
    if not maps.width or not maps.height or columns < 1 or rows < 1:
        return 0, 0
    factor = min(columns / maps.width, 2 * rows / maps.height)
    if factor >= 1:
        return maps.width * int(factor), maps.height * int(factor)
    return max(1, min(columns, round(maps.width * factor))), max(1, min(2 * rows, round(maps.height * factor)))


def stretched_in(maps: Maps, columns: int, rows: int) -> tuple[int, int]:
    """Return width and height in pixels of a sequence, whose two directions have no common measure."""
    return min(columns, maps.width * max(1, columns // max(1, maps.width))), min(2 * rows, maps.height)


def signed(maps: Maps) -> bool:
    return maps.low < 0


def draw_map(
    widget: PixelWidget, cells: Cells, x: int, y: int, maps: Maps, number: int, columns: int, rows: int
) -> None:
    """Draw a map, from those that came the one with this place."""
    wide, high = size_in(maps, columns, rows)
    if wide and high:
        widget.put_levels(cells, x, y, map_levels(maps, number, wide, high), signed=signed(maps))


def draw_vector(widget: PixelWidget, cells: Cells, x: int, y: int, maps: Maps, columns: int, rows: int) -> None:
    """Draw values as bars beside each other, above and below 0; where they are too many, the values of `columns` at
    even distances."""
    values = shares(maps.pixels[: maps.width], maps.low, maps.high)
    if not values or columns < 1 or rows < 1:
        return
    each = max(1, min(4, columns // len(values)))
    shown = min(len(values), columns // each)
    picked = [values[i * len(values) // shown] for i in range(shown)]
    highest, lowest = max(0.0, *picked), min(0.0, *picked)
    extent = (highest - lowest) or 1.0
    up = rows if lowest == 0 else 0 if highest == 0 else min(rows - 1, max(1, round(rows * highest / extent)))
    down = rows - up
    for place, value in enumerate(picked):
        style = "px:r12" if value > 0 and signed(maps) else "px:b12" if value < 0 else "inside--bar"
        tall = max(1, each - (each > 1))
        left = x + place * each
        if value >= 0:
            filled = 8 * up * value / (highest or 1.0)
            for row in range(up):
                part = min(8, max(0, round(filled - 8 * row)))
                cells.put(left, y + up - 1 - row, tall * pick(part, widget.ascii), style)
        else:
            filled = down * value / (lowest or 1.0)
            for row in range(down):
                if filled - row >= 0.25:
                    full = "#" if widget.ascii else "█" if filled - row >= 0.75 else "▀"
                    cells.put(left, y + up + row, tall * full, style)


def pick(eighths: int, ascii: bool) -> str:
    return TENTHS[eighths - eighths // 8] if ascii else EIGHTHS[eighths]
