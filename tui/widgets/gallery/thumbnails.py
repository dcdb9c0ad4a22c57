"""A digit in 14 by 7 cells, and what stands below it. Pure."""

from collections.abc import Sequence
from functools import lru_cache

from rich.cells import cell_len

from engine.vocabulary.messages.base import class_name
from tui.state.class_words import short_name
from tui.state.gallery.rows import Row
from tui.terminal.sanitize import sanitize
from tui.widgets.digit_art import INK, SIDE, draw

COLUMNS, ROWS = 14, 7
KEPT = 2048  # drawings
DOTS = bytes(gray >= INK for gray in range(256))
BLANK = "\u2800"


@lru_cache(KEPT)
def thumbnail(pixels: bytes, art: str = "braille", columns: int = COLUMNS, rows: int = ROWS) -> tuple[str, ...]:
    """Return the lines of a small digit, in one of ART_STYLES."""
    if art == "braille" and (columns, rows) == (COLUMNS, ROWS):
        return braille(pixels)
    return tuple(line.replace(BLANK, " ") for line in draw(pixels, art, columns, rows))


def braille(pixels: bytes) -> tuple[str, ...]:
    """Return a dot for each pixel: what `draw` does where nothing is to be resampled, in a tenth of the time."""
    dots = pixels[: SIDE * SIDE].ljust(SIDE * SIDE, b"\0").translate(DOTS)
    lines = []
    for top in range(0, SIDE * SIDE, 4 * SIDE):
        a, b, c, d = (dots[top + SIDE * line : top + SIDE * (line + 1)] for line in range(4))
        cells = (
            a[x] | b[x] << 1 | c[x] << 2 | a[x + 1] << 3 | b[x + 1] << 4 | c[x + 1] << 5 | d[x] << 6 | d[x + 1] << 7
            for x in range(0, SIDE, 2)
        )
        lines.append("".join(chr(0x2800 + cell) if cell else " " for cell in cells))
    return tuple(lines)


def caption(row: Row, classes: Sequence[str], *, width: int = COLUMNS, ascii: bool = False, taken: int = -1) -> str:
    """Return what a digit is and what it was taken for, `taken` say, and how surely: `4 99 %`, or `✗ 4→9 87 %`.

    One that no network has looked at has its label, or its number.
    """
    predicted = taken if taken >= 0 else row.predicted
    if predicted < 0:
        return short_name(classes, row.label, width) if row.label >= 0 else f"#{row.index:,}"
    figure = ""
    if taken < 0 and row.confidence is not None:
        figure = f" {100 * row.confidence:.0f} %"
    elif row.loss is not None and row.confidence is None:
        figure = f" {row.loss:.2f}"
    if row.label == predicted:
        return short_name(classes, row.label, max(1, width - len(figure))) + figure
    sign, arrow = ("x ", "->") if ascii else ("✗ ", "→")
    room = max(2, width - len(sign) - len(arrow) - len(figure))
    answer = cell_len(sanitize(class_name(classes, predicted)))
    label = short_name(classes, row.label, max(1, room - min(answer, room // 2)))
    return f"{sign}{label}{arrow}{short_name(classes, predicted, max(1, room - cell_len(label)))}{figure}"
