"""Libraries that not everybody has: imported when they are needed, with a word on how to get them."""

import importlib
from typing import Any

from engine.program.extras import how_to_add


class ExportError(Exception):
    """What cannot be exported; the message says what, why, and what can be."""


def needed(module: str, format: str) -> Any:
    """Import a module for a format. Raises ExportError where it is not installed."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        library = module.partition(".")[0]
        raise ExportError(
            f"{format} needs {library}, which cannot be imported ({error}): {how_to_add('export')}"
        ) from error
