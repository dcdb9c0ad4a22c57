"""The log of a run, `events.jsonl`: one event a line, as JSON with a checksum. It may be torn, damaged, or hostile."""

import os
import sys
import zlib
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path

from engine.storage.files import open_regular
from engine.vocabulary.messages import ProtocolError, RunEvent, decode_run_event, encode

EVENTS = "events.jsonl"
LONGEST_LINE = 1 << 20
WINDOWS, WINDOW = 64, 1 << 19  # bytes; of a log longer than all of them, only they are read: about ten seconds' work


class EventReader:
    """Iterates over the events of a run's log; `skipped` counts lines that could not be read.

    The last line is ignored without being counted when its newline is missing: a crash may tear it. Of a log that
    is very long, stretches from its beginning to its end are read, so that the curves keep their shape.
    Iterating raises OSError for what is there and cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / EVENTS
        self.skipped = 0

    def __iter__(self) -> Iterator[RunEvent]:
        try:
            file = open_regular(self.path)
        except FileNotFoundError:
            return
        with file:
            for line in self._lines(file):
                try:
                    yield unseal(line)
                except ProtocolError:
                    self.skipped += 1

    def _lines(self, file: BufferedReader) -> Iterator[bytes]:
        for start, end in windows(os.fstat(file.fileno()).st_size):
            place = file.seek(start)
            begins = start == 0  # whether a line begins here
            while place < end and (line := file.readline(LONGEST_LINE)):
                place += len(line)
                ends = line.endswith(b"\n")
                if begins and ends:
                    yield line
                elif begins and len(line) == LONGEST_LINE:
                    self.skipped += 1
                begins = ends


def windows(size: int) -> list[tuple[int, int]]:
    """Return where to read a log of so many bytes: all of it, and what is appended meanwhile, unless it is too long."""
    if size <= WINDOWS * WINDOW:
        return [(0, sys.maxsize)]
    starts = [i * (size - WINDOW) // (WINDOWS - 1) for i in range(WINDOWS)]
    return [(start, start + WINDOW) for start in starts]


def seal(event: RunEvent) -> bytes:
    """Return an event's line of the log: its JSON, with the CRC-32 of all that stands before it as last field."""
    body = encode(event)[: -len(b"}\n")]
    return b'%s,"crc":"%08x"}\n' % (body, zlib.crc32(body))


def unseal(line: bytes) -> RunEvent:
    """Read a line of the log. Raises ProtocolError when it is no event, or not what was written."""
    body, _, seal = line.rpartition(b',"crc":"')
    if seal != b'%08x"}\n' % zlib.crc32(body):
        raise ProtocolError("the line does not match its checksum")
    return decode_run_event(body + b"}\n")


def ends_torn(path: Path) -> bool:
    """Return whether the last line lacks its newline. Raises OSError."""
    with open(path, "rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            return False
        file.seek(-1, os.SEEK_END)
        return file.read(1) != b"\n"
