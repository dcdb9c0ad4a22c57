"""New lines of a file that grows."""

import threading
from pathlib import Path

from engine.storage.files import open_regular

LONGEST_READ = 256 * 1024  # bytes taken at a time; of what is added faster, the last ones
LONGEST_LINE = 1 << 14  # bytes of a line that does not end


class GrowingFile:
    """New lines of a file that grows."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.position = path.stat().st_size if path.exists() else 0
        self.rest = b""
        self._reading = threading.Lock()

    def new_lines(self) -> list[str]:
        """Return the lines added since the last call, whichever thread made it."""
        with self._reading:
            return self._read()

    def _read(self) -> list[str]:
        try:
            size = self.path.stat().st_size
            if size == self.position:
                return []
            begin = self.position if size > self.position else 0  # it was emptied, and filled again
            with open_regular(self.path) as file:
                if size - begin > LONGEST_READ:
                    begin, self.rest = size - LONGEST_READ, b""
                    file.seek(begin)
                    file.readline()
                else:
                    file.seek(begin)
                self.rest += file.read(LONGEST_READ)
                self.position = file.tell()
        except OSError:
            return []
        *lines, self.rest = self.rest.split(b"\n")
        if len(self.rest) > LONGEST_LINE:
            lines.append(self.rest)
            self.rest = b""
        return [line.decode(errors="replace")[:500] for line in lines]
