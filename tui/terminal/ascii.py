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
        **dict.fromkeys("●•◆■▪★", "*"),
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
    """Tell whether the terminal's locale, or what Python was told to write (PYTHONIOENCODING), has no Unicode."""
    encodings = [locale.nl_langinfo(locale.CODESET), *(stream.encoding for stream in _written())]
    return any(encoding.upper().replace("-", "").replace("_", "") != "UTF8" for encoding in encodings)


def _written() -> list[io.TextIOWrapper]:
    """Return stdout and stderr; none whose descriptor is closed."""
    return [stream for stream in (sys.stdout, sys.stderr) if isinstance(stream, io.TextIOWrapper)]


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


def write_anything() -> None:
    """Have this process write whatever text there is: where there is no Unicode, in ASCII.

    Python writes UTF-8 in the C locale, and fails at what another encoding has not, and at half a surrogate pair.
    """
    if needs_ascii():
        codecs.register_error("likeness", _likeness)
        for stream in _written():
            stream.reconfigure(encoding="ascii", errors="likeness")
    else:
        for stream in _written():
            stream.reconfigure(errors="replace")


def _likeness(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    return to_ascii(error.object[error.start : error.end]), error.end
