"""Paths as people type and paste them, and as messages carry them.

A shell, a file manager or a mail gives a path in quotes, as a file:// URL, with a blank or a newline at its end.
A name on disk may be bytes that are no UTF-8, which no JSON can hold: such a path is written as a file:// URL, and read
as one.
"""

import os
import re
import urllib.parse
from pathlib import Path


def path_of(text: str | os.PathLike[str]) -> Path:
    """Return the absolute path that a text means; what is there under the very text goes first. Looks at the disk."""
    if not isinstance(text, str):
        return Path(text).expanduser().absolute()
    literal = Path(text).expanduser().absolute()
    meant = Path(unwrapped(text)).absolute()
    unescaped = Path(re.sub(r"\\(.)", r"\1", str(meant)))  # a terminal puts a backslash before blanks of a dropped file
    return next((path for path in (literal, meant, unescaped) if os.path.lexists(path)), meant)


def unwrapped(text: str) -> str:
    """Return the path in a text: without blanks and quotes around it, a file:// URL decoded, `~` as the home.

    Looks at no disk, as the form asks with each key.
    """
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1].strip()
    if text.lower().startswith("file:"):
        url = urllib.parse.urlsplit(text)  # a ? or # in it is part of no name: it would be encoded
        return os.fsdecode(urllib.parse.unquote_to_bytes(url.path))
    return os.path.expanduser(text)


def absolute_text(text: str) -> str:
    """Return what was typed as an absolute path that any message can carry; empty stays empty."""
    path = unwrapped(text)
    return written(os.path.abspath(path)) if path else ""


def written(path: str | os.PathLike[str]) -> str:
    """Return an absolute path as text that is UTF-8: as it is, or as a file:// URL."""
    text = os.fspath(path)
    try:
        text.encode()
    except UnicodeEncodeError:
        return Path(text).as_uri()
    return text
