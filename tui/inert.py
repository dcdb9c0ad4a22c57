"""Text from outside (file names, messages, output of the engine) made harmless for a terminal."""

import re
import unicodedata

LONGEST = 500
MOST_MARKS = 4  # combining marks on one character; scripts need three
REPLACEMENT = "�"


def inert(text: str, longest: int = LONGEST) -> str:
    """Return the text on one line without control, bidi or surrogate characters, shortened if need be.

    Newlines and tabs become spaces; whatever a terminal could obey becomes U+FFFD. Of marks piled up on one
    character, a few stay.
    """
    shown = []
    marks = 0
    for character in text[: longest + 1]:
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if marks <= MOST_MARKS:
            shown.append(_shown(character))
    return "".join(shown) if len(text) <= longest else "".join(shown[: longest - 1]) + "…"


def _shown(character: str) -> str:
    if character in "\n\t\r\u2028\u2029":
        return " "
    # Cc: C0 and C1; Cf: bidi controls, joiners; Cs: surrogates; Co, Cn: private and unassigned
    return REPLACEMENT if unicodedata.category(character)[0] == "C" else character


def ascii_json(json: str) -> str:
    """Return the same JSON in printable ASCII: no terminal obeys it, and every locale can show it."""
    return json if json.isascii() and "\x7f" not in json else re.sub("[^\n -~]", _escaped, json)


def _escaped(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i : i + 2].hex()}" for i in range(0, len(units), 2))
