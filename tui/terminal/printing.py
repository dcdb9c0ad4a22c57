"""What commands print on stdout: JSON for programs, tables for people."""

import sys
from typing import Any

import msgspec
from rich.console import Console

from tui.terminal.sanitize import ascii_json


def wide_console() -> Console:
    """A console that never folds a table when its output is not a terminal."""
    return Console(markup=False, highlight=False, width=None if sys.stdout.isatty() else 200)


def print_json(content: Any) -> None:
    """Print text for machines."""
    content = told(content) if isinstance(content, msgspec.Struct) else content
    sys.stdout.write(ascii_json(content, indent=2) + "\n")


def told(content: msgspec.Struct) -> dict[str, Any]:
    """Return what a message says, without what only the protocol needs."""
    return {name: getattr(content, name) for name in content.__struct_fields__ if name != "reply_to"}
