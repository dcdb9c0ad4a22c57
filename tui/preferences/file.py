"""The file of preferences: where it is, what it says, and on which line something is wrong with it."""

import os
import re
from pathlib import Path
from typing import Any

from engine.storage.files import open_regular
from tui.preferences.values import PREFERENCES, PreferenceError, unknown

LARGEST = 1_000_000  # bytes
VARIABLE = "MNIST_TUI_CONFIG"


def preferences_file() -> Path:
    """Return the file: `$MNIST_TUI_CONFIG`, or config.toml in the user's configuration folder."""
    if named := os.environ.get(VARIABLE):
        return Path(named).expanduser().absolute()
    import platformdirs

    folder = platformdirs.user_config_path("mnist-tui", appauthor=False)
    if not folder.is_absolute():  # XDG asks to pass such a variable over
        folder = Path.home() / ".config" / "mnist-tui"
    return folder / "config.toml"


def read_preferences(path: Path) -> dict[str, Any]:
    """Return what a file says; nothing where there is none. Raises PreferenceError with file and line, OSError."""
    try:
        with open_regular(path) as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        return {}
    if len(content) > LARGEST:
        raise PreferenceError(f"{path}: is larger than {LARGEST:,} bytes, and no file of preferences")
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise PreferenceError(f"{path}, line {line}: is not UTF-8") from None
    return check_text(text, path)


def check_text(text: str, path: Path) -> dict[str, Any]:
    """Return what the text of a file says. Raises PreferenceError with file and line."""
    import tomllib  # only where there is a file

    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", str(error))
        where = f", line {at[1] or text.rstrip().count(chr(10)) + 1}" if at else ""
        raise PreferenceError(f"{path}{where}: {str(error)[: at.start()] if at else error}") from None
    except RecursionError:
        raise PreferenceError(f"{path}: is nested too deeply") from None
    values = {}
    for name, value in found.items():
        try:
            values[name] = check_value(name, value)
        except PreferenceError as error:
            raise PreferenceError(f"{path}{line_of(text, str(error), name)}: {error}") from None
    return values


def check_value(name: str, value: object) -> Any:
    """Return one value as its preference has it. Raises PreferenceError."""
    if name not in PREFERENCES:
        raise unknown(name)
    checked = PREFERENCES[name].check(value)
    if not isinstance(checked, dict):
        return checked
    from tui.preferences.keys import check_keys

    return check_keys(checked)


def line_of(text: str, problem: str, name: str) -> str:
    """Return `, line 7` of what a problem names; "" where it is not written plainly."""
    named = re.search(r"keys(\.[\w-]+)+", problem) if name == "keys" else None
    names = named[0].split(".") if named else [name]
    if (number := line_number(text, names)) is None:
        number = line_number(text, names[:1])
    return f", line {number}" if number else ""


def line_number(text: str, names: list[str]) -> int | None:
    """Return the line on which a key of a TOML text stands, be it in a table, dotted, or a table itself."""
    table: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[\s*([^\[\]]+?)\s*\]", line):
            table = [part.strip().strip("\"'") for part in header[1].split(".")]
            if table[: len(names)] == names:
                return number
        elif entry := re.match(r"\s*([\w.\"' -]+?)\s*=", line):
            parts = table + [part.strip().strip("\"'") for part in entry[1].split(".")]
            if parts[: len(names)] == names:
                return number
    return None
