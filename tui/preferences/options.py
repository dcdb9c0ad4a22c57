"""Preferences as defaults of the options of a command; the file is read once for each command line."""

import os
from collections.abc import Callable
from typing import Any

import click

from engine.storage.files import in_words
from tui.preferences.file import preferences_file, read_preferences
from tui.preferences.sources import Sourced, sourced
from tui.preferences.values import PREFERENCES, PreferenceError, Preferences

KEPT = f"{__name__}.kept"


def found_preferences() -> tuple[dict[str, Any], str]:
    """Return what the user's file says, and what is wrong with it or the environment."""
    meta = click.get_current_context().find_root().meta
    if KEPT not in meta:
        try:
            file = read_preferences(preferences_file())
            sourced(file)
            meta[KEPT] = file, ""
        except (PreferenceError, OSError) as error:
            meta[KEPT] = {}, in_words(error)
    kept: tuple[dict[str, Any], str] = meta[KEPT]
    return kept


def preferred(name: str, otherwise: Callable[[], Any] | None = None) -> Callable[[], Any]:
    """Return the default of an option: what the file says, else this or the preference's own default.

    What is wrong with the file is told by `refuse_wrong_file`: `config edit` has to work all the same.
    """

    def default() -> Any:
        file, _ = found_preferences()
        value = file.get(name)
        if value:
            return os.path.expanduser(value) if isinstance(value, str) else value
        if name in file and not isinstance(value, str):
            return value
        return otherwise() if otherwise is not None else PREFERENCES[name].default

    return default


def preferred_data() -> str:
    """Return the file's data, unless the environment names some, which the engine knows."""
    return "" if os.environ.get("MNIST_TUI_DATA") else str(preferred("data")())


def refuse_wrong_file() -> None:
    """Raise ClickException where the file of preferences, or a variable, is wrong."""
    if problem := found_preferences()[1]:
        raise click.ClickException(f"{problem}. `mnist-tui config edit` opens the file")


def current_preferences(options: dict[str, Any]) -> tuple[Preferences, dict[str, Sourced]]:
    """Return the preferences with the options of this command line, and where each comes from."""
    found = sourced(found_preferences()[0], options)
    return Preferences(**{name: each.value for name, each in found.items()}), found  # type: ignore[arg-type]
