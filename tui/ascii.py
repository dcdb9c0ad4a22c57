"""Where the locale has no Unicode: what stands for it in ASCII, and output that holds nothing else."""

import codecs
import io
import locale
import sys
import unicodedata
from functools import lru_cache

# What the app, Textual and rich draw, and the nearest that ASCII has.
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


def needs_ascii() -> bool:
    """Tell whether the terminal's locale cannot show Unicode."""
    return locale.nl_langinfo(locale.CODESET).upper().replace("-", "") != "UTF8"


@lru_cache(1024)
def to_ascii(text: str) -> str:
    """Return the text with a likeness for every character that is not ASCII, in the same number of cells."""
    likeness = text.translate(SUBSTITUTES)
    return likeness if likeness.isascii() else "".join(map(_without_likeness, likeness))


def _without_likeness(character: str) -> str:
    if character.isascii():
        return character
    if unicodedata.category(character) in ("Mn", "Me"):
        return ""
    return "??" if unicodedata.east_asian_width(character) in "WF" else "?"


def write_ascii() -> None:
    """Have this process write ASCII alone. Python writes UTF-8 in the C locale, and fails in those of one byte."""
    codecs.register_error("likeness", _likeness)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # None where the descriptor is closed
            stream.reconfigure(encoding="ascii", errors="likeness")


def _likeness(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    return to_ascii(error.object[error.start : error.end]), error.end
