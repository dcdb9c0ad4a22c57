"""Classes in words: names cut to fit, and sentences about digits where the classes are others. Pure."""

import re
from collections.abc import Sequence
from functools import lru_cache

from rich.cells import cell_len

from engine.vocabulary.messages.base import DIGITS, class_name, names_in_words
from engine.vocabulary.messages.known_data import thing as thing
from tui.terminal.sanitize import sanitize

DIGIT = re.compile(r"(?<![-\w])(?:(an? )((?:[a-z]+ )?))?(digits?)(?![-\w])", re.IGNORECASE)


def worded(text: str, classes: Sequence[str]) -> str:
    """Return a sentence about digits for these classes: about images, where they are no digits."""
    if tuple(classes) == DIGITS:
        return text
    return DIGIT.sub(_image, text)


def _image(found: "re.Match[str]") -> str:
    article, between, word = found[1] or "", found[2] or "", found[3]
    if article and not between:
        article = ("An" if article[0] == "A" else "an") + " "
    return f"{article}{between}{'Image' if word[0] == 'D' else 'image'}{'s' if word[-1] == 's' else ''}"


def one_of(classes: Sequence[str], label: int) -> str:
    """Return `a 7` of digits, else the name of the class as it is."""
    name = sanitize(class_name(classes, label), 40)
    return f"a {name}" if tuple(classes) == DIGITS else name


def clipped(text: str, room: int) -> str:
    """Return as much of a text as has room in so many columns."""
    if len(text) <= room and text.isascii():
        return text
    for end in range(len(text), -1, -1):
        if cell_len(text[:end]) <= room:
            return text[:end]
    return ""


def fitted(text: str, room: int) -> str:
    """Return the text cut, or filled with spaces, to so many columns."""
    text = clipped(text, room)
    return text + " " * (room - cell_len(text))


def short_name(classes: Sequence[str], label: int, room: int) -> str:
    """Return the name of a class in at most so many columns; cut so that no two names become one."""
    names = short_names(tuple(classes), room)
    return names[label] if 0 <= label < len(names) else clipped(str(label), room)


@lru_cache(64)
def short_names(classes: tuple[str, ...], room: int) -> tuple[str, ...]:
    """Return names in at most so many columns: their beginnings; where these are the same, beginning and end; where
    those are, too, the number of the class."""
    whole = [sanitize(name) for name in classes]
    shown = [clipped(name, room) for name in whole]
    if len(set(shown)) < len(shown):
        kept = max(1, room // 3)
        ends = [name if cell_len(name) <= room else clipped(name, kept) + ending(name, room - kept) for name in whole]
        shown = [end if shown.count(cut) > 1 else cut for cut, end in zip(shown, ends, strict=True)]
    return tuple(clipped(f"{label}", room) if shown.count(name) > 1 else name for label, name in enumerate(shown))


def ending(text: str, room: int) -> str:
    """Return as much of the end of a text as has room in so many columns."""
    return next((text[start:] for start in range(len(text) + 1) if cell_len(text[start:]) <= room), "")


def label_named(text: str, classes: Sequence[str]) -> int | None:
    """Return the class that a text means: its name, in any case where that is clear, or its number; None for none."""
    if text in classes:
        return list(classes).index(text)
    folded = [name.casefold() for name in classes]
    if folded.count(text.strip().casefold()) == 1:
        return folded.index(text.strip().casefold())
    if text.isascii() and text.isdecimal() and int(text) < len(classes):
        return int(text)
    return None


def no_class(text: str, classes: Sequence[str]) -> str:
    """Say that a text means no class, and what does."""
    named = sanitize(names_in_words(classes), longest=1000)
    return f"{text!r} is no class; this run has {named}; give a name, or a number from 0 to {len(classes) - 1}"
