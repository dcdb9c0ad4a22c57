"""Text as man(7) sets it, harmless for both groff and mandoc."""

import re

LONGEST = 78  # characters on a line of the source


def escaped(text: str) -> str:
    """Return text on one line, of which nothing is taken for a request, an escape or a typographic hyphen."""
    plain = " ".join(text.split()).replace("\\", r"\e").replace("-", r"\-")
    plain = plain.replace("'", r"\(aq").replace("`", r"\(ga").replace('"', r"\(dq").replace("~", r"\(ti")
    plain = plain.replace("^", r"\(ha").replace("|", r"|\:")  # a long list of choices may go on on the next line
    return "".join(c if c.isascii() else f"\\[u{ord(c):04X}]" for c in plain)


def paragraph(text: str) -> list[str]:
    """Return the lines of a paragraph, each sentence on lines of its own, as man's authors ask; `code` is bold."""
    lines = []
    for sentence in re.split(r"(?<=[.:!?]) (?=[A-Z])", " ".join(text.split())):
        words: list[str] = []
        for word in marked(sentence).split(" "):
            if words and len(" ".join([*words, word])) > LONGEST:
                lines.append(" ".join(words))
                words = []
            words.append(word)
        lines.append(" ".join(words))
    return [f"\\&{line}" if line.startswith((".", "'")) else line for line in lines if line]


def marked(text: str) -> str:
    """Return escaped text, in which what stands between backquotes is bold."""
    parts = text.split("`")
    if len(parts) % 2 == 0:  # one is left over
        return escaped(text)
    spaced = (escaped_keeping_ends(part) for part in parts)
    return "".join(part if number % 2 == 0 else f"\\fB{part}\\fR" for number, part in enumerate(spaced))


def escaped_keeping_ends(text: str) -> str:
    before, after = " " * text.startswith(" "), " " * (text.endswith(" ") and len(text) > 1)
    return f"{before}{escaped(text)}{after}"


def heading(text: str, level: int = 1) -> str:
    return f".{'SH' if level == 1 else 'SS'} {escaped(text)}"


def item(term: str, text: str) -> list[str]:
    """Return an entry of a list: a bold term, and what it is below it."""
    return [".TP", f"\\fB{escaped(term)}\\fR", *(paragraph(text) or ["\\&"])]
