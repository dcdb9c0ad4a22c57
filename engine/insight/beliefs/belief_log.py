"""Writing `beliefs.bin` while a run trains: one record after each epoch, in bounded size.

A run of few epochs has all of them. Of a longer one every second, fourth, ... is kept, counted from the first, and the
last one: the file is written anew, in one rename, each time that their distance doubles. In between it is appended to,
and cut only at the end, where an epoch was kept as the last alone or is trained again.
"""

import errno
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

from engine.insight.beliefs.quantised import Bytes
from engine.insight.beliefs.records import (
    BELIEFS,
    EPOCH,
    LABELS,
    MOST_BYTES,
    EpochBeliefs,
    Record,
    Shape,
    scan,
    seal_epoch,
    seal_labels,
)
from engine.storage.files import flush_to_disk, naming, write_atomically
from engine.storage.printing import say
from engine.vocabulary.fields import counted

MOST_EPOCHS = 256
FLUSHING = 400  # times as long as it takes to flush to the disk passes before it is done again, and a second at first
FEWEST_EPOCHS = 8  # that there is room for: of a larger test set, as many digits are kept as leave it


class BeliefLog:
    """The file of one run. Opened anew for each record: its folder may be moved meanwhile."""

    def __init__(self, folder: Path, classes: int, tested: Bytes, trained: Bytes) -> None:
        """`tested` [N] and `trained` [M] are the labels of all images. Opens nothing."""
        self.path = folder / BELIEFS
        self.shape = shape_for(classes, len(tested), len(trained))
        self._labels = seal_labels(self.shape, tested[: self.shape.tested], trained[: self.shape.trained])
        record = self.shape.size(EPOCH)
        self.most = min(MOST_EPOCHS, (MOST_BYTES - len(self._labels)) // record)
        self._epochs: list[tuple[int, int, int]] = []  # number, start and end of each record
        self._flush_due = time.monotonic() + 1.0
        self._size = -1  # of the file, when it was written last; -1: not known

    def resume(self, epoch: int) -> None:
        """Drop what was kept of epochs that are to be trained again, those after this one. Raises OSError."""
        if self.path.exists():
            with self._opened() as file:
                self._read(file)
                self._cut(file, self._kept_until(epoch))

    def append(self, epoch: int, beliefs: EpochBeliefs) -> None:
        """Keep an epoch; those from it on, if there are any, go. Raises OSError; it may then be tried again."""
        record = seal_epoch(self.shape, epoch, beliefs)
        with self._opened() as file:
            if os.fstat(file.fileno()).st_size != self._size:
                self._read(file)
            before = self._kept_until(epoch - 1)
            kept = thinned([number for number, _, _ in before], epoch, self.most)
            wanted = [each for each in before if each[0] in kept]
            if not wanted or (wanted == before[: len(wanted)] and self._size > 0):
                self._cut(file, wanted)
                self._add(file, self._labels * (self._size == 0) + record)
                self._epochs.append((epoch, self._size - len(record), self._size))
                return
            content = self._labels + b"".join(os.pread(file.fileno(), end - at, at) for _, at, end in wanted) + record
        write_atomically(self.path, content)
        self._size = -1  # what it has is read again, once, before the next record

    @contextmanager
    def _opened(self) -> Iterator[FileIO]:
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC, 0o666)
        with open(handle, "r+b", buffering=0) as file, naming(self.path):
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise OSError(errno.EINVAL, "is not a file; remove it", str(self.path))
            yield file

    def _read(self, file: FileIO) -> None:
        """Learn what the file has. One of other digits is put aside, one that lacks labels is written anew."""
        file.seek(0)
        content = file.read(2 * MOST_BYTES)
        records = list(scan(content))
        whole = [record for record in records if record is not None]
        if any(record.shape != self.shape for record in whole):
            other = self.path.with_suffix(".other.bin")
            write_atomically(other, content)
            os.ftruncate(file.fileno(), 0)
            say(f"{self.path}: is of other images, or of another network; it is now {other.name}, and a new one begins")
            whole = []
        elif damaged := records.count(None):
            say(f"{self.path}: is damaged in {counted(damaged, 'place')}; what can be read is kept")
        self._epochs = [(each.epoch, each.start, each.end) for each in in_order(whole)]
        labelled = sum(record.kind == LABELS for record in whole) > 1
        self._size = max(record.end for record in whole) if labelled else 0

    def _kept_until(self, epoch: int) -> list[tuple[int, int, int]]:
        return [each for each in self._epochs if each[0] <= epoch]

    def _cut(self, file: FileIO, kept: list[tuple[int, int, int]]) -> None:
        """Let the file end after these epochs, which are its first, or its labels."""
        end = kept[-1][2] if kept else min(self._size, len(self._labels))
        os.ftruncate(file.fileno(), end)
        self._epochs, self._size = kept, end

    def _add(self, file: FileIO, record: bytes) -> None:
        """Append a record, all of it or nothing."""
        try:
            written = os.pwrite(file.fileno(), record, self._size)
            if written != len(record):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError:
            os.ftruncate(file.fileno(), self._size)
            raise
        self._size += len(record)
        if (began := time.monotonic()) >= self._flush_due:
            flush_to_disk(file.fileno())
            self._flush_due = time.monotonic() + FLUSHING * (time.monotonic() - began)


def in_order(records: list[Record]) -> list[Record]:
    """Return the records of epochs, each epoch once and after those before it, as they were written last."""
    found: list[Record] = []
    for record in records:
        if record.kind == EPOCH:
            while found and found[-1].epoch >= record.epoch:
                found.pop()
            found.append(record)
    return found


def thinned(before: list[int], epoch: int, most: int) -> set[int]:
    """Return which of the epochs before this one are kept beside it, so that there are at most `most`."""
    first = min(before, default=epoch)
    stride = 1
    while (epoch - first) // stride + 2 > most:
        stride *= 2
    return {each for each in before if (each - first) % stride == 0}


def shape_for(classes: int, tested: int, trained: int) -> Shape:
    """Return of how many images there is room for the beliefs of FEWEST_EPOCHS.

    Of test digits that are the first ones. Training images, whose order is no chance, are kept all or not at all.
    """
    room = MOST_BYTES // (FEWEST_EPOCHS + 1)  # bytes of a record of an epoch and, once more than needed, both labels
    trained = trained if 4 * trained <= room // 2 else 0
    return Shape(classes, min(tested, (room - 4 * trained) // (classes + 5)), trained)
