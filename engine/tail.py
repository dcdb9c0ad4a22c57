"""New lines of a file that grows."""

import threading
from pathlib import Path

LONGEST_READ = 256 * 1024  # bytes taken at a time


class Tail:
    """New lines of a file that grows."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.position = path.stat().st_size if path.exists() else 0
        self.rest = b""
        self._reading = threading.Lock()

    def read(self) -> list[str]:
        """Return the lines added since the last call, whichever thread made it."""
        with self._reading:
            return self._read()

    def _read(self) -> list[str]:
        try:
            size = self.path.stat().st_size
            if size == self.position:
                return []
            with open(self.path, "rb") as file:
                file.seek(self.position if size > self.position else 0)
                self.rest += file.read(LONGEST_READ)
                self.position = file.tell()
        except OSError:
            return []
        *lines, self.rest = self.rest.split(b"\n")
        return [line.decode(errors="replace")[:500] for line in lines]
