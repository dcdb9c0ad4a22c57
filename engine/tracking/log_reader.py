"""The log of a run from a place on, line by line, however long it is and while it grows."""

from collections.abc import Iterator
from pathlib import Path

from engine.storage.files import open_regular
from engine.storage.runs.event_log import EVENTS, LONGEST_LINE, unseal
from engine.vocabulary.messages import ProtocolError, RunEvent


class LogReader:
    """What has no end yet is read once it has."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / EVENTS
        self.offset = 0
        self._begins = True  # whether a line begins at the offset

    def new_events(self) -> Iterator[tuple[RunEvent | None, int]]:
        """Yield what was added since the last time, each event with the place behind it; None for what is no event.

        Raises OSError.
        """
        try:
            if self.path.stat().st_size <= self.offset:
                return
            file = open_regular(self.path)
        except FileNotFoundError:
            return
        with file:
            file.seek(self.offset)
            while line := file.readline(LONGEST_LINE):
                ends = line.endswith(b"\n")
                if not ends and len(line) < LONGEST_LINE:
                    return  # the rest comes later
                event = read(line) if self._begins and ends else None
                self.offset += len(line)
                self._begins = ends
                yield event, self.offset


def read(line: bytes) -> RunEvent | None:
    try:
        return unseal(line)
    except ProtocolError:
        return None
