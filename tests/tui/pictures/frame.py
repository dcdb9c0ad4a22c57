"""A frame: what a terminal shows, as characters and styles; and as lines of text that can be compared and read."""

import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from rich.style import Style
from textual.strip import Strip

Region = tuple[int, int, int, int]  # column, row, width, height
MODES = ("colour", "NO_COLOR", "ASCII")
ATTRIBUTES = ("bold", "dim", "italic", "underline", "reverse", "strike")


@dataclass(frozen=True)
class Frame:
    """`styles` has a word for each cell, such as `#e0e0e0 on #121212 bold`. `charts` are where charts plot."""

    rows: tuple[str, ...]
    styles: tuple[tuple[str, ...], ...]
    charts: tuple[Region, ...] = ()

    @property
    def width(self) -> int:
        return len(self.styles[0]) if self.styles else 0


def frame_of(strips: Sequence[Strip], width: int, charts: Iterable[Region] = ()) -> Frame:
    """Return what strips show; the second cell of a wide character is ''."""
    rows, styles = [], []
    for strip in strips:
        row: list[str] = []
        style: list[str] = []
        for segment in strip.adjust_cell_length(width):
            words = words_of(segment.style)
            for char in segment.text:
                row.append(char)
                style.append(words)
        rows.append("".join(row))
        styles.append(tuple(style))
    return Frame(tuple(rows), tuple(styles), tuple(charts))


def words_of(style: Style | None) -> str:
    """Return a style in words, without links and what no terminal shows."""
    if style is None:
        return "default"
    parts = [name_of(style.color), "on", name_of(style.bgcolor)]
    return " ".join(parts + [name for name in ATTRIBUTES if getattr(style, name)])


def name_of(colour: object) -> str:
    triplet = getattr(colour, "triplet", None)
    return str(triplet.hex) if triplet is not None else str(getattr(colour, "name", "default"))


def letters(words: str) -> str:
    """Return three letters that stand for a style: the same in every picture, so that differences stay small."""
    number = zlib.crc32(words.encode()) % 26**3
    return "".join(chr(97 + number // power % 26) for power in (676, 26, 1))


def run_lengths(styles: Sequence[str]) -> str:
    """Return the styles of a row as `abc12def3`: twelve cells of one, three of another."""
    return "".join(f"{letters(words)}{len(list(cells))}" for words, cells in groupby(styles))


def text_of(frames: dict[tuple[str, str], Frame], notes: Iterable[str] = ()) -> str:
    """Return frames as text. Of modes but the first, only the rows are written that are other ones than there."""
    lines = [f"# {note}" for note in notes]
    legend = {letters(words): words for frame in frames.values() for style in frame.styles for words in style}
    for (size, mode), frame in frames.items():
        plain = frames[size, MODES[0]]
        charts = " ".join(",".join(map(str, region)) for region in frame.charts)
        lines += ["", f"== {size} {mode}" + (f"  charts {charts}" if charts else "")]
        if mode == MODES[0]:
            lines += [f"{row.rstrip()}" for row in frame.rows]
        else:
            lines += [
                f"{y:3} {row.rstrip()}" for y, (row, old) in enumerate(zip(frame.rows, plain.rows, strict=True))
                if row != old
            ]  # fmt: skip
        lines.append("-- styles")
        styles = [run_lengths(style) for style in frame.styles]
        if mode == "ASCII":
            old_styles = [run_lengths(style) for style in plain.styles]
            lines += [f"{y} {now}" for y, (now, old) in enumerate(zip(styles, old_styles, strict=True)) if now != old]
        else:
            lines += folded(styles)
    lines += ["", "== styles", *(f"{name} {words}" for name, words in sorted(legend.items()))]
    return "\n".join(lines) + "\n"


def folded(rows: Sequence[str]) -> list[str]:
    """Return `0-3 abc80` for four equal rows."""
    found, y = [], 0
    for row, same in groupby(rows):
        count = len(list(same))
        found.append(f"{y}-{y + count - 1} {row}" if count > 1 else f"{y} {row}")
        y += count
    return found


def plain_frames(text: str) -> dict[str, Frame]:
    """Return the frames in colour of a text, by their sizes, without their styles."""
    found = {}
    for part in re.split(r"^== ", text, flags=re.M)[1:]:
        head, _, body = part.partition("\n")
        size, _, rest = head.partition(" ")
        mode, _, charts = rest.partition("  charts ")
        if mode != MODES[0]:
            continue
        width, height = map(int, size.split("x"))
        rows = tuple(row.ljust(width) for row in body.split("\n")[:height])
        regions = tuple(tuple(map(int, words.split(","))) for words in charts.split())
        found[size] = Frame(rows, (), regions)  # type: ignore[arg-type]
    return found
