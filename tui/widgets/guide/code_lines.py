"""Commands with what they do beside them; where that has no room, it goes below its command."""

import re
from collections.abc import Iterator

from rich.console import Console, ConsoleOptions
from rich.text import Text

COMMENT = re.compile(r"(?<=\S) {2,}(?=\S)")
INDENT = 4


class CodeLines:
    """Code as rich draws it: no line is cut, whatever the width."""

    def __init__(self, code: str) -> None:
        self._lines = code.splitlines()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        room = options.max_width
        fits = all(len(line) <= room for line in self._lines)
        for line in self._lines:
            found = COMMENT.search(line) if line.startswith("mnist-tui") else None
            if found is None:
                yield Text(line, overflow="fold")
                continue
            command, words = Text(line[: found.start()], "bold", overflow="fold"), line[found.end() :]
            if fits:
                yield command + Text(" " * (found.end() - found.start()) + words, "not bold")
            else:
                yield command
                for part in Text(words).wrap(console, max(1, room - INDENT)):
                    yield Text(" " * INDENT) + part
