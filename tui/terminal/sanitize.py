"""Text from outside (file names, messages, output of the engine) made harmless for a terminal."""

import unicodedata
from typing import Any

import msgspec

LONGEST = 500
MOST_MARKS = 4  # combining marks on one character; scripts need three
REPLACEMENT = "�"


def sanitize(text: str, longest: int = LONGEST) -> str:
    """Return the text on one line without control, bidi or surrogate characters, shortened if need be.

    Newlines and tabs become spaces; whatever a terminal could obey becomes U+FFFD. Of marks piled up on one
    character, a few stay.
    """
    if len(text) <= longest and text.isascii() and text.isprintable():
        return text  # as nearly all of it is
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


def ascii_json(content: Any, indent: int | None = None) -> str:
    """Return structs, lists and the like as JSON in printable ASCII: no terminal obeys it, every locale can show it."""
    separators = (",", ":" if indent is None else ": ")
    import json  # no screen needs it

    return json.dumps(msgspec.to_builtins(content), indent=indent, separators=separators)
