"""Text from outside (file names, messages, output of the engine) made harmless for a terminal."""

import unicodedata

LONGEST = 500
REPLACEMENT = "�"


def inert(text: str, longest: int = LONGEST) -> str:
    """Return the text on one line without control, bidi or surrogate characters, shortened if need be.

    Newlines and tabs become spaces; whatever a terminal could obey becomes U+FFFD.
    """
    shown = "".join(_shown(character) for character in text[: longest + 1])
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def _shown(character: str) -> str:
    if character in "\n\t\r\u2028\u2029":
        return " "
    # Cc: C0 and C1; Cf: bidi controls, joiners; Cs: surrogates; Co, Cn: private and unassigned
    return REPLACEMENT if unicodedata.category(character)[0] == "C" else character
