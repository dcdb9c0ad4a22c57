"""What the terminal shows, cell by cell, and the fewest bytes from there to the next frame.

Textual sends whole lines of a widget of which a digit changed, and the whole screen whenever another one comes to the
front; each piece of text carries all of its colours. Over a slow link that is most of what a screen costs.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len, get_character_cell_size
from rich.color import Color, ColorSystem
from rich.console import Console
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate  # a frame is one of these, and has no name
from textual.strip import Strip

MOST_STRIPS = 1024  # whose cells are kept, those of some screens
FEWEST = 5  # unchanged cells that are worth a jump of the cursor
SHOWN_ON_BLANKS = {"4", "7", "9", "21", "51", "52", "53"}  # underline, reverse, strike, frames, overline


class CellStyle(NamedTuple):
    """Codes of SGR: attributes, the colour of the character, the colour behind it. On a blank only the last counts,
    and the others are "", unless an attribute draws something there too."""

    attributes: str
    foreground: str
    background: str


# A character, or a text that takes other than one cell a character and "" in its other cells.
Cell = tuple[str, CellStyle]
PLAIN = CellStyle("", "39", "49")
UNKNOWN: Cell = (" ", CellStyle("0", "39", "49"))  # equals nothing that is drawn


class Frame(CompositorUpdate):
    """A frame as the bytes that draw it."""

    def __init__(self, text: str) -> None:
        self.text = text

    def render_segments(self, console: Console) -> str:
        return self.text


class ScreenBuffer:
    """What the terminal shows, as far as is known."""

    def __init__(self) -> None:
        self._rows: dict[int, list[Cell]] = {}
        self._cells: dict[int, tuple[Strip, list[Cell]]] = {}  # of strips that were drawn lately, by their ids

    def invalidate(self) -> None:
        """Something else may have drawn on the terminal, or cleared it."""
        self._rows.clear()

    def diff(self, update: CompositorUpdate, console: Console) -> Frame | None:
        """Take what is to be shown next; return the frame that shows it, or None when it is there already."""
        colors = console._color_system or ColorSystem.TRUECOLOR  # as Textual has it; the public name is a string
        parts: list[str] = []
        pen = PLAIN
        for y, pieces in sorted(_lines(update).items()):
            old = self._rows.get(y, [])
            new = self._drawn(old, pieces, colors)
            old = old + [UNKNOWN] * (len(new) - len(old))
            if new != old:
                self._rows[y] = new
                pen = _change(parts, y, old, new, pen)
        if not parts:
            return None
        return Frame("".join(parts) + ("\x1b[m" if pen != PLAIN else ""))

    def _drawn(self, old: list[Cell], pieces: Iterable[tuple[int, Strip]], colors: ColorSystem) -> list[Cell]:
        """Return a row with pieces drawn over it."""
        row = old.copy()
        for x, strip in pieces:
            cells = self._cells_of(strip, colors)
            if x > len(row):
                row += [UNKNOWN] * (x - len(row))
            row[x : x + len(cells)] = cells
        return row

    def _cells_of(self, strip: Strip, colors: ColorSystem) -> list[Cell]:
        """Return the cells of a strip: a line that has not changed is the same one as before."""
        kept = self._cells.get(id(strip))
        if kept is not None:
            return kept[1]
        cells: list[Cell] = []
        for text, style, _ in strip:
            drawn, blank = cell_styles(style, colors)
            if narrow(text):
                cells += [(character, blank if character == " " else drawn) for character in text]
            elif width := cell_len(text):
                cells += [(text, drawn), *[("", drawn)] * (width - 1)]
        if len(self._cells) >= MOST_STRIPS:
            del self._cells[next(iter(self._cells))]
        self._cells[id(strip)] = strip, cells  # with the strip itself, so that no other gets its id
        return cells


def _lines(update: CompositorUpdate) -> dict[int, list[tuple[int, Strip]]]:
    """Return the pieces of each line of a frame, with their columns."""
    lines: dict[int, list[tuple[int, Strip]]] = {}
    if isinstance(update, ChopsUpdate):
        for y, start, end in update.spans:  # beside them a line may lack what is there: they alone are drawn
            lines.setdefault(y, []).extend(_within(update.chops[y], start, end))
        return lines
    assert isinstance(update, LayoutUpdate)
    for y, strips in enumerate(update.strips, update.region.y):
        x = update.region.x
        lines[y] = []
        for strip in strips:
            lines[y].append((x, strip))
            x += strip.cell_length
    return lines


def _within(chops: Mapping[int, Strip | None], start: int, end: int) -> Iterable[tuple[int, Strip]]:
    """Return what lies between two columns, the latter exclusive."""
    for x, strip in chops.items():
        if strip is not None:
            first, last = max(x, start), min(x + strip.cell_length, end)
            if first < last:
                yield first, strip.crop(first - x, last - x)


def _change(parts: list[str], y: int, old: list[Cell], new: list[Cell], pen: CellStyle) -> CellStyle:
    """Add the bytes that turn one row into another; return the style that the terminal is left with."""
    for start, end in _runs(old, new):
        parts.append(f"\x1b[{y + 1};{start + 1}H")
        for text, style in new[start:end]:
            if style != pen and (wanted := style if style.foreground else _for_blank(pen, style.background)) != pen:
                parts.append(sgr(pen, wanted))
                pen = wanted
            parts.append(text)
    return pen


def _runs(old: list[Cell], new: list[Cell]) -> list[tuple[int, int]]:
    """Return the first and last columns, the latter exclusive, of what differs; near ones as one.

    Terminals do not agree on the width of every character, so rows with such are drawn as a whole.
    """
    if {len(text) for text, _ in old} | {len(text) for text, _ in new} != {1}:
        return [(0, len(new))]
    runs: list[tuple[int, int]] = []
    for x in [x for x, (before, after) in enumerate(zip(old, new, strict=True)) if before != after]:
        if runs and x - runs[-1][1] < FEWEST:
            runs[-1] = runs[-1][0], x + 1
        else:
            runs.append((x, x + 1))
    return runs


@lru_cache(4096)
def narrow(text: str) -> bool:
    """Tell whether each character of a text takes one cell."""
    return text.isascii() or (
        cell_len(text) == len(text) and all(get_character_cell_size(character) == 1 for character in text)
    )


def cell_styles(style: Style | None, colors: ColorSystem) -> tuple[CellStyle, CellStyle]:
    """Return how a character is drawn in a style, and how a blank is."""
    if style is None:
        return PLAIN, _on_blank(PLAIN)
    return _cell_styles(style.color, style.bgcolor, style._attributes & style._set_attributes, colors)


@lru_cache(4096)
def _cell_styles(
    color: Color | None, background: Color | None, attributes: int, colors: ColorSystem
) -> tuple[CellStyle, CellStyle]:
    bits = (Style._style_map[bit] for bit in range(attributes.bit_length()) if attributes & 1 << bit)
    found = CellStyle(
        ";".join(bits),
        ";".join(color.downgrade(colors).get_ansi_codes()) if color else PLAIN.foreground,
        ";".join(background.downgrade(colors).get_ansi_codes(foreground=False)) if background else PLAIN.background,
    )
    return found, _on_blank(found)


def _on_blank(style: CellStyle) -> CellStyle:
    return style if SHOWN_ON_BLANKS & set(style.attributes.split(";")) else CellStyle("", "", style.background)


@lru_cache(4096)
def _for_blank(pen: CellStyle, background: str) -> CellStyle:
    """Return the style nearest to the pen's for a blank with a colour behind it."""
    if SHOWN_ON_BLANKS & set(pen.attributes.split(";")):
        return CellStyle("", PLAIN.foreground, background)
    return pen._replace(background=background)


@lru_cache(4096)
def sgr(pen: CellStyle, style: CellStyle) -> str:
    """Return what makes the terminal write in another style than it does."""
    if pen.attributes != style.attributes:
        codes = ["0", style.attributes] if style.attributes else ["0"]
        codes += [code for code, plain in zip(style[1:], PLAIN[1:], strict=True) if code != plain]
    else:
        codes = [new for old, new in zip(pen[1:], style[1:], strict=True) if old != new]
    return f"\x1b[{';'.join(codes)}m"
