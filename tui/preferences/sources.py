"""Which value counts: an option before the environment, that before the file, that before the default."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from tui.preferences.file import preferences_file, read_preferences
from tui.preferences.values import PREFERENCES, PreferenceError, Preferences, Setting

KEPT_ELSEWHERE = {"keys"}  # no variable sets them


class Sourced(msgspec.Struct, frozen=True):
    """A value, and where it comes from: `default`, `file`, or the name of a variable or option."""

    value: Setting
    source: str


def sourced(file: Mapping[str, Any], options: Mapping[str, Any] = {}) -> dict[str, Sourced]:
    """Return every preference with its source. Raises PreferenceError for what stands in the environment."""
    found = {}
    for name, info in PREFERENCES.items():
        variable = os.environ.get(info.variable, "") if name not in KEPT_ELSEWHERE else ""
        if options.get(name) is not None:
            found[name] = Sourced(options[name], f"--{name}")
        elif variable:
            try:
                found[name] = Sourced(info.parse(variable), info.variable)
            except PreferenceError as error:
                raise PreferenceError(f"environment variable {info.variable}: {error}") from None
        elif name in file:
            found[name] = Sourced(file[name], "file")
        else:
            found[name] = Sourced(info.default, "default")
    return found


def load_preferences(path: Path | None = None) -> Preferences:
    """Return what counts where no option was given. Raises PreferenceError, OSError."""
    values = sourced(read_preferences(path or preferences_file()))
    return Preferences(**{name: each.value for name, each in values.items()})  # type: ignore[arg-type]
