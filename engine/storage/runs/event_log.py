"""The log of a run, `events.jsonl`: one event a line, as JSON with a checksum. It may be torn, damaged, or hostile."""

import contextlib
import os
import sys
import zlib
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path

import msgspec

from engine.storage.files import open_regular
from engine.vocabulary.messages import Count, ProtocolError, RunEvent, Seconds, decode_run_event, encode

EVENTS = "events.jsonl"
LONGEST_LINE = 1 << 20
WINDOWS, WINDOW = 64, 1 << 19  # bytes; of a log longer than all of them, only they are read: about ten seconds' work


class Figures(msgspec.Struct):
    """What is summed up of a line, which need not be read in full for it: hundreds of logs are."""

    parameters: Count = 0
    seconds: Seconds = 0.0


_figures = msgspec.json.Decoder(Figures)


class EventReader:
    """Iterates over the events of a run's log; `skipped` counts lines that could not be read.

    The last line is ignored without being counted when its newline is missing: a crash may tear it. Of a log that
    is very long, stretches from its beginning to its end are read, so that the curves keep their shape. Lines that do
    not begin with one of `only` are passed over.
    Iterating raises OSError for what is there and cannot be read.
    """

    def __init__(self, folder: Path, only: tuple[bytes, ...] = (b"",)) -> None:
        self.path = folder / EVENTS
        self.only = only
        self.skipped = 0

    def __iter__(self) -> Iterator[RunEvent]:
        try:
            file = open_regular(self.path)
        except FileNotFoundError:
            return
        with file:
            for line in self.lines(file):
                try:
                    yield unseal(line)
                except ProtocolError:
                    self.skipped += 1

    def lines(self, file: BufferedReader) -> Iterator[bytes]:
        for start, end in windows(os.fstat(file.fileno()).st_size):
            place = file.seek(start)
            begins = start == 0  # whether a line begins here
            while place < end and (line := file.readline(LONGEST_LINE)):
                place += len(line)
                ends = line.endswith(b"\n")
                if begins and ends:
                    if line.startswith(self.only):
                        yield line
                elif begins and len(line) == LONGEST_LINE:
                    self.skipped += 1
                begins = ends


def sum_up(folder: Path) -> tuple[int, float]:
    """Return the parameters of a run's network, and the seconds of training of all its epochs; 0 for what a log that
    is too long to be read does not tell. Raises OSError."""
    parameters, seconds = 0, 0.0
    reader = EventReader(folder, only=(b'{"event":"RunStarted"', b'{"event":"EpochDone"'))
    with open_regular(reader.path) as file:
        for line in reader.lines(file):
            with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                found = _figures.decode(line)
                parameters, seconds = found.parameters or parameters, seconds + found.seconds
        whole = is_read_whole(os.fstat(file.fileno()).st_size)
    return parameters, seconds if whole else 0.0


def is_read_whole(size: int) -> bool:
    return size <= WINDOWS * WINDOW


def windows(size: int) -> list[tuple[int, int]]:
    """Return where to read a log of so many bytes: all of it, and what is appended meanwhile, unless it is too long."""
    if is_read_whole(size):
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
