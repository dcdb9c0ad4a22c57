"""What stands on a terminal, as far as this program draws: it moves the cursor, colours, and writes characters."""

import codecs
import re

# A command to the terminal: CSI with its parameters and its letter, a string such as OSC, or two characters.
COMMAND = re.compile(r"\x1b(?:\[([0-9;:?<>=]*)[ -/]*([@-~])|[\]P_^X][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-Z\\^-~])")


class Picture:
    """The characters on the cells of a terminal. Each is taken to be one cell wide, as those of the screen of runs."""

    def __init__(self, columns: int, lines: int) -> None:
        self._rows = [[" "] * columns for _ in range(lines)]
        self._column = self._line = 0
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._rest = ""  # a command of which not all has come

    @property
    def text(self) -> str:
        return "\n".join("".join(row) for row in self._rows)

    def take(self, data: bytes) -> None:
        """Draw what was written to the terminal."""
        text = self._rest + self._decode(data)
        place, self._rest = 0, ""
        while place < len(text):
            if text[place] != "\x1b":
                self._write(text[place])
                place += 1
            elif found := COMMAND.match(text, place):
                self._obey(found[2] or "", found[1] or "")
                place = found.end()
            else:
                self._rest = text[place:]
                return

    def _write(self, character: str) -> None:
        if character == "\r":
            self._column = 0
        elif character == "\n":
            self._line += 1
        elif self._line < len(self._rows) and self._column < len(self._rows[self._line]):
            self._rows[self._line][self._column] = character
            self._column += 1

    def _obey(self, letter: str, parameters: str) -> None:
        if letter == "H":
            line, _, column = parameters.partition(";")
            self._line, self._column = int(line or 1) - 1, int(column or 1) - 1
        elif letter == "J":
            self._rows = [[" "] * len(row) for row in self._rows]
