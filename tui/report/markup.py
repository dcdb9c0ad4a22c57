"""Elements of HTML and SVG whose text is escaped unless it is markup itself: nothing is forgotten. Pure."""

import re
from collections.abc import Iterable
from html import escape

from tui.terminal.sanitize import sanitize

LONGEST = 20_000  # characters of a text
VOID = {"br", "col", "hr", "img", "meta"}
SHAPES = {"circle", "line", "path", "rect"}  # of SVG, which may close themselves


class Safe(str):
    """Markup, whose text has been escaped."""


Child = str | None | Iterable["Child"]


def text(content: str) -> Safe:
    """Return text that means nothing to a browser, nor, copied from the page, to a terminal."""
    if isinstance(content, Safe):
        return content
    return Safe(escape(sanitize(content, longest=LONGEST), quote=True))


def join(children: Child) -> Safe:
    """Return all children as markup."""
    if children is None:
        return Safe("")
    if isinstance(children, str):
        return text(children)
    return Safe("".join(map(join, children)))


def el(tag: str, /, *children: Child, **attributes: str | float | bool | None) -> Safe:
    """Return an element. `class_` becomes `class`, `aria_label` `aria-label`; None and False leave one out."""
    words = [tag]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        attribute = key.rstrip("_").replace("_", "-")
        words.append(attribute if value is True else f'{attribute}="{value_of(value)}"')
    start = " ".join(words)
    if tag in VOID:
        return Safe(f"<{start}>")
    content = join(children)
    if tag in SHAPES and not content:
        return Safe(f"<{start}/>")
    return Safe(f"<{start}>{content}</{tag}>")


def value_of(value: str | float) -> str:
    return text(value) if isinstance(value, str) else number(value)


def number(value: float) -> str:
    """Return a number of a drawing: a tenth of a pixel is enough."""
    shown = f"{value:.1f}"
    return re.sub(r"\.0$", "", "0" if shown == "-0.0" else shown)
