"""A preference is written: all else in the file stays as it is, comments and order too."""

import fcntl
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.storage.files import write_atomically
from tui.preferences.file import check_text, check_value, read_preferences

HEADER = "# Preferences of mnist-tui. `mnist-tui config` lists them all, with what they are for.\n"


def remember(path: Path, changes: Mapping[str, Any]) -> None:
    """Write these preferences; a dotted name is one key of a table. Raises PreferenceError, OSError.

    What the file says is checked first: a file that is wrong, as it is being edited, is never written.
    """
    import tomlkit

    path = path.resolve()  # a link stays one, as of a folder of dotfiles
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)  # two screens, one file
        read_preferences(path)
        text = path.read_text() if path.exists() else HEADER
        document = tomlkit.parse(text)
        for name, value in changes.items():
            table: Any = document
            *tables, last = name.split(".")
            if not tables:
                check_value(last, value)
            for each in tables:
                if each not in table:
                    table[each] = tomlkit.table(is_super_table=each == "keys")
                table = table[each]
            if table.get(last) != value or type(table.get(last)) is bool:
                table[last] = value
        written = tomlkit.dumps(document)
        check_text(written, path)
        if written != text or not path.exists():
            write_atomically(path, written.encode())
    finally:
        os.close(handle)
