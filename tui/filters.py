"""Filters over everything the app draws: no colour, and nothing but ASCII."""

from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

# What the app and Textual draw, and the nearest that ASCII has.
SUBSTITUTES = str.maketrans(
    {
        "━": "=",
        **dict.fromkeys("─═╌╍┄┅▁▔", "-"),
        **dict.fromkeys("│┃║╎┊▏▕▎▌▐", "|"),
        **dict.fromkeys("┌┐└┘├┤┬┴┼╭╮╰╯╔╗╚╝╺╸╹╻", "+"),
        **dict.fromkeys("█▉▊▋▇▆▅▀▄▓", "#"),
        **dict.fromkeys("▍▒", "="),
        **dict.fromkeys("░▂▃", "-"),
        **dict.fromkeys("●•◆■▪", "*"),
        **dict.fromkeys("○◦◇□·", "."),
        **dict.fromkeys("▶▸►→", ">"),
        **dict.fromkeys("◀◂◄←", "<"),
        **dict.fromkeys("▲▴↑", "^"),
        **dict.fromkeys("▼▾↓", "v"),
        "…": ".",
        "×": "x",
        "−": "-",
        "–": "-",
        "—": "-",
        "’": "'",
        "“": '"',
        "”": '"',
        "✓": "+",
        "✗": "x",
    }
)


class AsciiFilter(LineFilter):
    """Replaces every character that is not ASCII; what has no likeness becomes a question mark."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            segment if segment.text.isascii() else Segment(to_ascii(segment.text), segment.style, segment.control)
            for segment in segments
        ]


@lru_cache(1024)
def to_ascii(text: str) -> str:
    return text.translate(SUBSTITUTES).encode("ascii", "replace").decode()


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
