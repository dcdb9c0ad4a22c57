"""The file `beliefs.bin` of a run, record by record: labels first, then what it thought after an epoch.

Each record has a mark by which it is found again behind a damaged one, a head that tells its size, and a CRC-32 of all
that follows the mark. Numbers are little-endian. N test digits, M training images and C classes make

    labels: the N labels of the test digits, the M of the training images; kept twice, as all else needs them
    epoch:  N*C probabilities and N predictions, a byte each; N losses in half precision; M losses and M predictions

(engine/insight/beliefs/quantised.py has what a byte means.) The file may be torn, damaged, or hostile.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from engine.insight.beliefs.quantised import Bytes
from engine.vocabulary.messages.base import MOST_CLASSES

BELIEFS = "beliefs.bin"
MOST_BYTES = 20_000_000  # of a file
MARK = b"\x89BELIEF\n"
HEAD = struct.Struct("<BBxxIIIII")  # kind, classes, epoch, test digits, training images, length of what follows, CRC-32
BEFORE_CRC = HEAD.size - 4
LABELS, EPOCH = 1, 2
MOST_REREAD = 4  # times the size of a file, for damaged records that overlap: a hostile file could have thousands


class Shape(NamedTuple):
    """What all records of a file have in common; `tested` and `trained` count the images that are kept."""

    classes: int
    tested: int
    trained: int

    def length(self, kind: int) -> int:
        """Return the bytes of a record's content."""
        if kind == LABELS:
            return self.tested + self.trained
        return self.tested * (self.classes + 3) + 2 * self.trained

    def size(self, kind: int) -> int:
        """Return the bytes of a record."""
        return len(MARK) + HEAD.size + self.length(kind)


class Record(NamedTuple):
    """A whole record: where it begins and ends in the file."""

    kind: int
    shape: Shape
    epoch: int
    start: int
    end: int
    content: memoryview


class EpochBeliefs(NamedTuple):
    """What a run thought after an epoch. `losses` and the two of training images are as in records."""

    probabilities: Bytes  # [N, C], codes
    predicted: Bytes  # [N]
    losses: npt.NDArray[np.float16]  # [N], nats
    trained_losses: Bytes  # [M], codes
    trained_predicted: Bytes  # [M]


def seal(kind: int, shape: Shape, epoch: int, content: bytes) -> bytes:
    """Return a record as it stands in the file."""
    head = HEAD.pack(kind, shape.classes, epoch, shape.tested, shape.trained, len(content), 0)[:BEFORE_CRC]
    return MARK + head + struct.pack("<I", zlib.crc32(content, zlib.crc32(head))) + content


def seal_labels(shape: Shape, tested: Bytes, trained: Bytes) -> bytes:
    return 2 * seal(LABELS, shape, 0, tested.tobytes() + trained.tobytes())


def seal_epoch(shape: Shape, epoch: int, beliefs: EpochBeliefs) -> bytes:
    losses = beliefs.losses.astype("<f2")
    parts = (beliefs.probabilities, beliefs.predicted, losses, beliefs.trained_losses, beliefs.trained_predicted)
    return seal(EPOCH, shape, epoch, b"".join(part.tobytes() for part in parts))


def scan(file: bytes) -> Iterator[Record | None]:
    """Yield the records of a file in order, None for each stretch that is damaged. A torn end is left out."""
    view, place, damaged = memoryview(file), 0, False
    patience = MOST_REREAD * len(file)
    while place < len(file):
        found = file.find(MARK, place)
        if found < 0:
            damaged = damaged or not MARK.startswith(file[place : place + len(MARK)])
            break
        if is_torn(view, found) and file.find(MARK, found + 1) < 0:
            damaged = damaged or found > place
            break
        record = record_at(view, found)
        damaged = damaged or found > place or record is None
        if record is None:
            place = found + 1
            patience -= claimed(view, found)
            if patience < 0:
                break
            continue
        if damaged:
            yield None
            damaged = False
        yield record
        place = record.end
    if damaged:
        yield None


def claimed(file: memoryview, start: int) -> int:
    """Return the bytes that were read to find that a record is damaged."""
    length: int = HEAD.unpack_from(file, start + len(MARK))[5]
    return min(length, len(file))


def record_at(file: memoryview, start: int) -> Record | None:
    """Return the record that begins with a mark here, None where it is not as it was written."""
    begin = start + len(MARK) + HEAD.size
    if begin > len(file):
        return None
    head = file[start + len(MARK) : begin]
    kind, classes, epoch, tested, trained, length, crc = HEAD.unpack(head)
    shape = Shape(classes, tested, trained)
    fits = kind in (LABELS, EPOCH) and 2 <= classes <= MOST_CLASSES and length == shape.length(kind)
    content = file[begin : begin + length]
    if not fits or len(content) < length or crc != zlib.crc32(content, zlib.crc32(head[:BEFORE_CRC])):
        return None
    return Record(kind, shape, epoch, start, begin + length, content)


def is_torn(file: memoryview, start: int) -> bool:
    """Tell whether a record is cut off by the end of the file."""
    begin = start + len(MARK) + HEAD.size
    if begin > len(file):
        return True
    kind, classes, _, tested, trained, length, _ = HEAD.unpack_from(file, start + len(MARK))
    fits: bool = length == Shape(classes, tested, trained).length(kind)
    return fits and begin + length > len(file)


def unseal_epoch(record: Record) -> EpochBeliefs | None:
    """Return the beliefs of a record, None where they cannot be any."""
    shape, place = record.shape, 0

    def take(count: int, kind: str = "u1") -> npt.NDArray[Any]:
        nonlocal place
        array: npt.NDArray[Any] = np.frombuffer(record.content, kind, count, place)
        place += array.nbytes
        return array

    probabilities = take(shape.tested * shape.classes).reshape(shape.tested, shape.classes)
    predicted, losses = take(shape.tested), take(shape.tested, "<f2")
    beliefs = EpochBeliefs(probabilities, predicted, losses, take(shape.trained), take(shape.trained))
    named = (beliefs.predicted, beliefs.trained_predicted)
    fits = all(int(each.max(initial=0)) < shape.classes for each in named) and np.isfinite(beliefs.losses).all()
    return beliefs if fits else None
