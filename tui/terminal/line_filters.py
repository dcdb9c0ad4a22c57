"""Filters over everything the app draws: nothing that acts on the terminal, no colour, nothing but ASCII."""

from collections.abc import Iterable
from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from tui.terminal.ascii import to_ascii
from tui.terminal.sanitize import sanitize


class FilterChain(LineFilter):
    """Several filters as one. Textual keeps each line as a filter left it, and finds it again by the filter: one that
    stays the same spares it every line that does."""

    def __init__(self, filters: Iterable[LineFilter]) -> None:
        super().__init__()
        self.filters = tuple(filters)

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        for each in self.filters:
            segments = each.apply(segments, background)
        return segments


class AsciiFilter(LineFilter):
    """Replaces every character that is not ASCII; what has no likeness becomes a question mark."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            segment if segment.text.isascii() else Segment(to_ascii(segment.text), segment.style, segment.control)
            for segment in segments
        ]


class SanitizeFilter(LineFilter):
    """Replaces what a terminal could obey in any text. Widgets do so themselves; this is for what one may forget."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            segment
            if segment.control or segment.text.isprintable()
            else Segment(as_wide(segment.text), segment.style, segment.control)
            for segment in segments
        ]


@lru_cache(1024)
def as_wide(text: str) -> str:
    """Return the text made harmless in the same number of cells: what takes none goes."""
    return "".join(
        character if character.isprintable() else sanitize(character) * cell_len(character) for character in text
    )


class NoColorFilter(LineFilter):
    """Drops all colour; bold, underline, reverse and dim stay."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            segment if segment.style is None else Segment(segment.text, without_color(segment.style), segment.control)
            for segment in segments
        ]


@lru_cache(4096)
def without_color(style: Style) -> Style:
    return style.without_color
